// sanitizer.h - the functions of the sanitizers that hosted/ calls.
//
// They are weak, since each sanitizer has its own: one object serves programs with any of them
// and with none, and gcc's as well as clang's.
#ifndef RT0_HOSTED_SANITIZER_H
#define RT0_HOSTED_SANITIZER_H

#include <stdbool.h>
#include <stddef.h>

#define IFTHERE __attribute__((weak))

// ThreadSanitizer
IFTHERE void *__tsan_get_current_fiber(void);
IFTHERE void *__tsan_create_fiber(unsigned flags);
IFTHERE void __tsan_destroy_fiber(void *fiber);
IFTHERE void __tsan_switch_to_fiber(void *fiber, unsigned flags);
IFTHERE void __tsan_set_fiber_name(void *fiber, const char *name);
IFTHERE void __tsan_acquire(void *addr);
IFTHERE void __tsan_release(void *addr);
IFTHERE void __tsan_read_range(void *addr, unsigned long n);
IFTHERE void __tsan_write_range(void *addr, unsigned long n);
IFTHERE void __tsan_func_entry(void *pc);
IFTHERE void __tsan_func_exit(void);
IFTHERE void __tsan_mutex_destroy(void *m, unsigned flags);
IFTHERE void __tsan_mutex_pre_lock(void *m, unsigned flags);
IFTHERE void __tsan_mutex_post_lock(void *m, unsigned flags, int recursion);
IFTHERE int __tsan_mutex_pre_unlock(void *m, unsigned flags);
IFTHERE void __tsan_mutex_post_unlock(void *m, unsigned flags);
IFTHERE void AnnotateBenignRaceSized(const char *file, int line, void *p, unsigned long n,
                                     const char *what);
IFTHERE int __tsan_get_report_data(void *report, const char **what, int *count, int *nstacks,
                                   int *naccesses, int *nlocations, int *nmutexes, int *nthreads,
                                   int *ntids, void **trace, unsigned long n);
IFTHERE int __tsan_get_report_mop(void *report, unsigned long i, int *tid, void **p, int *size,
                                  int *write, int *atomic, void **trace, unsigned long n);
IFTHERE void AnnotateIgnoreReadsBegin(const char *file, int line);
IFTHERE void AnnotateIgnoreReadsEnd(const char *file, int line);

// AddressSanitizer, and those that share its functions
IFTHERE void __sanitizer_start_switch_fiber(void **save, const void *bottom, size_t n);
IFTHERE void __sanitizer_finish_switch_fiber(void *save, const void **bottom, size_t *n);
IFTHERE void __asan_handle_no_return(void);
IFTHERE void *__asan_get_current_fake_stack(void);
IFTHERE void __asan_set_error_report_callback(void (*fn)(const char *text));
IFTHERE void *__asan_get_report_address(void);
IFTHERE const char *__asan_locate_address(void *p, char *name, size_t n, void **at, size_t *size);
IFTHERE int __sanitizer_install_malloc_and_free_hooks(
	void (*alloc)(const volatile void *p, size_t n), void (*release)(const volatile void *p));
IFTHERE void *__asan_addr_is_in_fake_stack(void *stack, void *p, void **from, void **to);
IFTHERE void __sanitizer_set_report_fd(void *fd);
IFTHERE void __sanitizer_set_death_callback(void (*fn)(void));
IFTHERE void *__asan_region_is_poisoned(void *p, size_t n);
IFTHERE void __asan_report_load_n(void *p, size_t n);
IFTHERE void __asan_report_store_n(void *p, size_t n);

// LeakSanitizer
IFTHERE void __lsan_register_root_region(const void *p, size_t n);
IFTHERE void __lsan_do_leak_check(void);
IFTHERE void __lsan_ignore_object(const void *p);

// MemorySanitizer
IFTHERE void __msan_set_death_callback(void (*fn)(void));
IFTHERE void __msan_unpoison_param(size_t n);
IFTHERE void __msan_unpoison(const void *p, size_t n);
IFTHERE void __msan_check_mem_is_initialized(const void *p, size_t n);

// ThreadSanitizer ignores what the running code accesses, reads as well as writes, until heed.
static inline void ignore(void)
{
	if (AnnotateIgnoreReadsBegin)
		AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
}

static inline void heed(void)
{
	if (AnnotateIgnoreReadsEnd)
		AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
}

// ---- memory that the runtime touches for the program (memory.c) -----------------------------

// The runtime reads, or has written, n bytes of the program's at p. NULL is none.
void readby(const void *p, size_t n);
void writtenby(void *p, size_t n);

// It reads a string; at most so many bytes of one, if that is not negative.
void stringread(const char *s);
void partread(const char *s, long most);

// It has written one, into size bytes.
void stringwritten(char *s, size_t size);

// Can there be anything of the program's at p? Is there something that can be read?
bool isaddress(const void *p);
bool isthere(const void *p, size_t n);
bool onstack(const void *p); // fiber.c

// Does a fuzzer drive the program (fuzz.c)?
bool isfuzzed(void);

// A call uses a descriptor, accepts connections of it, is about to close it, has opened it
// (descriptor.c).
void usingfd(int fd);
void acceptingfd(int fd);
void closingfd(int fd);
void openedfd(int fd);

#endif
