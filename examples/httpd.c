// httpd - serves the files of a directory by HTTP/1.1.
//
//	httpd [-l ADDRESS] [-t SECONDS] DIRECTORY
//
// ADDRESS is :8080 if none is given. A goroutine for each connection; keep-alive, HEAD,
// ranges, entity tags and the other preconditions, index.html. A request must have arrived
// SECONDS (10) after its first byte, and a client must take an answer of 16 KiB, and 64 KiB of a
// larger one, in that time; a silent connection is closed after six times as long. SIGTERM and
// SIGINT end it: what is being answered is finished first.
//
// Files are opened by openat2 beneath the directory: neither ".." nor a symbolic link leads
// out of it, whatever the path looks like. Before Linux 5.6, and under valgrind, there is no
// openat2: then symbolic links lead nowhere. Small files are kept in memory; before each answer the
// kernel is asked whether they have changed.
#include <rt.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum {
	SmallBuffer = 1024, MaxBuffer = 16384, // of a request's head
	MaxPath = 2048, MaxQuery = 1024,
	InOnePiece = 16384, // files up to this are kept, and go out together with the head
	Chunk = 1 << 20,
	Slowest = 64 << 10, // bytes of a chunk that a client must take while our patience lasts
	MaxFd = 1 << 16,
	MaxSeconds = 1000000,
	Grace = 10, // s to finish answers in, at the end
};

static int root, listener;
static int64_t patience = 10 * RT_SECOND;

// ---- connections --------------------------------------------------------------------
//
// At the end, the server closes connections that wait for a request, but not those that have
// one. A connection records that it is idle and then checks stopping. The goroutine that stops
// the server sets stopping and then checks for idle connections. So one of the two sees the
// other.

enum { Busy, Idle, Ending };
static uint8_t states[MaxFd];
static bool stopping;
static int32_t nconns;

typedef struct {
	int fd;
	size_t cap, len; // of buf; what has been read
	char *buf;
	bool close; // after this answer
	bool stays; // says so: HTTP/1.0 would not expect it
	bool dropped;
} Conn;

static bool goidle(const Conn *c)
{
	__atomic_store_n(&states[c->fd], Idle, __ATOMIC_SEQ_CST);
	return !__atomic_load_n(&stopping, __ATOMIC_SEQ_CST);
}

static bool gobusy(const Conn *c)
{
	uint8_t idle = Idle;

	return __atomic_compare_exchange_n(&states[c->fd], &idle, Busy, false, __ATOMIC_SEQ_CST,
	                                   __ATOMIC_SEQ_CST);
}

