// search.h - searching: the Ms that spin, and how many they are.
//
//	sched.nmspinning == the Ms with m->spinning + claims
//
// A claim counts an M that does not spin yet: the M that makes it wakes or creates that M
// (startm), or drops the claim. As long as the count is not 0 nobody wakes another M for new
// work, so an M that stops spinning must check all queues again, or wake the next one
// (findrunnable.c has the proof); when the world stops, startTheWorld does that. The changes of
// the count are locked instructions for that.
#ifndef RT0_SCHED_SEARCH_H
#define RT0_SCHED_SEARCH_H

#include "runtime/runtime.h"

// ---- readers ------------------------------------------------------------------------

// Others change it at any time: the count of a moment ago. wakep looks at it after the store
// to a queue; pairs with stopspinning, after which findrunnable looks at the queues.
ALWAYS_INLINE uint32_t nspinning(void)
{
	return atomic_load_seqcst(&sched.nmspinning);
}

// Returns how many idle Ps want work: no more than there are processors without a busy P. A further
// thread would only take time from the others, and a busy P soon comes to the work on its queue. The
// look at npidle pairs with pidleput, as wakep's does.
ALWAYS_INLINE uint32_t nwanting(void)
{
	uint32_t n = atomic_load_seqcst(&sched.npidle), surplus = atomic_load_relaxed(&sched.nsurplus);

	return n > surplus ? n - surplus : 0;
}

ALWAYS_INLINE bool isspinning(const M *mp)
{
	return mp->spinning;
}

// ---- claims -------------------------------------------------------------------------

// Claims the place of the spinning M, if none spins.
ALWAYS_INLINE bool claimspinning(void)
{
	return atomic_cas(&sched.nmspinning, 0, 1);
}

// Makes a claim even if some spin.
ALWAYS_INLINE void addclaim(void)
{
	atomic_xadd(&sched.nmspinning, 1);
}

// mp is the M that the claim was made for. It does not run yet, or it is this M.
ALWAYS_INLINE void takeclaim(M *mp)
{
	mp->spinning = true;
}

ALWAYS_INLINE void dropclaim(void)
{
	if ((int32_t)atomic_xadd(&sched.nmspinning, -1u) < 0)
		throw("negative nmspinning");
}

// ---- this M -------------------------------------------------------------------------

ALWAYS_INLINE void startspinning(M *mp)
{
	mp->spinning = true;
	atomic_xadd(&sched.nmspinning, 1);
}

ALWAYS_INLINE void stopspinning(M *mp)
{
	mp->spinning = false;
	dropclaim();
}

#endif
