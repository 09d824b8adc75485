// own.h - the ownership of Ps: the words that tie an M and a P together, and what changes them.
//
// On the thread of an M that owns a P, and of an M that owns none:
//
//	m->p == pp      pp->m == m      pp->status == Prunning      curcache == pp->mcache
//	m->p == NULL                                                curcache == nocache
//
// A request to yield and a signal handler of the program's put nocache into curcache for a
// while. p.c calls these functions; it also takes the P of a system call from its M, and makes
// and ends Ps. A stopping world changes the status alone (stw.c).
#ifndef RT0_SCHED_OWN_H
#define RT0_SCHED_OWN_H

#include "runtime/base/getg.h"

// ---- readers ------------------------------------------------------------------------

// Another M may change the answer at any time. The caller must be able to bear that.
ALWAYS_INLINE bool isrunning(const P *pp)
{
	return atomic_load_relaxed(&pp->status) == Prunning;
}

ALWAYS_INLINE uint32_t statusof(const P *pp)
{
	return atomic_load_acquire(&pp->status); // pairs with untie's and lend's stores
}

ALWAYS_INLINE bool isinsyscall(const P *pp)
{
	return atomic_load_relaxed(&pp->status) == Psyscall;
}

// Returns the M that owns pp, or NULL. Acquire pairs with tie's and retie's stores: the M's words
// are those that it had when it took the P.
ALWAYS_INLINE M *ownerof(const P *pp)
{
	return atomic_load_acquire(&pp->m);
}

// ---- tying and untying --------------------------------------------------------------

// Makes pp, or no P, the one of this thread's M: the M's half of the tie.
ALWAYS_INLINE void setp(M *mp, P *pp)
{
	mp->p = pp;
	SETCACHE(mp, pp ? pp->mcache : nocache);
}

// Ties pp, which must be idle and in the caller's hands, to this M, which must have none.
ALWAYS_INLINE void tie(M *mp, P *pp)
{
	setp(mp, pp);
	atomic_store_release(&pp->m, mp); // pairs with ownerof's load
	atomic_store_relaxed(&pp->status, Prunning);
}

// Unties this M and its P, which is then idle and in the caller's hands.
ALWAYS_INLINE void untie(M *mp, P *pp)
{
	setp(mp, NULL);
	pp->m = NULL;
	atomic_store_release(&pp->status, Pidle); // pairs with statusof
}

// ---- in a system call ---------------------------------------------------------------

// Leaves pp to the M that takes it first: this M, which remembers it as oldp, or another.
ALWAYS_INLINE void lend(M *mp, P *pp)
{
	pp->m = NULL;
	mp->oldp = pp;
	setp(mp, NULL);
	atomic_store_release(&pp->status, Psyscall); // pairs with takesyscallp, retie
}

// Ties the P that was lent to this M again, unless another M has taken it. An M that looks at
// the P at this moment may find no M yet, and will look again.
ALWAYS_INLINE bool retie(M *mp)
{
	P *pp = mp->oldp;

	if (unlikely(!pp || !isinsyscall(pp) ||
	             atomic_load_relaxed(&sched.freezing) || // stay out of it
	             !atomic_cas(&pp->status, Psyscall, Prunning))) // pairs with takesyscallp
		return false;
	mp->oldp = NULL;
	pp->syscalltick++;
	setp(mp, pp);
	atomic_store_release(&pp->m, mp); // pairs with ownerof's load
	return true;
}

ALWAYS_INLINE P *lentp(const M *mp)
{
	return mp->oldp;
}

// Forgets the P that was lent: it is not wanted back.
ALWAYS_INLINE void forgetlent(M *mp)
{
	mp->oldp = NULL;
}

// Returns the P that this M had before fork, in the child. If it was lent, it is lent again: no
// thread is left there that has taken it.
ALWAYS_INLINE P *forkedp(M *mp)
{
	if (mp->p)
		return mp->p;
	mp->oldp->m = NULL;
	mp->oldp->status = Psyscall;
	return mp->oldp;
}

// ---- handing a P to a sleeping or new M ---------------------------------------------

// Makes pp the P that mp will take when it wakes or starts.
ALWAYS_INLINE void leavefor(M *mp, P *pp)
{
	if (mp->nextp)
		throw("leavefor: m has p");
	mp->nextp = pp;
}

// Returns the P that was left for this M.
ALWAYS_INLINE P *takeleft(M *mp)
{
	P *pp = mp->nextp;

	mp->nextp = NULL;
	return pp;
}

#endif
