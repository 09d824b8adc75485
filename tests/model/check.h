// check.h - what a model says to the checker, check.c. docs/models.md has an introduction.
#ifndef RT0_MODEL_CHECK_H
#define RT0_MODEL_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A scenario: a few threads that run the runtime's functions, each once, from one initial state.
typedef struct {
	const char *name;
	void (*setup)(void); // makes the initial state, and calls mc_thread for each thread
	void (*after)(void); // checks the state in which all threads have ended; may be NULL
	bool large;          // only with --large
} Scenario;

extern const Scenario mc_scenarios[]; // the model's; the last has no name

// ---- in setup -----------------------------------------------------------------------

// Makes a thread that runs fn(arg); g is what getg() returns there.
void mc_thread(void (*fn)(void *), void *arg, void *g);
// The thread that was made last need not end: it may be asleep when all others have.
void mc_daemon(void);
// Gives memory a name in traces.
void mc_name(const void *p, size_t size, const char *name, int index);
// Plain accesses of [p, p + size) race by design: they count as relaxed atomics, each a step.
void mc_racy(const void *p, size_t size);
// No thread's accesses there are looked at: what only the model has, or the compiler's.
void mc_ignore(const void *p, size_t size);

// ---- in a thread --------------------------------------------------------------------

// Ends the exploration: the model has found an error.
void mc_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
#define mc_assert(cond) ((cond) ? (void)0 : mc_fail("%s:%d: not true: %s", __FILE__, __LINE__, #cond))

// From now on getg() returns g.
void mc_setg(void *g);
// Ends the calling thread.
void mc_exit(void) __attribute__((noreturn));
// Ends this execution, which needs more than the model has; it counts as good.
void mc_prune(void);
// Returns each of 0 .. n-1, in executions of their own.
int mc_choose(int n);
// The number of the calling thread, in the order of mc_thread.
int mc_self(void);
// Lets others run; a switch here is no preemption.
void mc_yield(void);
// The kernel's futex: compares and sleeps in one step; both are full barriers. True: ns have
// passed.
bool mc_futexsleep(uint32_t *addr, uint32_t val, int64_t ns);
void mc_futexwakeup(uint32_t *addr, uint32_t cnt);
// A lock that takes one step to acquire, whatever the lock's own protocol does.
void mc_lock(uint32_t *key);
void mc_unlock(uint32_t *key);
// Sleeps until another thread has called mc_unpark for this one, then or before. What was done
// before the unpark is visible behind the park.
void mc_park(void);
void mc_unpark(int thread);
// Sleeps until pred(arg), which looks at memory as it is, is true. A full barrier.
void mc_await(bool (*pred)(void *), void *arg);
// Is the thread asleep, and nobody has woken it?
bool mc_asleep(int thread);
// Puts a line into the trace.
void mc_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