static void endidle(void)
{
	for (int fd = 0; fd < MaxFd; fd++) {
		uint8_t idle = Idle;

		if (__atomic_compare_exchange_n(&states[fd], &idle, Ending, false,
		                                __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			rt_set_deadline(fd, 1, 1);
	}
}

// ---- strings ------------------------------------------------------------------------

typedef struct {
	const char *p;
	size_t n;
} Str;

static Str text(const char *p)
{
	Str s = { p, 0 };

	while (p[s.n])
		s.n++;
	return s;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is(Str s, const char *word) // in any case of letters
{
	size_t i;

	for (i = 0; i < s.n && word[i]; i++) {
		if (lower(s.p[i]) != lower(word[i]))
			return false;
	}
	return i == s.n && word[i] == '\0';
}

static bool same(Str s, const char *word) // letter by letter
{
	size_t i;

	for (i = 0; i < s.n && word[i] == s.p[i] && word[i]; i++)
		;
	return i == s.n && word[i] == '\0';
}

static Str trim(Str s)
{
	while (s.n > 0 && (*s.p == ' ' || *s.p == '\t'))
		s.p++, s.n--;
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

// The part of s before c; s becomes what comes behind it. All of s, if there is no c.
static Str until(Str *s, char c)
{
	Str part = { s->p, 0 };

	while (part.n < s->n && s->p[part.n] != c)
		part.n++;
	s->p += part.n;
	s->n -= part.n;
	if (s->n > 0)
		s->p++, s->n--;
	return part;
}

static bool istoken(Str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = lower(s.p[i]);

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' &&
		    c != '.' && c != '!' && c != '~' && c != '\'' && c != '*' && c != '+' &&
		    (c < '#' || c > '&') && (c < '^' || c > '`') && c != '|')
			return false;
	}
	return s.n > 0;
}

// Decimal digits only. What is too large is INT64_MAX.
static bool number(Str s, int64_t *v)
{
	bool large = false;

	*v = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		large = large || __builtin_mul_overflow(*v, 10, v) ||
		        __builtin_add_overflow(*v, s.p[i] - '0', v);
	}
	if (large)
		*v = INT64_MAX;
	return s.n > 0;
}

// "Sun, 06 Nov 1994 08:49:37 GMT"
static void httpdate(char *buf, size_t size, int64_t t)
{
	static const char days[] = "ThuFriSatSunMonTueWed";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t since = t > 0 ? t : 0, day = since / 86400, sec = since % 86400;
	// Days from 1 March of the year 0, in eras of 400 years.
	int64_t z = day + 719468, era = z / 146097, doe = z % 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int64_t month = mp < 10 ? mp + 2 : mp - 10; // from 0

	rt_snprintf(buf, size, "%.3s, %02d %.3s %d %02d:%02d:%02d GMT", days + day % 7 * 3,
	            (int)(doy - (153 * mp + 2) / 5 + 1), months + month * 3,
	            (int)(yoe + era * 400 + (month < 2)), (int)(sec / 3600),
	            (int)(sec / 60 % 60), (int)(sec % 60));
}

// Days from 1 January 1970; month from 1.
static int64_t daysto(int64_t year, int64_t month, int64_t day)
{
	int64_t y = year - (month <= 2), era = y / 400, yoe = y % 400;
	int64_t doy = (153 * ((month + 9) % 12) + 2) / 5 + day - 1; // from 1 March

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int64_t monthof(Str s)
{
	static const char *const names[] = { "jan", "feb", "mar", "apr", "may", "jun",
	                                     "jul", "aug", "sep", "oct", "nov", "dec" };

	for (int i = 0; i < 12; i++) {
		if (is(s, names[i]))
			return i + 1;
	}
	return 0;
}

// The three forms that HTTP has had: those of httpdate, "Sunday, 06-Nov-94 08:49:37 GMT" and
// "Sun Nov  6 08:49:37 1994". -1 for anything else.
static int64_t parsedate(Str s)
{
	Str word[9]; // weekday, day, month, year, hour, minute, second, GMT
	int64_t day, year, hour, min, sec, month;
	int n = 0;

	for (size_t i = 0; i < s.n && n < 9; n++) {
		size_t from = i;

		while (i < s.n && s.p[i] != ' ' && s.p[i] != ',' && s.p[i] != '-' && s.p[i] != ':')
			i++;
		word[n] = (Str){ s.p + from, i - from };
		while (i < s.n && (s.p[i] == ' ' || s.p[i] == ',' || s.p[i] == '-' || s.p[i] == ':'))
			i++;
	}
	if (n == 7) { // the third form
		Str last = word[6];

		__builtin_memmove(&word[4], &word[3], 3 * sizeof *word);
		word[3] = last;
		last = word[1];
		word[1] = word[2];
		word[2] = last;
	} else if (n != 8 || !same(word[7], "GMT")) {
		return -1;
	}
	month = monthof(word[2]);
	if (month == 0 || !number(word[1], &day) || !number(word[3], &year) ||
	    !number(word[4], &hour) || !number(word[5], &min) || !number(word[6], &sec) ||
	    day < 1 || day > 31 || year > 9999 || hour > 23 || min > 59 || sec > 60)
		return -1;
	if (word[3].n == 2)
		year += year < 70 ? 2000 : 1900;
	return daysto(year, month, day) * 86400 + hour * 3600 + min * 60 + sec;
}

// ---- requests -----------------------------------------------------------------------

typedef struct {
	bool head, hashost, hasbody, http10;
	int64_t length; // of the body, -1: none was said
	char path[MaxPath]; // decoded; begins with '/'
	Str target;
	Str fields; // all header lines
	Str range, ifrange;
} Request;

static int hex(char c)
{
	c = lower(c);
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Returns 0 or a status. The path has no ".." in it, and no zero.
static int decodepath(Str target, char *path)
{
	size_t n = 0;

	for (size_t i = 0; i < target.n && target.p[i] != '?' && target.p[i] != '#'; i++) {
		char c = target.p[i];

		if ((unsigned char)c < ' ' || c == 127)
			return 400;
		if (c == '%') {
			if (i + 2 >= target.n || hex(target.p[i + 1]) < 0 || hex(target.p[i + 2]) < 0)
				return 400;
			c = (char)(hex(target.p[i + 1]) << 4 | hex(target.p[i + 2]));
			i += 2;
		}
		if (c == '\0')
			return 400;
		if (n == MaxPath - 1)
			return 414;
		path[n++] = c;
	}
	path[n] = '\0';
	if (path[0] != '/')
		return 400;
	for (size_t i = 0; i < n; i++) {
		if (path[i] == '/' && path[i + 1] == '.' && path[i + 2] == '.' &&
		    (path[i + 3] == '/' || path[i + 3] == '\0'))
			return 400;
	}
	return 0;
}

static int header(Request *r, Str line)
{
	Str name = until(&line, ':'), value = trim(line);
	int64_t length;

	if (name.p + name.n == line.p || !istoken(name)) // no colon, or a blank before it
		return 400;
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if ((c < ' ' && c != '\t') || c == 127)
			return 400;
	}
	if (is(name, "host")) {
		if (r->hashost)
			return 400;
		r->hashost = true;
	} else if (is(name, "content-length")) {
		if (!number(value, &length) || length == INT64_MAX ||
		    (r->length >= 0 && r->length != length))
			return 400;
		r->length = length;
		r->hasbody |= length > 0;
	} else if (is(name, "transfer-encoding")) {
		r->hasbody = true;
	} else if (is(name, "range")) {
		r->range = value;
	} else if (is(name, "if-range")) {
		r->ifrange = value;
	}
	return 0;
}

static int requestline(Request *r, Str line)
{
	Str method = until(&line, ' '), target = until(&line, ' ');
	int64_t major, minor;

	if (!istoken(method) || target.n == 0)
		return 400;
	if (line.n != 8 || !same((Str){ line.p, 5 }, "HTTP/") || line.p[6] != '.' ||
	    !number((Str){ line.p + 5, 1 }, &major) || !number((Str){ line.p + 7, 1 }, &minor))
		return 400;
	if (major != 1)
		return 505;
	r->http10 = minor == 0;
	r->head = same(method, "HEAD");
	if (!r->head && !same(method, "GET"))
		return 405;
	if (target.n > 7 && is((Str){ target.p, 7 }, "http://")) { // as to a proxy
		target.p += 7;
		target.n -= 7;
		while (target.n > 0 && *target.p != '/')
			target.p++, target.n--;
		if (target.n == 0)
			target = (Str){ "/", 1 };
	}
	r->target = target;
	return decodepath(target, r->path);
}

static Str nextline(Str *lines)
{
	Str line = until(lines, '\n');

	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

// Returns 0 or a status.
static int parse(Request *r, Str lines)
{
	int status = requestline(r, nextline(&lines));

	if (status)
		return status;
	r->fields = lines;
	r->length = -1;
	for (Str line = nextline(&lines); line.n > 0; line = nextline(&lines)) {
		status = header(r, line);
		if (status)
			return status;
	}
	return r->hashost || r->http10 ? 0 : 400;
}

// The next line of this name to *value; lines becomes what comes behind it.
static bool nextfield(Str *lines, const char *name, Str *value)
{
	for (Str line = nextline(lines); line.n > 0; line = nextline(lines)) {
		if (!is(until(&line, ':'), name))
			continue;
		*value = trim(line);
		return true;
	}
	return false;
}

// Is word on the list that all lines of this name are together?
static bool haslisted(const Request *r, const char *name, const char *word)
{
	Str value;

	for (Str lines = r->fields; nextfield(&lines, name, &value);) {
		while (value.n > 0) {
			if (is(trim(until(&value, ',')), word))
				return true;
		}
	}
	return false;
}

// Is etag on the list of entity tags s? Weak ones, W/"...", count only if that is enough.
static bool hastag(Str s, const char *etag, bool weak)
{
	while (s = trim(s), s.n > 0) {
		bool isweak = s.n > 2 && s.p[0] == 'W' && s.p[1] == '/';
		Str tag, rest;

		s.p += 2 * isweak;
		s.n -= 2 * isweak;
		if (s.p[0] != '"' && s.p[0] != ',')
			return !isweak && same(s, "*");
		if (s.p[0] == ',') {
			until(&s, ',');
			continue;
		}
		rest = (Str){ s.p + 1, s.n - 1 };
		tag = (Str){ s.p, until(&rest, '"').n + 2 };
		if (tag.n > s.n)
			return false;
		if (same(tag, etag) && (weak || !isweak))
			return true;
		until(&rest, ',');
		s = rest;
	}
	return false;
}

// Is it on that of all lines of this name? -1: there is no such line.
static int hasetag(const Request *r, const char *name, const char *etag, bool weak)
{
	int has = -1;
	Str value;

	for (Str lines = r->fields; has != 1 && nextfield(&lines, name, &value);)
		has = hastag(value, etag, weak);
	return has;
}

// The date in the line of this name; -1: there is none.
static int64_t datefield(const Request *r, const char *name)
{
	Str lines = r->fields, value;

	return nextfield(&lines, name, &value) ? parsedate(value) : -1;
}

// ---- answers ------------------------------------------------------------------------

static const char *reason(int status)
{
	switch (status) {
	case 200: return "OK";
	case 206: return "Partial Content";
	case 301: return "Moved Permanently";
	case 304: return "Not Modified";
	case 400: return "Bad Request";
	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 405: return "Method Not Allowed";
	case 408: return "Request Timeout";
	case 412: return "Precondition Failed";
	case 414: return "URI Too Long";
	case 416: return "Range Not Satisfiable";
	case 431: return "Request Header Fields Too Large";
	case 503: return "Service Unavailable";
	case 505: return "HTTP Version Not Supported";
	}
	return "Internal Server Error";
}

static const char *mimetype(const char *path)
{
	static const char *const types[][2] = {
		{ "html", "text/html; charset=utf-8" }, { "htm", "text/html; charset=utf-8" },
		{ "css", "text/css; charset=utf-8" }, { "js", "text/javascript; charset=utf-8" },
		{ "txt", "text/plain; charset=utf-8" }, { "md", "text/markdown; charset=utf-8" },
		{ "json", "application/json" }, { "xml", "application/xml" },
		{ "svg", "image/svg+xml" }, { "png", "image/png" }, { "jpg", "image/jpeg" },
		{ "jpeg", "image/jpeg" }, { "gif", "image/gif" }, { "webp", "image/webp" },
		{ "ico", "image/x-icon" }, { "pdf", "application/pdf" },
		{ "wasm", "application/wasm" }, { "woff2", "font/woff2" },
		{ "mp4", "video/mp4" }, { "mp3", "audio/mpeg" }, { "gz", "application/gzip" },
		{ "zip", "application/zip" },
	};
	const char *dot = NULL;

	for (const char *p = path; *p; p++) {
		if (*p == '/')
			dot = NULL;
		else if (*p == '.')
			dot = p + 1;
	}
	for (size_t i = 0; dot && i < sizeof types / sizeof types[0]; i++) {
		if (is(text(dot), types[i][0]))
			return types[i][1];
	}
	return "application/octet-stream";
}

// The beginning of every answer. Returns its length.
static int head(const Conn *c, char *buf, size_t size, int status)
{
	char date[32];

	httpdate(date, sizeof date, rt_walltime() / RT_SECOND);
	return rt_snprintf(buf, size, "HTTP/1.1 %d %s\r\nServer: rt0-httpd\r\nDate: %s\r\n%s",
	                   status, reason(status), date,
	                   c->close ? "Connection: close\r\n" :
	                   c->stays ? "Connection: keep-alive\r\n" : "");
}

// The client takes too long. What it has not taken goes, too: the kernel would keep that, and
// offer it for hours.
static bool drop(Conn *c)
{
	static const struct linger now = { .l_onoff = 1 };

	rt_syscall(SYS_setsockopt, c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	c->dropped = true;
	return false;
}

static bool writeout(Conn *c, rt_iovec *v, int n)
{
	int64_t size = 0, r;

	for (int i = 0; i < n; i++)
		size += (int64_t)v[i].len;
	rt_set_deadline(c->fd, 0, rt_nanotime() + patience);
	r = rt_writev(c->fd, v, n);
	if (r == size)
		return true;
	return (r >= 0 || r == -ETIMEDOUT) && drop(c); // less went out before the deadline
}

// An answer that is only a status; extra is further header lines.
static bool answer(Conn *c, const Request *r, int status, const char *extra)
{
	char buf[1024 + MaxPath * 3 + MaxQuery], body[128];
	int n, len;

	if (status >= 400 && status != 404 && status != 412 && status != 416)
		c->close = true; // what follows may not be a request
	len = rt_snprintf(body, sizeof body, "<!doctype html><title>%d</title><h1>%d %s</h1>\n",
	                  status, status, reason(status));
	n = head(c, buf, sizeof buf, status);
	if (status == 304)
		n += rt_snprintf(buf + n, sizeof buf - (size_t)n, "%s\r\n", extra);
	else
		n += rt_snprintf(buf + n, sizeof buf - (size_t)n,
		                 "%sContent-Type: text/html; charset=utf-8\r\n"
		                 "Content-Length: %d\r\n\r\n",
		                 extra, len);
	return writeout(c, (rt_iovec[]){ { buf, (size_t)n }, { body, (size_t)len } },
	                (r && r->head) || status == 304 ? 1 : 2);
}

// ---- small files that are asked for again ---------------------------------------------
//
// They are kept in memory. The kernel is asked before each answer whether the path still leads to
// that file and whether it is unchanged: one system call in place of four. A change shows
// in the file's times, but two of one moment have one time; so a file is kept only if its last
// change is at least a second ago. (What a program writes to a mapping of the file may show late.)
// If a directory on the way becomes a symbolic link, that file is still an answer, even if it is
// outside now: it was opened beneath the directory.

enum { Slots = 256, KeptPath = 128 };

typedef struct {
	int users; // the slot and answers under way
	struct stat st;
	char path[KeptPath], body[];
} Kept;

static rt_mutex keptlock; // protects the slots and users
static Kept *slots[Slots]; // by hash of the path

static Kept **slotof(const char *path)
{
	uint32_t h = 2166136261; // FNV-1a

	for (; *path; path++)
		h = (h ^ (unsigned char)*path) * 16777619;
	return &slots[h % Slots];
}

static void unkeep(Kept *k)
{
	bool last;

	if (!k)
		return;
	rt_mutex_lock(&keptlock);
	last = --k->users == 0;
	rt_mutex_unlock(&keptlock);
	if (last)
		rt_free(k);
}

static bool unchanged(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       a->st_mode == b->st_mode && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static const char *relative(const char *path)
{
	while (*path == '/')
		path++;
	return *path ? path : ".";
}

// What is kept of this path, or NULL; for unkeep.
static Kept *findkept(const char *path)
{
	struct stat st;
	Kept *k;

	rt_mutex_lock(&keptlock);
	k = *slotof(path);
	if (k && same(text(k->path), path))
		k->users++;
	else
		k = NULL;
	rt_mutex_unlock(&keptlock);
	if (k && rt_syscall(SYS_newfstatat, root, relative(path), &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    unchanged(&k->st, &st))
		return k;
	unkeep(k);
	return NULL;
}

// Reads a file as it was described, and keeps it if it has a second's age then. Returns NULL if it
// cannot be read or is not as long any more; else what is for unkeep.
static Kept *keep(int fd, const struct stat *st, const char *path, bool old)
{
	size_t size = (size_t)st->st_size;
	Kept *k = rt_malloc(sizeof *k + size), *before = NULL, **slot = slotof(path);

	k->users = 1;
	k->st = *st;
	if (rt_syscall(SYS_pread64, fd, k->body, size, 0) != (int64_t)size) {
		rt_free(k);
		return NULL;
	}
	if (old && text(path).n < KeptPath) {
		rt_snprintf(k->path, sizeof k->path, "%s", path);
		rt_mutex_lock(&keptlock);
		before = *slot;
		*slot = k;
		k->users++;
		rt_mutex_unlock(&keptlock);
	}
	unkeep(before);
	return k;
}

// ---- files --------------------------------------------------------------------------

typedef struct {
	int fd; // -1: it is all in kept
	int64_t size, from, to; // [from, to) goes out
	char etag[48];
	int64_t mtime;
	Kept *kept; // its contents, or NULL
} File;

// One name after the other, none of which may be a symbolic link or, says decodepath, "..".
static int openbynames(const char *path)
{
	Str rest = text(path);
	char name[256] = ".";
	int64_t dir = root, fd;

	for (;;) {
		Str part = until(&rest, '/');
		bool last = rest.n == 0;

		if (part.n >= sizeof name)
			return -ENAMETOOLONG;
		if (part.n > 0) {
			__builtin_memcpy(name, part.p, part.n);
			name[part.n] = '\0';
		}
		fd = rt_syscall(SYS_openat, dir, part.n > 0 ? name : ".",
		                O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
		                (last ? 0 : O_DIRECTORY));
		if (dir != root)
			rt_syscall(SYS_close, dir);
		if (fd < 0 || last)
			return (int)fd;
		dir = fd;
	}
}

static int openbeneath(const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};

	int64_t fd = rt_syscall(SYS_openat2, root, relative(path), &how, sizeof how);

	return fd == -ENOSYS ? openbynames(path) : (int)fd;
}

static void describe(File *f, const struct stat *st)
{
	f->size = f->to = st->st_size;
	f->mtime = st->st_mtim.tv_sec;
	rt_snprintf(f->etag, sizeof f->etag, "\"%lx-%lx.%lx\"", (unsigned long)st->st_size,
	            (unsigned long)st->st_mtim.tv_sec, (unsigned long)st->st_mtim.tv_nsec);
}

// Opens what path means and looks at it. Returns 0 or a status.
static int openfile(File *f, char *path)
{
	int64_t now = rt_walltime() / RT_SECOND;
	size_t n = text(path).n;
	struct stat st;

	if (path[n - 1] == '/') {
		if (n + sizeof "index.html" > MaxPath)
			return 404;
		__builtin_memcpy(path + n, "index.html", sizeof "index.html");
	}
	f->kept = findkept(path);
	if (f->kept) {
		describe(f, &f->kept->st);
		return 0;
	}
	f->fd = openbeneath(path);
	if (f->fd < 0)
		return f->fd == -EACCES ? 403 : f->fd == -EMFILE || f->fd == -ENFILE ? 503 : 404;
	if (rt_syscall(SYS_fstat, f->fd, &st) < 0)
		return 500;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? 301 : 404;
	describe(f, &st);
	if (st.st_size > 0 && st.st_size <= InOnePiece) {
		f->kept = keep(f->fd, &st, path, st.st_ctim.tv_sec < now - 1);
		return f->kept ? 0 : 500;
	}
	return 0;
}

// What the request's conditions make of the answer: 0 (it goes out), 304 or 412. Entity tags
// count more than dates, which have no more than seconds.
static int conditions(const Request *r, const File *f)
{
	int match = hasetag(r, "if-match", f->etag, false);
	int none = hasetag(r, "if-none-match", f->etag, true);
	int64_t date = datefield(r, "if-unmodified-since");

	if (match == 0 || (match < 0 && date >= 0 && f->mtime > date))
		return 412;
	date = datefield(r, "if-modified-since");
	if (none == 1 || (none < 0 && date >= 0 && f->mtime <= date))
		return 304;
	return 0;
}

// "bytes=FROM-TO", "bytes=FROM-", "bytes=-LAST". Returns 206, 416, or 200 for what is not
// understood, and for several ranges: then the whole file is a right answer.
static int range(File *f, Str s)
{
	int64_t from, to;
	Str first;

	if (s.n < 6 || !is((Str){ s.p, 6 }, "bytes="))
		return 200;
	s.p += 6;
	s.n -= 6;
	first = trim(until(&s, '-'));
	s = trim(s);
	if (first.n == 0) {
		if (!number(s, &to))
			return 200;
		if (to == 0 || f->size == 0)
			return 416;
		f->from = to < f->size ? f->size - to : 0;
		return 206;
	}
	if (!number(first, &from) || (s.n > 0 && (!number(s, &to) || to < from)))
		return 200;
	if (from >= f->size)
		return 416;
	f->from = from;
	if (s.n > 0 && to < f->size - 1)
		f->to = to + 1;
	return 206;
}

// What is large goes from the file to the socket in the kernel.
static bool sendlarge(Conn *c, File *f, rt_iovec *first)
{
	int64_t at = f->from;

	if (!writeout(c, first, 1))
		return false;
	while (at < f->to) {
		int64_t left = f->to - at, want = left < Chunk ? left : Chunk, n;

		rt_set_deadline(c->fd, 0, rt_nanotime() + patience);
		n = rt_sendfile(c->fd, f->fd, &at, (size_t)want);
		if (n == -ETIMEDOUT || (n > 0 && n < want && n < Slowest))
			return drop(c);
		if (n <= 0) // also a file that has become shorter
			return false;
	}
	return true;
}

static bool sendsmall(Conn *c, File *f, rt_iovec *first)
{
	size_t n = (size_t)(f->to - f->from);

	return writeout(c, (rt_iovec[]){ *first, { f->kept->body + f->from, n } }, 2);
}

static bool sendfile(Conn *c, const Request *r, File *f)
{
	char buf[1024], date[32], extra[160] = "";
	int status, n;
	rt_iovec first;

	httpdate(date, sizeof date, f->mtime);
	status = conditions(r, f);
	if (status) {
		rt_snprintf(extra, sizeof extra, "ETag: %s\r\nLast-Modified: %s\r\n", f->etag, date);
		return answer(c, r, status, extra);
	}
	status = 200;
	if (r->range.n > 0 && !r->head && (r->ifrange.n == 0 || same(r->ifrange, f->etag)))
		status = range(f, r->range);
	if (status == 416) {
		rt_snprintf(extra, sizeof extra, "Content-Range: bytes */%ld\r\n", (long)f->size);
		return answer(c, r, 416, extra);
	}
	if (status == 206)
		rt_snprintf(extra, sizeof extra, "Content-Range: bytes %ld-%ld/%ld\r\n",
		            (long)f->from, (long)f->to - 1, (long)f->size);
	n = head(c, buf, sizeof buf, status);
	n += rt_snprintf(buf + n, sizeof buf - (size_t)n,
	                 "%sContent-Type: %s\r\nContent-Length: %ld\r\nETag: %s\r\n"
	                 "Last-Modified: %s\r\nAccept-Ranges: bytes\r\n\r\n",
	                 extra, mimetype(r->path), (long)(f->to - f->from), f->etag, date);
	first = (rt_iovec){ buf, (size_t)n };
	if (r->head || f->to == f->from)
		return writeout(c, &first, 1);
	return f->kept ? sendsmall(c, f, &first) : sendlarge(c, f, &first);
}

// May c appear in a path unescaped? (A slash is handled elsewhere.)
static bool plain(char c)
{
	static const char others[] = "-._~!$&'()*+,;=:@";
	char l = lower(c);

	if ((l >= 'a' && l <= 'z') || (c >= '0' && c <= '9'))
		return true;
	for (size_t i = 0; i < sizeof others - 1; i++) {
		if (c == others[i])
			return true;
	}
	return false;
}

// A directory without the slash at its end: relative links would lead elsewhere.
static bool redirect(Conn *c, const Request *r)
{
	char location[MaxPath * 3 + MaxQuery + 32], *p = location;
	const char *path = r->path;
	Str query = r->target;

	while (path[0] == '/' && path[1] == '/') // "//host/" is another host
		path++;
	p += rt_snprintf(p, 16, "Location: ");
	for (; *path; path++) {
		if (plain(*path) || *path == '/')
			*p++ = *path;
		else
			p += rt_snprintf(p, 4, "%%%02X", (unsigned char)*path);
	}
	*p++ = '/';
	until(&query, '?');
	for (size_t i = 0; i < query.n; i++)
		if ((unsigned char)query.p[i] <= ' ' || (unsigned char)query.p[i] >= 127)
			query.n = 0; // not one
	if (query.n > 0 && query.n < MaxQuery)
		p += rt_snprintf(p, MaxQuery + 1, "?%.*s", (int)query.n, query.p);
	__builtin_memcpy(p, "\r\n", 3);
	return answer(c, r, 301, location);
}

// Answers the request in lines. False: the connection is of no use any more.
static __attribute__((noinline)) bool handle(Conn *c, Str lines)
{
	Request r = { 0 };
	File f = { .fd = -1 };
	int status = parse(&r, lines);
	bool ok;

	if (status)
		return answer(c, &r, status, status == 405 ? "Allow: GET, HEAD\r\n" : "") && false;
	c->stays = r.http10 && haslisted(&r, "connection", "keep-alive");
	// A body is not read: what follows is not a request.
	c->close = r.hasbody || haslisted(&r, "connection", "close") ||
	           __atomic_load_n(&stopping, __ATOMIC_SEQ_CST) ||
	           (r.http10 && !c->stays);
	status = openfile(&f, r.path);
	if (status == 0)
		ok = sendfile(c, &r, &f);
	else if (status == 301)
		ok = redirect(c, &r);
	else
		ok = answer(c, &r, status, "");
	if (f.fd >= 0)
		rt_close(f.fd);
	unkeep(f.kept);
	return ok && !c->close;
}

// ---- reading them -------------------------------------------------------------------

// The length of the request at the front of buf, up to and with the empty line; 0: there is
// more to come. Blank lines before it are passed over.
static size_t complete(const Conn *c)
{
	for (size_t i = 0, line = 0, some = 0; i < c->len; i++) {
		if (c->buf[i] != '\n') {
			line += c->buf[i] != '\r';
			continue;
		}
		if (line == 0 && some)
			return i + 1;
		some |= line;
		line = 0;
	}
	return 0;
}

static void blanklines(Conn *c)
{
	size_t n = 0;

	while (n < c->len && (c->buf[n] == '\r' || c->buf[n] == '\n'))
		n++;
	c->len -= n;
	__builtin_memmove(c->buf, c->buf + n, c->len);
}

static __attribute__((noinline)) void refuse(Conn *c, int status)
{
	answer(c, NULL, status, "");
}

// Reads until there is a request; false: there will be none. This is where a connection
// waits, with little on its stack.
static bool readrequest(Conn *c, size_t *n)
{
	bool idle = c->len == 0;
	int64_t r;

	rt_set_deadline(c->fd, rt_nanotime() + (idle ? 6 : 1) * patience, 0);
	while ((*n = complete(c)) == 0) {
		if (c->len == c->cap && c->cap == MaxBuffer) {
			refuse(c, 431);
			return false;
		}
		if (c->len == c->cap)
			c->buf = rt_realloc(c->buf, c->cap *= 2);
		if (idle && !goidle(c))
			return false;
		r = rt_read(c->fd, c->buf + c->len, c->cap - c->len);
		if (idle && !gobusy(c))
			return false;
		if (r <= 0) {
			if (r == -ETIMEDOUT && !idle)
				refuse(c, 408);
			return false;
		}
		c->len += (size_t)r;
		if (idle) // the clock of the request itself
			rt_set_deadline(c->fd, rt_nanotime() + patience, 0);
		idle = false;
		blanklines(c);
	}
	return true;
}

// After an error there may be something unread, and closing would reset the connection
// before the client has seen the answer.
static __attribute__((noinline)) void linger(const Conn *c)
{
	char buf[4096];

	rt_set_deadline(c->fd, rt_nanotime() + RT_SECOND, 0);
	if (rt_shutdown(c->fd, 1) < 0)
		return;
	for (int i = 0; i < 64 && rt_read(c->fd, buf, sizeof buf) > 0; i++)
		;
}

static void serve(void *arg)
{
	Conn c = { .fd = (int)(intptr_t)arg, .cap = SmallBuffer };
	size_t n;

	c.buf = rt_malloc(c.cap);
	while (readrequest(&c, &n)) {
		if (!handle(&c, (Str){ c.buf, n }))
			break;
		c.len -= n; // what follows came along: the next request
		__builtin_memmove(c.buf, c.buf + n, c.len);
		if (c.len == 0 && c.cap > SmallBuffer)
			c.buf = rt_realloc(c.buf, c.cap = SmallBuffer);
	}
	if (c.len > 0 && !c.dropped)
		linger(&c);
	rt_free(c.buf);
	__atomic_store_n(&states[c.fd], Busy, __ATOMIC_SEQ_CST);
	rt_close(c.fd);
	__atomic_fetch_sub(&nconns, 1, __ATOMIC_SEQ_CST);
}

// ---- beginning and end --------------------------------------------------------------

// On SIGTERM or SIGINT. Its closing the listener ends rt_main's loop.
static void stopper(void *arg)
{
	int sig;

	rt_chan_recv(arg, &sig);
	__atomic_store_n(&stopping, true, __ATOMIC_SEQ_CST);
	rt_close(listener);
	endidle();
}

static int accepting(void)
{
	for (;;) {
		int fd = rt_accept(listener);

		if (__atomic_load_n(&stopping, __ATOMIC_SEQ_CST)) {
			if (fd >= 0)
				rt_close(fd);
			return 0;
		}
		if (fd >= MaxFd) {
			rt_close(fd);
			continue;
		}
		if (fd < 0) {
			rt_eprintf("httpd: accept: %s\n", rt_strerror(fd)); // and again, after a pause
			continue;
		}
		__atomic_fetch_add(&nconns, 1, __ATOMIC_SEQ_CST);
		rt_go(serve, (void *)(intptr_t)fd);
	}
}

static int usage(void)
{
	rt_eprintf("usage: httpd [-l ADDRESS] [-t SECONDS] DIRECTORY\n");
	return 2;
}

int rt_main(int argc, char **argv)
{
	const char *address = ":8080", *directory = NULL;
	rt_chan *signals = rt_chan_make(sizeof(int), 1);
	char name[128];
	int64_t n;

	for (int i = 1; i < argc; i++) {
		Str arg = text(argv[i]);

		if (is(arg, "-l") && i + 1 < argc)
			address = argv[++i];
		else if (is(arg, "-t") && i + 1 < argc && number(text(argv[i + 1]), &n) && n > 0 &&
		         n <= MaxSeconds)
			patience = n * RT_SECOND, i++;
		else if (*argv[i] != '-' && !directory)
			directory = argv[i];
		else
			return usage();
	}
	if (!directory)
		return usage();
	root = rt_open(directory, O_RDONLY | O_DIRECTORY, 0);
	if (root < 0) {
		rt_eprintf("httpd: %s: %s\n", directory, rt_strerror(root));
		return 1;
	}
	listener = rt_listen("tcp", address);
	if (listener < 0) {
		rt_eprintf("httpd: %s: %s\n", address, rt_strerror(listener));
		return 1;
	}
	rt_signal_notify(15, signals);
	rt_signal_notify(2, signals);
	rt_go(stopper, signals);
	rt_local_address(listener, name, sizeof name);
	rt_printf("httpd: %s at %s\n", directory, name);
	accepting();
	for (int i = 0; i < Grace * 100 && __atomic_load_n(&nconns, __ATOMIC_SEQ_CST) > 0; i++)
		rt_sleep(10 * RT_MILLISECOND);
	return 0;
}
