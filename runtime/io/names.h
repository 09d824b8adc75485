// names.h - where the addresses of names come from: /etc/hosts and /etc/resolv.conf.
#ifndef RT0_IO_NAMES_H
#define RT0_IO_NAMES_H

#include "runtime/io/address.h"
#include "runtime/io/dns.h"

// ---- conffile.c ---------------------------------------------------------------------

// What the kernel says of a file: two that are equal mean one content, if good.
typedef struct {
	uint64_t device, inode, size;
	int64_t modified[2], changed[2]; // s, ns
	bool good; // it had not been changed just before it was looked at
} Stamp;

Stamp stampof(const char *path);
bool samestamp(const Stamp *a, const Stamp *b);
// Returns the whole file as text, to be freed; NULL when it cannot be read.
char *readfile(const char *path);
// Returns the next line of a text, terminated; NULL at the end.
char *nextline(char **text);
// Returns the next word of a line, terminated; NULL at the line's end or at a comment.
char *nextword(char **line);
bool samehost(const char *a, const char *b);

// ---- hosts.c ------------------------------------------------------------------------

// Returns how many addresses of a family, if it is not AF_UNSPEC, the hosts file has for
// host, and where, to be freed if there is one.
int32_t searchhosts(const char *host, int32_t family, rt_address **a);

// ---- resolvconf.c -------------------------------------------------------------------

enum { MaxServers = 3 }; // resolv.conf(5)

typedef struct {
	rt_address servers[MaxServers];
	int32_t nservers;
	char **search; // in text, or own
	int32_t nsearch;
	int32_t ndots, attempts;
	int64_t timeout; // of one question to one server
	bool rotate;     // each question begins with another server
	bool usetcp, singlerequest, trustad, noreload;

	uint32_t turn;   // of the servers; atomic, with rotate
	int32_t users;   // under the lock of resolvconf.c
	Stamp stamp;
	char *text;      // the file
	char own[65];    // the host's domain
} ResolvConf;

// Returns what resolv.conf says now; putconf gives it back.
ResolvConf *getconf(void);
void putconf(ResolvConf *c);

#endif
