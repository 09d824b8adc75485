// tests/internal/mutex_ranks.c - the locks that programs meet without knowing have their ranks in
// the builds that check the order: those of semaphores, and of descriptors.
// variants: debug stress
#include "internal.h"
#include "runtime/sched/polldesc.h"
#include "runtime/sync/sync.h"

int rt_main(int argc, char **argv)
{
	static uint32_t words[2000];
	char buf[1];
	int fds[2];

	(void)argc, (void)argv;
	for (size_t i = 0; i < nelem(words); i++)
		equal(semroot(&words[i])->lock.rank, RankSemaRoot);
	equal(rt_pipe(fds), 0);
	equal(rt_write(fds[1], "x", 1), 1);
	equal(rt_read(fds[0], buf, 1), 1);
	equal(polldescof(fds[0])->lock.rank, RankPollDesc);
	equal(polldescof(fds[1])->lock.rank, RankPollDesc);
	return 0;
}
