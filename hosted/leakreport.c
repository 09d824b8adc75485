// leakreport.c - LeakSanitizer's report, with goroutines.
//
// It goes to a file first. On the way from there to standard error, objects that leak.c has made
// become tracebacks of the goroutines that they are for, and each other leak gets the line that
// says which goroutine allocated it.
#define _GNU_SOURCE // memfd_create
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hosted/leak.h"
#include "hosted/sanitizer.h"

void reportallocator(const void *p); // report.h goes not with libc's headers

static int reportfile = -1;

static void put(const char *from, const char *to)
{
	while (from < to) {
		ssize_t n = write(2, from, (size_t)(to - from));

		if (n <= 0)
			return;
		from += n;
	}
}

static const char *nextline(const char *p)
{
	return strchr(p, '\n') + 1;
}

static bool begins(const char *p, const char *words)
{
	return strncmp(p, words, strlen(words)) == 0;
}

// A leak is of objects that were allocated in one place: its lines are followed by a line for each
// object, with its address, up to an empty one. Returns what comes after.
static const char *putleak(const char *from)
{
	static const char newline[] = "\n";
	const char *objects = strstr(from, "\nObjects leaked above:\n"), *p;
	uintptr_t first;
	bool ours = false;

	if (!objects)
		return from;
	objects++;
	p = nextline(objects);
	first = strtoul(p, NULL, 16);
	for (; *p && *p != '\n'; p = nextline(p)) {
		struct G *gp = NULL;

		if (!ismade(strtoul(p, NULL, 16), &gp))
			continue;
		ours = true;
		if (gp)
			printleaked(gp);
	}
	if (!ours) {
		put(from, objects - 1);
		reportallocator((void *)first);
		put(newline, newline + 1);
	}
	return *p ? p + 1 : p;
}

static void putreport(void)
{
	off_t size = lseek(reportfile, 0, SEEK_END);
	const char *text, *p;

	__sanitizer_set_report_fd((void *)2);
	if (size <= 0 || ftruncate(reportfile, size + 1) != 0) // ends with a 0
		return;
	text = mmap(NULL, (size_t)size + 1, PROT_READ, MAP_PRIVATE, reportfile, 0);
	if (text == MAP_FAILED)
		return;
	for (p = text; p < text + size;) {
		const char *rest = p;

		if (begins(p, "Direct leak") || begins(p, "Indirect leak"))
			rest = putleak(p);
		if (rest == p) {
			rest = memchr(p, '\n', (size_t)(text + size - p));
			rest = rest ? rest + 1 : text + size;
			put(p, rest);
		}
		p = rest;
	}
}

// At the end of the process, behind the program's destructors: no goroutine runs any more from
// here on. If there are leaks, LeakSanitizer ends the process, after putreport. Its own search,
// which knows no goroutines, is turned off (options.c).
static void lookforleaks(void)
{
	if (!__lsan_do_leak_check || !__lsan_register_root_region || !__sanitizer_set_report_fd)
		return;
	if (!maysearch())
		return;
	reportfile = memfd_create("leaks", MFD_CLOEXEC);
	if (reportfile < 0)
		return;
	showroots();
	__sanitizer_set_report_fd((void *)(intptr_t)reportfile);
	__sanitizer_set_death_callback(putreport);
	__lsan_do_leak_check();
	__sanitizer_set_death_callback(NULL);
	putreport();
	close(reportfile);
}

// By the priority that comes after those of programs.
__attribute__((section(".fini_array.00100"), used))
static void (*const atlast)(void) = lookforleaks;
