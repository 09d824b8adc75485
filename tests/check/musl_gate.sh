#!/bin/sh
# tests/check/musl_gate.sh - each object of musl's libc.a that makes system calls by itself is
# known (musl_gate.txt): how goroutines are kept from blocking in it, or why it does not block.
# variants: release
# needs: objdump nm ar

. "$RT0_ROOT/tests/lib/expect.sh"
libc=${RT0_MUSL:+$RT0_MUSL/lib/libc.a}
libc=${libc:-/usr/lib/x86_64-linux-musl/libc.a}
list=$here/musl_gate.txt

# raw ARCHIVE: its objects with the instruction.
raw() {
	objdump -d "$1" 2>/dev/null | awk '/file format/ { sub(/\.l?o:$/, "", $1); name = $1 }
		/\tsyscall/ { print name }' | sort -u
}

# row NAME...: the objects of those rows of the list; without a name, of all.
row() {
	awk -v rows=" $* " '/^[a-z]+:/ { on = rows == "  " || index(rows, " " substr($1, 1, length($1) - 1) " ") }
		/^\t/ && on' "$list" | tr -s '\t ' '\n' | grep . | sort -u
}

raw "$libc" >found
[ "$(wc -l <found)" -gt 200 ] || fail "the objects are found"
row >known
[ -z "$(row | uniq -d)" ] || fail "each object is in one row"
comm -23 found known >unknown
[ ! -s unknown ] || fail "objects that make system calls are in no row of musl_gate.txt" unknown

# The test would see one.
grep -vx flock known | comm -23 found - >unknown
[ "$(cat unknown)" = flock ] || fail "an object that is in no row is seen" unknown

# What is said to be replaced is: the name is the runtime's in a program.
nm -g --defined-only "$RT0_BUILD/$RT0_VARIANT/rt0_musl.o" | awk '{ print $3 }' | sort -u >ours
row replaced | comm -23 - ours >missing
[ ! -s missing ] || fail "these are not replaced" missing

# The page says of each row what the list does.
sed -n 's/^[a-z]*: //p' "$list" >reasons
[ -s reasons ] || fail "the rows have reasons"
while read -r reason; do
	grep -qF "$reason" "$RT0_ROOT/docs/musl.md" || fail "docs/musl.md says: $reason"
done <reasons
exit $status
