// address.h - networks and addresses, as text and as structures; io/address.c.
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
// Turns an IPv6 address that means an IPv4 address into that.
void unmap(rt_address *a);
void setport(rt_address *a, uint16_t port);
uint16_t familyof(const rt_address *a);
// The socket address of a path, or @name.
int64_t parseunix(const char *path, rt_address *a);

// ---- socket.c -----------------------------------------------------------------------

// What an address as text means: no name needs more than the two addresses at one.
// Returns how many there are, in the order in which they should be dialled, or an error.
// *a is one, or memory that the caller frees.
int64_t resolve(const Network *nw, const char *text, bool listening, rt_address one[2],
                rt_address **a);
int64_t setopt(int32_t fd, int32_t level, int32_t opt, int32_t value);
// Makes the call getsockname or getpeername. If it fails, a->size is 0.
int64_t nameof(int64_t nr, int32_t fd, rt_address *a);
// A socket for a, not in the table yet; and the flags for fdinstall.
int64_t newsocket(const Network *nw, const rt_address *a);
uint32_t flagsof(int32_t type, int32_t family);

// ---- dial.c -------------------------------------------------------------------------

// Connects to a, and gives up at the instant until, if it is not 0.
int64_t dialto(const Network *nw, const rt_address *a, int64_t until);

// ---- resolve.c ----------------------------------------------------------------------

// The addresses of host, of a family if it is not AF_UNSPEC, in the order of RFC 6724.
// Returns how many there are, at least 1, and where, to be freed; or an error.
int64_t lookuphost(const char *host, int32_t family, rt_address **a);
// Returns whether host can only be a numeric address.
bool isnumeric(const char *host);

// ---- addrselect.c -------------------------------------------------------------------

// Sorts n destinations as RFC 6724 wants it; the second has their source addresses, of
// size 0 where there is no way to the destination.
void sortaddresses(rt_address *a, int32_t n);
void sortbysource(rt_address *a, const rt_address *source, int32_t n);

#endif
