// socket.h - the kernel's socket addresses and constants.
#ifndef RT0_OS_SOCKET_H
#define RT0_OS_SOCKET_H

#include "runtime/base/types.h"

enum {
	AF_UNSPEC = 0, AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10,
	SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_SEQPACKET = 5,
	SOCK_NONBLOCK = 0x800, SOCK_CLOEXEC = 0x80000,
	SOL_SOCKET = 1, SO_REUSEADDR = 2, SO_TYPE = 3, SO_ERROR = 4, SO_BROADCAST = 6, SO_KEEPALIVE = 9,
	SO_LINGER = 13, SO_REUSEPORT = 15, SO_ACCEPTCONN = 30, SO_DOMAIN = 39,
	IPPROTO_TCP = 6, IPPROTO_IPV6 = 41,
	TCP_NODELAY = 1, TCP_KEEPIDLE = 4, TCP_KEEPINTVL = 5,
	IPPROTO_IP = 0, IP_PKTINFO = 8,
	IPV6_V6ONLY = 26, IPV6_RECVPKTINFO = 49, IPV6_PKTINFO = 50,
	MSG_TRUNC = 0x20, MSG_DONTWAIT = 0x40,
	SIOCGIFINDEX = 0x8933,
};

// Ports and IPv4 addresses are in network order.
typedef struct {
	uint16_t family, port;
	uint8_t addr[4], zero[8];
} SockaddrIn;

typedef struct {
	uint16_t family, port;
	uint32_t flowinfo;
	uint8_t addr[16];
	uint32_t scope;
} SockaddrIn6;

typedef struct {
	uint16_t family;
	char path[108];
} SockaddrUn;

// ---- messages: struct msghdr and what is in its control part -------------------------

typedef struct {
	void *name;
	uint32_t namelen;
	void *iov; // rt_iovec
	size_t iovlen;
	void *control;
	size_t controllen;
	int32_t flags;
} Msghdr;

typedef struct {
	size_t len; // with this header
	int32_t level, type;
} Cmsghdr;

// An index of 0 means any interface. addr: where the message was sent to, local: the address
// of this machine that answers.
typedef struct {
	int32_t index;
	uint8_t local[4], addr[4];
} InPktinfo;

typedef struct {
	uint8_t addr[16];
	uint32_t index;
} In6Pktinfo;

#endif
