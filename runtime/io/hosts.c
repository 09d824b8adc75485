// hosts.c - the names of /etc/hosts, in a table that is made again when the file has
// changed.
//
// The table holds an entry for each name of each line, in the order of the file, and a
// chain of entries for each hash. A lookup holds the lock, also while it reads the file:
// others would have to read it, too. The address of a line is parsed when a lookup has
// found it.
#include "runtime/io/names.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"

const char *hostspath = "/etc/hosts"; // not a constant, so that a test can have its own

enum { None = -1 };

typedef struct {
	const char *name, *ip; // in text
	int32_t next; // entry with an equal hash, further down in the file
} HostEntry;

static rt_mutex hostslock;

// hostslock protects:
static struct {
	Stamp stamp;
	char *text;
	HostEntry *entries;
	int32_t *heads; // a chain for each hash; a power of two of them, or NULL
	uint32_t nentries, nheads;
} hosts;

static uint32_t hosthash(const char *name)
{
	uint32_t h = 2166136261; // FNV-1a

	for (; *name; name++) {
		if (name[0] == '.' && name[1] == '\0')
			break;
		h = (h ^ (uint8_t)(*name | 0x20)) * 16777619;
	}
	return h;
}

// Returns p with room for one more element, behind n elements of the size.
static void *roomforone(void *p, uint32_t n, size_t size)
{
	if ((n & (n - 1)) != 0) // there is room up to the next power of two
		return p;
	return rt_realloc(p, max(2 * (size_t)n, (size_t)1) * size);
}

static void addline(char *line)
{
	const char *ip = nextword(&line), *name;

	while (ip && (name = nextword(&line))) {
		hosts.entries = roomforone(hosts.entries, hosts.nentries,
		                           sizeof *hosts.entries);
		hosts.entries[hosts.nentries++] = (HostEntry){ name, ip, None };
	}
}

// From the last entry to the first, so that each chain is in the order of the file.
static void makechains(void)
{
	for (hosts.nheads = 16; hosts.nheads < hosts.nentries; hosts.nheads *= 2)
		;
	hosts.heads = rt_malloc(hosts.nheads * sizeof *hosts.heads);
	for (uint32_t i = 0; i < hosts.nheads; i++)
		hosts.heads[i] = None;
	for (uint32_t i = hosts.nentries; i-- > 0;) {
		HostEntry *e = &hosts.entries[i];
		int32_t *head = &hosts.heads[hosthash(e->name) & (hosts.nheads - 1)];

		e->next = *head;
		*head = (int32_t)i;
	}
}

static void readhosts(const Stamp *stamp)
{
	char *rest, *line;

	rt_free(hosts.text);
	rt_free(hosts.entries);
	rt_free(hosts.heads);
	__builtin_memset(&hosts, 0, sizeof hosts);
	hosts.stamp = *stamp;
	rest = hosts.text = readfile(hostspath);
	// Perhaps there are no descriptors just now: then the next lookup tries again.
	if (!rest && stamp->size > 0)
		hosts.stamp.good = false;
	while (rest && (line = nextline(&rest)))
		addline(line);
	makechains();
}

static int32_t copyhosts(const char *host, int32_t family, rt_address **a)
{
	int32_t i = hosts.heads[hosthash(host) & (hosts.nheads - 1)], n = 0;
	const char *last = NULL;
	rt_address found;

	for (; i != None; i = hosts.entries[i].next) {
		const HostEntry *e = &hosts.entries[i];

		if (e->ip == last || !samehost(e->name, host))
			continue;
		last = e->ip; // a line may have a name twice
		if (!parseip(e->ip, &found))
			continue;
		unmap(&found);
		if (family != AF_UNSPEC && family != familyof(&found))
			continue;
		*a = roomforone(*a, (uint32_t)n, sizeof found);
		(*a)[n++] = found;
	}
	return n;
}

int32_t searchhosts(const char *host, int32_t family, rt_address **a)
{
	Stamp stamp;
	int32_t n;

	*a = NULL;
	rt_mutex_lock(&hostslock);
	stamp = stampof(hostspath);
	if (!hosts.heads || !samestamp(&stamp, &hosts.stamp))
		readhosts(&stamp);
	n = copyhosts(host, family, a);
	rt_mutex_unlock(&hostslock);
	return n;
}
