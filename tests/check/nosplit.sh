#!/bin/sh
# tests/check/nosplit.sh - what runs below a goroutine's guard fits there, in the examples
# and with all of the runtime linked; what does not fit is found.
# stdout~: ^check-nosplit: \d+ functions, \d+ unchecked, deepest chain \d+ of 672 bytes:
# compilers: gcc
# variants: release debug
# timeout: 300
# needs: python3 gcc objdump readelf nm

. "$RT0_ROOT/tests/lib/expect.sh"
unset CC

build() {
	"$rtcc" -O2 -Wall -Wextra "$1" -o program || fail "compiling $1"
}

# finds REGEXP: check-nosplit says this about the program on standard input, and fails.
finds() {
	cat >program.c
	build program.c
	"$RT0_ROOT/tools/check-nosplit" program >out 2>&1
	[ $? -eq 1 ] || fail "exit status 1 for: $1"
	grep -Eqx "check-nosplit: $1" out || { cat out; fail "it says: $1"; }
	[ "$(wc -l <out)" -eq 1 ] || { cat out; fail "one line for: $1"; }
}

grep -q 'StackGuard = 928,' "$RT0_ROOT/runtime/runtime.h" ||
	fail "the budget is of this StackGuard"

for example in hello sieve wordcount pipeline echo httpd supervise forward; do
	"$RT0_ROOT/tools/check-nosplit" "$RT0_BUILD/$RT0_VARIANT/examples/$example" ||
		fail "$example"
done

build "$RT0_ROOT/tests/check/nosplit_all.c"
nm -P program | sed 's/ .*//' >linked
nm -P "$RT0_BUILD/$RT0_VARIANT/librt0.a" |
	sed -n 's/^\(rt_[a-z_]*\) T .*/\1/p' >interface
[ -s interface ] || fail "the archive has an interface"
for name in $(cat interface); do
	grep -qx "$name" linked || fail "nosplit_all.c refers to $name"
done
"$RT0_ROOT/tools/check-nosplit" --complete program || fail "nosplit_all.c"

# An unyielding file has no function that checks the stack, because a goroutine yields there.
# The stack checks of the others show that the test would see one.
cd "$RT0_ROOT" || exit 1
checks() {
	object=$RT0_BUILD/$RT0_VARIANT/${1%.c}.o
	case $1 in cgo/*) object=$RT0_BUILD/$RT0_VARIANT/libc/${1%.c}.o ;; esac
	[ -e "$object" ] || object=$RT0_BUILD/$RT0_VARIANT/${1%.c}.o # an archive member
	[ -s "$object" ] || fail "$object is there"
	nm "$object" | grep -q __morestack
}
for file in $(grep -rl '^// built:.* unyielding' runtime cgo); do
	checks "$file" && fail "$file is unyielding and checks the stack"
done
for file in runtime/sync/chan.c runtime/mem/malloc.c runtime/sched/syscall.c; do
	grep -q '^// built: unyielding' $file || fail "$file is unyielding"
done
checks runtime/sync/select.c || fail "select.c checks the stack"
cd "$RT0_TMP" || exit 1

# A frame that is too big, called from a function that checks.
finds '[78][0-9]{2} of 672 bytes: rt_main -> unchecked' <<'END'
#include <rt.h>

__attribute__((no_split_stack, noinline)) static int unchecked(int n)
{
	volatile char frame[700];

	frame[n] = 1;
	return frame[0];
}

int rt_main(int argc, char **argv)
{
	(void)argv;
	return unchecked(argc);
}
END

# This frame in pieces, and the last piece checks.
finds '[78][0-9]{2} of 672 bytes: rt_main -> first -> second -> third -> __morestack' <<'END'
#include <rt.h>

#define PIECE(name, more, call)                       \
	__attribute__((noinline)) more int name(int n) \
	{                                             \
		volatile char frame[330];             \
						      \
		frame[n] = 1;                         \
		return call + frame[0];               \
	}
#define UNCHECKED __attribute__((no_split_stack)) static

PIECE(third, static, 0)
PIECE(second, UNCHECKED, third(n))
PIECE(first, UNCHECKED, second(n))

int rt_main(int argc, char **argv)
{
	(void)argv;
	return first(argc);
}
END

# A recursion.
finds 'recursion: (even -> odd -> even|odd -> even -> odd)' <<'END'
#include <rt.h>

#define UNCHECKED __attribute__((no_split_stack, noipa))

UNCHECKED static int odd(int n);

UNCHECKED static int even(int n)
{
	return n == 0 ? 1 : odd(n - 1) * 2;
}

UNCHECKED static int odd(int n)
{
	return n == 0 ? 0 : even(n - 1) * 3;
}

int rt_main(int argc, char **argv)
{
	(void)argv;
	return even(argc);
}
END

# A call that goes nobody knows where.
finds 'indirect call at 0x[0-9a-f]+, not in INDIRECT: .*unchecked' <<'END'
#include <rt.h>

int (*volatile function)(int);

__attribute__((no_split_stack, noinline)) static int unchecked(int n)
{
	return function(n) + 1;
}

int rt_main(int argc, char **argv)
{
	(void)argv;
	return unchecked(argc);
}
END

exit $status
