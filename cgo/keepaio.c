// keepaio.c - asynchronous input and output: the library takes its locks with all signals blocked.
//
// As in keepthread.c, a goroutine that parks at such a lock keeps its thread. lio_listio that
// waits blocks nothing then. close, which cancels what is under way, is in gate_libc.c.
//
// An archive member of its own, because it needs all of that from the library.
//
// Unyielding: as gate_libc.c.
//
// built: unyielding
#include "cgo/gate.h"

typedef struct AioRequest AioRequest; // struct aiocb

int __real_aio_read(AioRequest *r);
int __wrap_aio_read(AioRequest *r);
int __real_aio_write(AioRequest *r);
int __wrap_aio_write(AioRequest *r);
int __real_aio_fsync(int op, AioRequest *r);
int __wrap_aio_fsync(int op, AioRequest *r);
int __real_aio_cancel(int fd, AioRequest *r);
int __wrap_aio_cancel(int fd, AioRequest *r);
int __real_lio_listio(int mode, AioRequest *const *list, int n, void *event);
int __wrap_lio_listio(int mode, AioRequest *const *list, int n, void *event);

static int unkeep(bool kept, int r)
{
	if (kept)
		rt_unlock_os_thread();
	return r;
}

int __wrap_aio_read(AioRequest *r)
{
	bool keeps = __rt0_keepthread();

	return unkeep(keeps, __real_aio_read(r));
}

int __wrap_aio_write(AioRequest *r)
{
	bool keeps = __rt0_keepthread();

	return unkeep(keeps, __real_aio_write(r));
}

int __wrap_aio_fsync(int op, AioRequest *r)
{
	bool keeps = __rt0_keepthread();

	return unkeep(keeps, __real_aio_fsync(op, r));
}

int __wrap_aio_cancel(int fd, AioRequest *r)
{
	bool keeps = __rt0_keepthread();

	return unkeep(keeps, __real_aio_cancel(fd, r));
}

int __wrap_lio_listio(int mode, AioRequest *const *list, int n, void *event)
{
	enum { LIO_WAIT = 0 };
	bool keeps = mode != LIO_WAIT && __rt0_keepthread();

	return unkeep(keeps, __real_lio_listio(mode, list, n, event));
}
