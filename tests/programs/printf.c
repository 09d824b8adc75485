// tests/programs/printf.c - rt_printf writes its text whole and in order, in pieces of at
// most 4 KiB, and returns how many bytes that were.
//
// Its descriptor 1 becomes a socket that keeps the writes apart.
// matrix: GOMAXPROCS=1,4
#include "../lib/test.h"

enum {
	Unix = 1,
	Seqpacket = 5,
	Long = 10240,
	Piece = 4096,
};

static char text[Long + 1], got[2 * Long];
static int ends[2]; // of the socket; 1 is what descriptor 1 is

// One write of theirs.
static int64_t receive(char *p)
{
	return rt_read(ends[0], p, sizeof got - (size_t)(p - got));
}

static void expect(int printed, const char *wanted)
{
	int64_t n = receive(got);

	check(n >= 0);
	got[n] = 0;
	equal(printed, n);
	if (!same(got, wanted))
		rt_eprintf("'%s', not '%s'\n", got, wanted);
	check(same(got, wanted));
}

static void long_text(void)
{
	char *p = got;

	for (int i = 0; i < Long; i++)
		text[i] = (char)('!' + i * 7 % 90 + i / 1000 % 3);
	equal(rt_printf("<%s>\n", text), Long + 3);
	while (p - got < Long + 3) {
		int64_t n = receive(p);

		check(n > 0 && n <= Piece);
		p += n;
	}
	equal(p - got, Long + 3);
	check(got[0] == '<' && p[-1] == '\n' && p[-2] == '>');
	p[-2] = 0;
	check(same(got + 1, text));
}

static void conversions(void)
{
	const char *volatile nothing = NULL; // gcc does not like to see it

	expect(rt_printf("%d %5u|%-5d|%05i", -42, 7u, 8, -9), "-42     7|8    |-0009");
	expect(rt_printf("%x %#X %o %c%%", 255u, 255u, 8u, 'z'), "ff 0XFF 10 z%");
	expect(rt_printf("%ld %llu %zu", -1L, ~0ULL, sizeof text),
	       "-1 18446744073709551615 10241");
	expect(rt_printf("%s|%6s|%-4s|%.2s", "abc", "def", "g", "hij"),
	       "abc|   def|g   |hi");
	expect(rt_printf("%.3f %g %e", 3.14159, 0.5, 12345.678),
	       "3.142 0.5 1.234568e+04");
	expect(rt_printf("%s %p", nothing, (void *)0x1234), "(null) 0x1234");
	expect(rt_printf("%*d|%.*s", 4, 1, 2, "xyz"), "   1|xy");
}

static void print_line(void *arg)
{
	check(rt_printf("line %d of the many\n", (int)(intptr_t)arg) > 0);
}

// A short text is one write, whatever others print.
static void lines(void)
{
	static bool seen[100];

	for (intptr_t i = 0; i < 100; i++)
		rt_go(print_line, (void *)(i + 100));
	for (int i = 0; i < 100; i++) {
		int64_t n = receive(got);

		equal(n, sizeof "line 100 of the many\n" - 1);
		got[n] = 0;
		check(same(got + 8, " of the many\n"));
		got[8] = 0;
		n = number(got + 5) - 100;
		check(n >= 0 && n < 100 && !seen[n]);
		seen[n] = true;
	}
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	equal(rt_syscall(SYS_socketpair, Unix, Seqpacket, 0, ends), 0);
	equal(rt_syscall(SYS_dup3, ends[1], 1, 0), 1);
	long_text();
	conversions();
	lines();
	equal(rt_close(1), 0);
	equal(rt_printf("nowhere"), -EBADF);
	return 0;
}
