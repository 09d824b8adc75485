// socket.h - the kernel's socket addresses and constants.
#ifndef RT0_OS_SOCKET_H
#define RT0_OS_SOCKET_H

#include "runtime/base/types.h"

enum {
	AF_UNSPEC = 0, AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10,
	SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_SEQPACKET = 5,
	SOCK_NONBLOCK = 0x800, SOCK_CLOEXEC = 0x80000,
	SOL_SOCKET = 1, SO_REUSEADDR = 2, SO_ERROR = 4, SO_BROADCAST = 6, SO_KEEPALIVE = 9,
	SO_REUSEPORT = 15,
	IPPROTO_TCP = 6, IPPROTO_IPV6 = 41,
	TCP_NODELAY = 1, TCP_KEEPIDLE = 4, TCP_KEEPINTVL = 5,
	IPV6_V6ONLY = 26,
	MSG_DONTWAIT = 0x40,
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

#endif
