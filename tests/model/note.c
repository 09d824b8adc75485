// note.c - the runtime's notes: a wake-up before, during or after the sleep is not lost, and what
// the waker has stored is there for the sleeper.
//
// source: runtime/lock/note.c
// run: --memory tso
// run: --memory ra
// run: --memory ra --spurious
// mutant: the sleeper does not look before it sleeps
// - while (atomic_load_acquire(&n->key) == 0) { // pairs
// + for (bool first = true; first || atomic_load_acquire(&n->key) == 0; first = false) { //
// - futexsleep(&n->key, 0, -1);
// + futexsleep(&n->key, atomic_load_relaxed(&n->key), -1);
// mutant: woken before the word is set
// - uint32_t old = atomic_xchg(&n->key, 1);
// + futexwakeup(&n->key, 2); uint32_t old = atomic_xchg(&n->key, 1);
// - futexwakeup(&n->key, 1);
// +
// mutant: the sleeper's look is no acquire
// - while (atomic_load_acquire(&n->key) == 0) { // pairs
// + while (atomic_load_relaxed(&n->key) == 0) { //
// mutant: the timed sleeper's look is no acquire
// - while (atomic_load_acquire(&n->key) == 0) {\n\t\tif
// + while (atomic_load_relaxed(&n->key) == 0) {\n\t\tif
// mutant: the wake-up is no release
// - atomic_xchg(&n->key, 1);
// + __atomic_exchange_n(&n->key, 1, __ATOMIC_RELAXED);
// mutant: whatever ends the sleep is a wake-up | --memory ra --spurious
// - while (atomic_load_acquire(&n->key) == 0) { // pairs
// + if (atomic_load_acquire(&n->key) == 0) { //
#include "tests/model/world.h"
#include "runtime/lock/note.c"

static Note n, back;
static int data;
static bool intime;

static void sleeper(void *arg)
{
	(void)arg;
	for (int round = 1; round <= 2; round++) {
		notesleep(&n);
		mc_assert(data == round);
		noteclear(&n);
		notewakeup(&back);
	}
}

static void waker(void *arg)
{
	(void)arg;
	for (int round = 1; round <= 2; round++) {
		data = round;
		notewakeup(&n);
		notesleep(&back);
		noteclear(&back);
	}
}

static void rounds(void)
{
	makeworld(2);
	mc_name(&n, sizeof n, "n", -1);
	mc_name(&back, sizeof back, "back", -1);
	threadong0(sleeper, 0);
	threadong0(waker, 1);
}

static void roundsended(void)
{
	mc_assert(n.key == 0 && back.key == 0);
}

// Time passes while it sleeps, or not.
static void timedsleeper(void *arg)
{
	(void)arg;
	intime = notetsleep(&n, 10);
	if (intime)
		mc_assert(data == 1);
}

static void onewaker(void *arg)
{
	(void)arg;
	data = 1;
	notewakeup(&n);
	if (mc_choose(2))
		modeltime += 100;
}

static void timed(void)
{
	makeworld(2);
	mc_name(&n, sizeof n, "n", -1);
	threadong0(timedsleeper, 0);
	threadong0(onewaker, 1);
}

static void timedended(void)
{
	mc_assert(n.key == 1);
}

const Scenario mc_scenarios[] = {
	{ "rounds", rounds, roundsended, false },
	{ "timed", timed, timedended, false },
	{ 0 },
};
