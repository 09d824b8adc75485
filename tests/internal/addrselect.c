// tests/internal/addrselect.c - the order of a name's addresses, by the examples of RFC
// 6724 and what Go's rules add to them.
//
// Promises: each rule of section 6 that is there decides where those before it do not; what
// none decides stays as it was; rule 9 is for IPv6 alone; no way there comes last. With
// this machine's own sources: loopback of IPv6 before that of IPv4 where both are there.
#include "internal.h"

#include "runtime/base/str.h"
#include "runtime/io/address.h"

enum { Most = 6 };

static rt_address parsed(const char *text)
{
	rt_address a = { 0 };

	if (*text)
		check(parseip(text, &a));
	return a;
}

typedef struct {
	const char *to, *from; // "": there is no way
} Pair;

// The pairs are in the order in which they should come out, from whichever they come in;
// only those that are equal stay as they are.
static void order(const Pair *wanted, int32_t n, bool equals)
{
	for (int32_t turn = 0; turn < (equals ? 1 : n); turn++) {
		rt_address a[Most], source[Most];
		char got[100], text[100];

		for (int32_t i = 0; i < n; i++) {
			const Pair *p = &wanted[turn % 2 ? (turn + n - i) % n : (i + turn) % n];

			a[i] = parsed(p->to);
			source[i] = parsed(p->from);
		}
		sortbysource(a, source, n);
		for (int32_t i = 0; i < n; i++) {
			rt_address right = parsed(wanted[i].to);

			rt_address_format(&a[i], got, sizeof got);
			rt_address_format(&right, text, sizeof text);
			if (!streq(got, text))
				rt_eprintf("at %d, turn %d: %s, not %s\n", i, turn, got, text);
			check(streq(got, text));
		}
	}
}

#define ORDER(...)                                                                     \
	order((Pair[]){ __VA_ARGS__ }, sizeof((Pair[]){ __VA_ARGS__ }) / sizeof(Pair), false)
#define EQUAL(...)                                                                     \
	order((Pair[]){ __VA_ARGS__ }, sizeof((Pair[]){ __VA_ARGS__ }) / sizeof(Pair), true)

static void examples(void) // RFC 6724, section 10.2
{
	ORDER({ "2001:db8:1::1", "2001:db8:1::2" }, { "198.51.100.121", "169.254.13.78" });
	ORDER({ "198.51.100.121", "198.51.100.117" }, { "2001:db8:1::1", "fe80::1" });
	ORDER({ "2001:db8:1::1", "2001:db8:1::2" }, { "10.1.2.3", "10.1.2.4" });
	ORDER({ "fe80::1", "fe80::2" }, { "2001:db8:1::1", "2001:db8:1::2" });
}

static void rules(void)
{
	ORDER({ "10.0.0.1", "10.0.0.2" }, { "2001:db8::1", "" });           // 1
	ORDER({ "::1", "::1" }, { "10.0.0.1", "" });
	EQUAL({ "2001:db8::1", "" }, { "10.0.0.1", "" }, { "::1", "" });
	ORDER({ "fec0::1", "fec0::2" }, { "2001:db8::1", "fec0::2" });      // 2
	ORDER({ "2001:db8::1", "2001:db8::2" }, { "ff0e::1", "fe80::2" });
	ORDER({ "2002:c633:6401::1", "2002:c633:6401::2" },                 // 5
	      { "2001:db8:1::1", "2002:c633:6401::2" });
	ORDER({ "2001:db8:1::1", "2001:db8:1::2" }, { "2002:c633:6401::1", "2002:c633:6401::2" },
	      { "fd00::1", "fd00::2" });                                    // 6
	ORDER({ "::1", "::1" }, { "127.0.0.1", "127.0.0.1" });
	ORDER({ "127.0.0.1", "127.0.0.1" }, { "10.0.0.1", "10.0.0.2" });    // 8
	ORDER({ "2001:db8:1::1", "2001:db8:1::9" }, { "2001:db8:3ffe::1", "2001:db8:1::9" }); // 9
	EQUAL({ "2001:db8:1::ffff", "2001:db8:1::1" }, { "2001:db8:1::2", "2001:db8:1::1" });
	EQUAL({ "1.2.3.4", "9.9.9.9" }, { "9.9.9.8", "9.9.9.9" }, { "9.9.8.8", "9.9.9.9" });
	// IPv6 of a global address, IPv4, a private network's IPv6 without way, in one.
	ORDER({ "2001:db8::1", "2001:db8::2" }, { "8.8.8.8", "10.0.0.2" }, { "fd00::5", "" });
}

static void thismachine(void)
{
	bool v6 = rt_listen("tcp", "[::1]:0") >= 0;
	rt_address a[] = { parsed("127.0.0.1"), parsed("::1") };
	char text[100];

	sortaddresses(a, 2);
	rt_address_format(&a[0], text, sizeof text);
	check(streq(text, v6 ? "[::1]:0" : "127.0.0.1:0"));
	sortaddresses(a, 1);
	sortaddresses(a, 0);
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	examples();
	rules();
	thismachine();
	return 0;
}
