// address.h - networks and addresses as text and as the kernel's structures; io/address.c.
#ifndef RT0_IO_ADDRESS_H
#define RT0_IO_ADDRESS_H

#include "include/rt.h"
#include "runtime/os/socket.h"

typedef struct {
	const char *name;
	int32_t type;   // SOCK_STREAM ...
	int32_t family; // AF_UNSPEC: AF_INET or AF_INET6
} Network;

enum { MaxHost = 256 }; // a name of DNS, terminated

const Network *findnetwork(const char *name); // NULL: no such network
// Splits "host:port" and "[host]:port". Returns 0 or -EINVAL.
int64_t splithostport(const char *text, char *host, uint16_t *port);
// A numeric address without a port.
bool parseip(const char *text, rt_address *a);
void setport(rt_address *a, uint16_t port);
uint16_t familyof(const rt_address *a);
// The socket address of a path, or @name.
int64_t parseunix(const char *path, rt_address *a);

// Connects to a, and gives up at the instant until, if it is not 0; io/socket.c.
int64_t dialto(const Network *nw, const rt_address *a, int64_t until);

// The addresses of host, at most n, of a family if it is not AF_UNSPEC; io/resolve.c.
int64_t lookuphost(const char *host, int32_t family, rt_address *a, int32_t n);

#endif
