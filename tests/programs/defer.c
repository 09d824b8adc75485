// tests/programs/defer.c - deferred calls are made once, last first, by every way out of
// their scope; by a panic and by rt_goexit as well.
// matrix: GOMAXPROCS=1,4
// cflags: -Wall -Wextra -Wshadow -Wpedantic -Werror -std=c11
#include <rt.h>

#include "../lib/test.h"

static char log_[256];
static int nlog;

static void say(void *arg)
{
	log_[nlog++] = *(const char *)arg;
	log_[nlog] = '\0';
}

static void expect(const char *what, const char *want)
{
	int i = 0;

	while (log_[i] == want[i] && want[i])
		i++;
	if (log_[i] != want[i])
		rt_panic("%s: calls were made in the order \"%s\", not \"%s\"", what, log_, want);
	nlog = 0;
	log_[0] = '\0';
}

static void falls_off(void)
{
	rt_defer(say, "1");
	rt_defer(say, "2"); rt_defer(say, "3");
	say("f");
}

static int returns(int early)
{
	rt_defer(say, "1");
	if (early)
		return 1;
	rt_defer(say, "2");
	return 2;
}

static void loops(void)
{
	for (int i = 0; i < 5; i++) {
		rt_defer(say, "d");
		if (i == 1)
			continue;
		if (i == 3)
			break;
		say("b");
	}
	say("e");
}

static void jumps(int n)
{
again:
	{
		rt_defer(say, "a");
		{
			rt_defer(say, "b");
			if (n++ < 1)
				goto again;
			goto out;
		}
	}
out:
	say("o");
}

static void evaluated_now(void)
{
	const char *s = "xy";
	void (*fn)(void *) = say;

	rt_defer(fn, (void *)(uintptr_t)s);
	s++;
	fn = NULL;
	(void)fn;
	say((void *)(uintptr_t)s);
}

static void panics_in_block(void *arg)
{
	rt_defer(say, "1");
	{
		rt_defer(say, "2");
	}
	{
		rt_defer(say, "3");
		rt_panic("%s", (char *)arg);
	}
}

static void exits(void *arg)
{
	rt_defer(say, "1");
	{
		rt_defer(say, "2");
		(void)arg;
		rt_goexit();
	}
}

static void closes(void *c)
{
	rt_chan_close(c);
}

static void exits_deep(void *done)
{
	rt_defer(closes, done);
	volatile char room[3000]; // on the segment
	room[0] = 1;
	exits((void *)room);
}

static void nested(void *arg)
{
	(void)arg;
	rt_defer(say, "x");
	falls_off();
}

static void defers_in_deferred(void)
{
	rt_defer(say, "1");
	rt_defer(nested, NULL);
	rt_defer(say, "2");
}

static int remember(const char *p)
{
	log_[nlog++] = *p;
	return nlog;
}

// What takes a pointer of its own type, or a number, and whatever it returns.
static void functions_of_other_types(rt_mutex *m, int fd)
{
	rt_mutex_lock(m);
	rt_defer(rt_mutex_unlock, m);
	rt_defer(rt_close, fd);
	rt_defer(remember, "r");
}

static void calls_other_types(void)
{
	rt_mutex m = { 0 };
	int fd[2];

	equal(rt_pipe(fd), 0);
	functions_of_other_types(&m, fd[1]);
	check(rt_mutex_try_lock(&m));
	equal(rt_write(fd[1], "", 1), -EBADF);
	rt_close(fd[0]);
	log_[nlog] = '\0';
}

int rt_main(int argc, char **argv)
{
	rt_chan *done = rt_chan_make(0, 0);
	char buf[16];

	(void)argc, (void)argv;
	falls_off();
	expect("falling off", "f321");
	returns(1);
	expect("returning early", "1");
	returns(0);
	expect("returning", "21");
	loops();
	expect("a loop", "bddbdde");
	jumps(0);
	expect("goto", "babao");
	evaluated_now();
	expect("evaluation", "yx");
	check(rt_recover(panics_in_block, "boom", buf, sizeof buf));
	expect("a panic", "231");
	check(buf[0] == 'b' && buf[3] == 'm' && buf[4] == '\0');
	defers_in_deferred();
	expect("deferred in deferred", "2f321x1");
	rt_go(exits_deep, done);
	rt_chan_recv(done, NULL);
	expect("rt_goexit", "21");
	calls_other_types();
	expect("other types", "r");
	return 0;
}
