// text.c - rt_printf and rt_eprintf: text to a descriptor, a buffer at a time.
//
// Built with the vector registers: a float among variable arguments arrives in one.
//
// built: floats libc
#include "include/rt.h"
#include "runtime/base/format.h"
#include "runtime/base/getg.h"
#include "runtime/io/fd.h"

enum { PrintBuffer = 4096 };

typedef struct {
	Out out;
	int32_t fd;
} Writer;

static NOSPLIT int flushwriter(Out *out)
{
	const Writer *w = (const Writer *)out;
	const G *gp = callerg();
	int64_t r;

	// rt_write may park its goroutine. It returns less only when it was stopped: then the
	// rest fails, or is written if the deadline has been moved.
	for (size_t done = 0; done < out->n; done += (size_t)r) {
		if (likely(gp == gp->m->curg))
			r = rt_write(w->fd, out->buf + done, out->n - done);
		else
			r = barewrite(w->fd, out->buf + done, out->n - done);
		if (r < 0)
			return (int)r;
	}
	return 0;
}

static int vprint(int32_t fd, const char *fmt, va_list ap)
{
	char buf[PrintBuffer];
	Writer w = { .out = { .buf = buf, .size = sizeof buf, .flush = flushwriter }, .fd = fd };

	format(&w.out, fmt, ap);
	if (w.out.err == 0 && w.out.n > 0)
		w.out.err = flushwriter(&w.out);
	return w.out.err ? w.out.err : (int)w.out.total;
}

int rt_printf(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vprint(1, fmt, ap);
	va_end(ap);
	return n;
}

int rt_eprintf(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vprint(2, fmt, ap);
	va_end(ap);
	return n;
}
