// strerror.c - the texts of Linux's error numbers.
//
// One string holds them all, in order and each ended by NUL: no table of pointers, which
// a position-independent binary would have to relocate at start-up.  An empty text is a
// number that Linux does not use.  Finding one is a walk, and nobody asks in a hurry.
#include "rt.h"

enum { LastError = 133 };

static const char texts[] =
	"success\0"
	"operation not permitted\0"  // 1 EPERM
	"no such file or directory\0"  // 2 ENOENT
	"no such process\0"  // 3 ESRCH
	"interrupted system call\0"  // 4 EINTR
	"input/output error\0"  // 5 EIO
	"no such device or address\0"  // 6 ENXIO
	"argument list too long\0"  // 7 E2BIG
	"exec format error\0"  // 8 ENOEXEC
	"bad file descriptor\0"  // 9 EBADF
	"no child processes\0"  // 10 ECHILD
	"resource temporarily unavailable\0"  // 11 EAGAIN
	"cannot allocate memory\0"  // 12 ENOMEM
	"permission denied\0"  // 13 EACCES
	"bad address\0"  // 14 EFAULT
	"block device required\0"  // 15 ENOTBLK
	"device or resource busy\0"  // 16 EBUSY
	"file exists\0"  // 17 EEXIST
	"invalid cross-device link\0"  // 18 EXDEV
	"no such device\0"  // 19 ENODEV
	"not a directory\0"  // 20 ENOTDIR
	"is a directory\0"  // 21 EISDIR
	"invalid argument\0"  // 22 EINVAL
	"too many open files in system\0"  // 23 ENFILE
	"too many open files\0"  // 24 EMFILE
	"inappropriate ioctl for device\0"  // 25 ENOTTY
	"text file busy\0"  // 26 ETXTBSY
	"file too large\0"  // 27 EFBIG
	"no space left on device\0"  // 28 ENOSPC
	"illegal seek\0"  // 29 ESPIPE
	"read-only file system\0"  // 30 EROFS
	"too many links\0"  // 31 EMLINK
	"broken pipe\0"  // 32 EPIPE
	"numerical argument out of domain\0"  // 33 EDOM
	"numerical result out of range\0"  // 34 ERANGE
	"resource deadlock avoided\0"  // 35 EDEADLK
	"file name too long\0"  // 36 ENAMETOOLONG
	"no locks available\0"  // 37 ENOLCK
	"function not implemented\0"  // 38 ENOSYS
	"directory not empty\0"  // 39 ENOTEMPTY
	"too many levels of symbolic links\0"  // 40 ELOOP
	"\0"  // 41: not used
	"no message of desired type\0"  // 42 ENOMSG
	"identifier removed\0"  // 43 EIDRM
	"channel number out of range\0"  // 44 ECHRNG
	"level 2 not synchronized\0"  // 45 EL2NSYNC
	"level 3 halted\0"  // 46 EL3HLT
	"level 3 reset\0"  // 47 EL3RST
	"link number out of range\0"  // 48 ELNRNG
	"protocol driver not attached\0"  // 49 EUNATCH
	"no CSI structure available\0"  // 50 ENOCSI
	"level 2 halted\0"  // 51 EL2HLT
	"invalid exchange\0"  // 52 EBADE
	"invalid request descriptor\0"  // 53 EBADR
	"exchange full\0"  // 54 EXFULL
	"no anode\0"  // 55 ENOANO
	"invalid request code\0"  // 56 EBADRQC
	"invalid slot\0"  // 57 EBADSLT
	"\0"  // 58: not used
	"bad font file format\0"  // 59 EBFONT
	"device not a stream\0"  // 60 ENOSTR
	"no data available\0"  // 61 ENODATA
	"timer expired\0"  // 62 ETIME
	"out of streams resources\0"  // 63 ENOSR
	"machine is not on the network\0"  // 64 ENONET
	"package not installed\0"  // 65 ENOPKG
	"object is remote\0"  // 66 EREMOTE
	"link has been severed\0"  // 67 ENOLINK
	"advertise error\0"  // 68 EADV
	"srmount error\0"  // 69 ESRMNT
	"communication error on send\0"  // 70 ECOMM
	"protocol error\0"  // 71 EPROTO
	"multihop attempted\0"  // 72 EMULTIHOP
	"RFS specific error\0"  // 73 EDOTDOT
	"bad message\0"  // 74 EBADMSG
	"value too large for defined data type\0"  // 75 EOVERFLOW
	"name not unique on network\0"  // 76 ENOTUNIQ
	"file descriptor in bad state\0"  // 77 EBADFD
	"remote address changed\0"  // 78 EREMCHG
	"can not access a needed shared library\0"  // 79 ELIBACC
	"accessing a corrupted shared library\0"  // 80 ELIBBAD
	".lib section in a.out corrupted\0"  // 81 ELIBSCN
	"attempting to link in too many shared libraries\0"  // 82 ELIBMAX
	"cannot exec a shared library directly\0"  // 83 ELIBEXEC
	"invalid or incomplete multibyte or wide character\0"  // 84 EILSEQ
	"interrupted system call should be restarted\0"  // 85 ERESTART
	"streams pipe error\0"  // 86 ESTRPIPE
	"too many users\0"  // 87 EUSERS
	"socket operation on non-socket\0"  // 88 ENOTSOCK
	"destination address required\0"  // 89 EDESTADDRREQ
	"message too long\0"  // 90 EMSGSIZE
	"protocol wrong type for socket\0"  // 91 EPROTOTYPE
	"protocol not available\0"  // 92 ENOPROTOOPT
	"protocol not supported\0"  // 93 EPROTONOSUPPORT
	"socket type not supported\0"  // 94 ESOCKTNOSUPPORT
	"operation not supported\0"  // 95 EOPNOTSUPP
	"protocol family not supported\0"  // 96 EPFNOSUPPORT
	"address family not supported by protocol\0"  // 97 EAFNOSUPPORT
	"address already in use\0"  // 98 EADDRINUSE
	"cannot assign requested address\0"  // 99 EADDRNOTAVAIL
	"network is down\0"  // 100 ENETDOWN
	"network is unreachable\0"  // 101 ENETUNREACH
	"network dropped connection on reset\0"  // 102 ENETRESET
	"software caused connection abort\0"  // 103 ECONNABORTED
	"connection reset by peer\0"  // 104 ECONNRESET
	"no buffer space available\0"  // 105 ENOBUFS
	"transport endpoint is already connected\0"  // 106 EISCONN
	"transport endpoint is not connected\0"  // 107 ENOTCONN
	"cannot send after transport endpoint shutdown\0"  // 108 ESHUTDOWN
	"too many references: cannot splice\0"  // 109 ETOOMANYREFS
	"connection timed out\0"  // 110 ETIMEDOUT
	"connection refused\0"  // 111 ECONNREFUSED
	"host is down\0"  // 112 EHOSTDOWN
	"no route to host\0"  // 113 EHOSTUNREACH
	"operation already in progress\0"  // 114 EALREADY
	"operation now in progress\0"  // 115 EINPROGRESS
	"stale file handle\0"  // 116 ESTALE
	"structure needs cleaning\0"  // 117 EUCLEAN
	"not a XENIX named type file\0"  // 118 ENOTNAM
	"no XENIX semaphores available\0"  // 119 ENAVAIL
	"is a named type file\0"  // 120 EISNAM
	"remote I/O error\0"  // 121 EREMOTEIO
	"disk quota exceeded\0"  // 122 EDQUOT
	"no medium found\0"  // 123 ENOMEDIUM
	"wrong medium type\0"  // 124 EMEDIUMTYPE
	"operation canceled\0"  // 125 ECANCELED
	"required key not available\0"  // 126 ENOKEY
	"key has expired\0"  // 127 EKEYEXPIRED
	"key has been revoked\0"  // 128 EKEYREVOKED
	"key was rejected by service\0"  // 129 EKEYREJECTED
	"owner died\0"  // 130 EOWNERDEAD
	"state not recoverable\0"  // 131 ENOTRECOVERABLE
	"operation not possible due to RF-kill\0"  // 132 ERFKILL
	"memory page has hardware error";  // 133 EHWPOISON

const char *
rt_strerror(int err)
{
	unsigned n = err < 0 ? 0 - (unsigned)err : (unsigned)err;
	const char *s = texts;

	if (n > LastError)
		return "unknown error";
	for (; n > 0; n--)
		while (*s++ != 0)
			;
	return *s != 0 ? s : "unknown error";
}
