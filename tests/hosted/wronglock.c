// tests/hosted/wronglock.c - a hash table behind two locks, of which one is the wrong one: the race is
// reported, with the lock that each held.
// sanitizer: thread
// stderr~: WARNING: ThreadSanitizer: data race
// stderr~: (?s)(Read|Write|read|write) of size.*? by .*? \(mutexes: write M[0-9]+\):.*? (insert|find|place) 
// stderr~: (?s)Previous (read|write) of size.*? by .*? \(mutexes: write M[0-9]+\):.*?wronglock\.c:
// stderr~: (?s)created by .*? rt_main .*?wronglock\.c:(78|79).*? created by .*? rt_main .*?wronglock\.c:(78|79)
// stderr~: 'goroutine [0-9]+, by goroutine 1'
// exit: 66
#include <rt.h>

#ifdef RIGHT
#define READERS &tablelock
#else
#define READERS &otherlock
#endif

enum { Slots = 64, Words = 40 };

typedef struct {
	uint64_t key;
	int value;
} Entry;

static Entry table[Slots];
static rt_mutex tablelock, otherlock;
static rt_waitgroup wg;

static Entry *place(uint64_t key)
{
	uint64_t i = key * 0x9e3779b97f4a7c15 >> 58;

	while (table[i].key && table[i].key != key)
		i = (i + 1) % Slots;
	return &table[i];
}

static void insert(uint64_t key, int value)
{
	Entry *e = place(key);

	e->key = key;
	e->value = value;
}

static int find(uint64_t key)
{
	return place(key)->value;
}

static void writer(void *arg)
{
	(void)arg;
	for (int i = 1; i <= Words; i++) {
		rt_mutex_lock(&tablelock);
		insert((uint64_t)i, i);
		rt_mutex_unlock(&tablelock);
	}
	rt_waitgroup_done(&wg);
}

static void reader(void *arg)
{
	(void)arg;
	for (int i = 1; i <= Words; i++) {
		rt_mutex_lock(READERS);
		if (find((uint64_t)i) > Words)
			rt_panic("no value");
		rt_mutex_unlock(READERS);
	}
	rt_waitgroup_done(&wg);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_waitgroup_add(&wg, 2);
	rt_go(writer, NULL);
	rt_go(reader, NULL);
	rt_waitgroup_wait(&wg);
	rt_mutex_lock(&otherlock);
	rt_printf("%d\n", find(Words));
	rt_mutex_unlock(&otherlock);
	return 0;
}
