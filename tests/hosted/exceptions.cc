// tests/hosted/exceptions.cc - each goroutine has its own exceptions of C++: many throw, catch, park in
// catch blocks and in destructors, throw again, and continue on other threads.
// sanitizer: plain thread address
// matrix: GOMAXPROCS=1,2,4
// timeout: 120
#include <exception>
#include <pthread.h>
#include <stdexcept>
#include <string>

#include "../lib/test.h"

enum { Goroutines = 60, Rounds = 20 };

static rt_waitgroup done;
static rt_sem turns = RT_SEM(3);

static void park(int how)
{
	switch (how % 3) {
	case 0:
		rt_gosched();
		break;
	case 1:
		rt_sleep(20 * RT_MICROSECOND);
		break;
	case 2:
		rt_sem_acquire(&turns);
		rt_gosched();
		rt_sem_release(&turns);
	}
}

class Failure : public std::runtime_error {
public:
	int id, depth;

	Failure(int of, int deep) : std::runtime_error("failure " + std::to_string(of)), id(of), depth(deep)
	{
	}
};

static void throws(int id, int depth)
{
	throw Failure(id, depth);
}

// Runs while an exception is under way, and handles another one.
class Parks {
	int id;

public:
	explicit Parks(int of) : id(of)
	{
	}

	~Parks()
	{
		equal(std::uncaught_exceptions(), 1);
		park(id);
		try {
			throws(id, -1);
		} catch (const Failure &f) {
			equal(f.depth, -1);
			equal(f.id, id);
			park(id + 1);
		}
		equal(std::uncaught_exceptions(), 1);
	}
};

// Throws within catch blocks, depth levels deep, and rethrows on the way back.
static void nest(int id, int depth)
{
	try {
		Parks p(id);

		throws(id, depth);
	} catch (const Failure &f) {
		equal(std::uncaught_exceptions(), 0);
		park(id + depth);
		equal(f.id, id);
		equal(f.depth, depth);
		if (depth > 0) {
			try {
				nest(id, depth - 1);
				check(false);
			} catch (const Failure &inner) {
				park(depth);
				equal(inner.depth, 0);
				equal(inner.id, id);
			}
		}
		park(id);
		equal(f.depth, depth);
		if (depth == 0)
			throw;
		throws(id, 0);
	}
}

static void one(void *arg)
{
	int id = (int)(intptr_t)arg;

	for (int i = 0; i < Rounds; i++) {
		check(!std::current_exception());
		equal(std::uncaught_exceptions(), 0);
		try {
			nest(id, i % 4);
			check(false);
		} catch (const std::exception &e) {
			park(id + i);
			check(e.what() == "failure " + std::to_string(id));
		}
	}
	rt_waitgroup_done(&done);
}

static void *thread(void *arg)
{
	one(arg);
	return nullptr;
}

static void join(void *t)
{
	equal(pthread_join(*(pthread_t *)t, nullptr), 0);
}

// In a function of rt_cgocall's, an exception stays within.
static void within(void *arg)
{
	one(arg);
}

static void calls(void *arg)
{
	rt_cgocall(within, arg);
}

int rt_main(int, char **)
{
	pthread_t t[3];

	rt_waitgroup_add(&done, 2 * Goroutines + 3);
	for (intptr_t i = 1; i <= Goroutines; i++) {
		rt_go(one, (void *)i);
		rt_go(i <= 10 ? calls : one, (void *)i);
	}
	for (intptr_t i = 0; i < 3; i++)
		equal(pthread_create(&t[i], nullptr, thread, (void *)i), 0);
	rt_waitgroup_wait(&done);
	for (pthread_t &i : t)
		rt_cgocall(join, &i);
	return 0;
}
