// chan.c - the order that channels make, and the elements that the runtime copies.
//
// Both sides release before and acquire after: a receive from a channel without a buffer comes
// before the end of its send, and with a buffer before the send that takes its place.
//
// A channel may be freed when the last element has been received, and its sender has not returned
// yet. So no call touches it after the real one, nor its address, which the sanitizer would forget
// meanwhile: each has one of clocks in its place. A new channel makes that like new.
#include "hosted/wrap.h"
#include "runtime/base/hosted.h"
#include "runtime/sync/hchan.h"

enum { Clocks = 1 << 16 };

static const char clocks[Clocks] = { 1 }; // their addresses

const void *__rt0_chanclock(const Hchan *c)
{
	return &clocks[(uintptr_t)c / 16 % Clocks];
}

// Forgets what the clock has of a channel that was at c before.
static void newchan(rt_chan *c)
{
	if (!__tsan_mutex_destroy)
		return;
	ignore();
	__tsan_mutex_destroy((void *)__rt0_chanclock(c), 0);
	heed();
}

static size_t elemsize(const rt_chan *c)
{
	__rt0_inuse(c, sizeof *c);
	return c ? c->elemsize : 0;
}

// A send reads what a close writes, so the two are a race if nothing orders them.
ALWAYS_INLINE void sending(rt_chan *c, const void *elem)
{
	readby(elem, elemsize(c));
	if (!c)
		return;
	if (__tsan_read_range)
		__tsan_read_range(c, 1);
	publish(__rt0_chanclock(c));
}

static void closing(rt_chan *c)
{
	__rt0_inuse(c, sizeof *c);
	if (!c)
		return;
	if (__tsan_write_range)
		__tsan_write_range(c, 1);
	publish(__rt0_chanclock(c));
}

static size_t receiving(rt_chan *c)
{
	if (c)
		publish(__rt0_chanclock(c));
	return elemsize(c);
}

static void received(rt_chan *c, void *elem, size_t n)
{
	observe(__rt0_chanclock(c));
	writtenby(elem, n);
}

VALUE(rt_chan_make, rt_chan *, (size_t elemsize, size_t cap), (elemsize, cap), ,
      newchan(r))
VOID(rt_chan_send, (rt_chan *c, const void *e), (c, e),
      sending(c, e), observe(__rt0_chanclock(c)))
VALUE(rt_chan_recv, bool, (rt_chan *c, void *e), (c, e),
      size_t n = receiving(c), received(c, e, n))
VALUE(rt_chan_try_send, bool, (rt_chan *c, const void *e), (c, e),
      sending(c, e), if (r) observe(__rt0_chanclock(c)))
VALUE(rt_chan_try_recv, bool, (rt_chan *c, void *e, bool *ok), (c, e, ok),
      size_t n = receiving(c),
      if (r) { received(c, e, n); writtenby(ok, ok ? sizeof *ok : 0); })
VALUE(rt_chan_send_until, int, (rt_chan *c, const void *e, int64_t when), (c, e, when),
      sending(c, e), if (r == 0) observe(__rt0_chanclock(c)))
VALUE(rt_chan_recv_until, int, (rt_chan *c, void *e, int64_t when), (c, e, when),
      size_t n = receiving(c), if (r >= 0) received(c, e, n))
VOID(rt_chan_close, (rt_chan *c), (c), closing(c), )

static void selecting(rt_case *k, int n)
{
	for (int i = 0; i < n; i++) {
		readby(&k[i].kind, sizeof k[i].kind); // not ok, nor what is between the members
		readby(&k[i].chan, sizeof k[i].chan + sizeof k[i].elem);
		if (k[i].kind == RT_CASE_SEND)
			sending(k[i].chan, k[i].elem);
		else if (k[i].kind == RT_CASE_RECV)
			receiving(k[i].chan);
	}
}

static void selected(rt_case *k, int i)
{
	if (i < 0)
		return;
	if (k[i].kind == RT_CASE_SEND) {
		observe(__rt0_chanclock(k[i].chan));
	} else if (k[i].kind == RT_CASE_RECV) {
		received(k[i].chan, k[i].elem, elemsize(k[i].chan));
		writtenby(&k[i].ok, sizeof k[i].ok);
	}
}

VALUE(rt_select, int, (rt_case *k, int n), (k, n), selecting(k, n), selected(k, r))
VALUE(rt_select_until, int, (rt_case *k, int n, int64_t when), (k, n, when),
      selecting(k, n), selected(k, r))
