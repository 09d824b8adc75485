// chan.c - the order that channels make, and the elements that the runtime copies.
//
// Both sides release before and acquire after: a receive from a channel without a buffer comes
// before the end of its send, and with a buffer before the send that takes its place.
#include "hosted/wrap.h"
#include "runtime/base/hosted.h"
#include "runtime/sync/hchan.h"

#undef rt_chan_close
#undef rt_chan_free
#undef rt_chan_len
#undef rt_chan_cap

static size_t elemsize(const rt_chan *c)
{
	__rt0_inuse(c, sizeof *c);
	return c ? c->elemsize : 0;
}

static void sending(rt_chan *c, const void *elem)
{
	readby(elem, elemsize(c));
	if (c)
		publish(c);
}

static void receiving(rt_chan *c)
{
	if (c)
		publish(c);
}

static void received(rt_chan *c, void *elem)
{
	observe(c);
	writtenby(elem, elemsize(c));
}

VOID(rt_chan_send, (rt_chan *c, const void *e), (c, e), sending(c, e), observe(c))
VALUE(rt_chan_recv, bool, (rt_chan *c, void *e), (c, e), receiving(c), received(c, e))
VALUE(rt_chan_try_send, bool, (rt_chan *c, const void *e), (c, e), sending(c, e), if (r) observe(c))
VALUE(rt_chan_try_recv, bool, (rt_chan *c, void *e, bool *ok), (c, e, ok), receiving(c), if (r) { received(c, e); writtenby(ok, ok ? sizeof *ok : 0); })
VALUE(rt_chan_send_until, int, (rt_chan *c, const void *e, int64_t when), (c, e, when), sending(c, e), if (r == 0) observe(c))
VALUE(rt_chan_recv_until, int, (rt_chan *c, void *e, int64_t when), (c, e, when), receiving(c), if (r >= 0) received(c, e))
VOID(rt_chan_close, (rt_chan *c), (c), if (c) publish(c), )

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
		observe(k[i].chan);
	} else if (k[i].kind == RT_CASE_RECV) {
		received(k[i].chan, k[i].elem);
		writtenby(&k[i].ok, sizeof k[i].ok);
	}
}

VALUE(rt_select, int, (rt_case *k, int n), (k, n), selecting(k, n), selected(k, r))
VALUE(rt_select_until, int, (rt_case *k, int n, int64_t when), (k, n, when), selecting(k, n), selected(k, r))
