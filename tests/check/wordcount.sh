#!/bin/sh
# tests/check/wordcount.sh - wordcount counts what wc -w counts, and a file that cannot
# be read costs only its own count.
# matrix: GOMAXPROCS=1,4
# timeout: 120
# needs: python3

. "$RT0_ROOT/tests/lib/expect.sh"
export LC_ALL=C
"$rtcc" -O2 "$RT0_ROOT/examples/wordcount.c" -o wordcount || exit 1

# As POSIX has it: without that, some take a non-breaking space, 0xA0, for white space.
wc() {
	POSIXLY_CORRECT=1 command wc "$@"
}

# exits N COMMAND...: the command's status is N; what it prints is in out and err.
exits() {
	wanted=$1
	shift
	"$@" >out 2>err
	got=$?
	[ $got -eq "$wanted" ] || fail "exit status $got of: $*"
}

# agrees ARGUMENT...: wc -w's output, except for its padding.
agrees() {
	exits 0 ./wordcount "$@"
	wc -w "$@" | sed 's/^ *//' >wanted
	cmp -s out wanted || fail "$*: $(tail -n 1 out), not $(tail -n 1 wanted)"
}

# text: 24 MB with every kind of white space and bytes beyond ASCII inside words; one
# long word of 3 MB; words that end at, before and behind a reader's buffer; nothing.
python3 - <<'END'
import random
random.seed(1)
spaces = [b" "] * 8 + [b"\n", b"\t", b"\v", b"\f", b"\r", b"  ", b"\r\n", b" \t\v\f "]
def word():
    return b"w" + random.randbytes(random.randrange(9)).translate(None, b" \t\n\v\f\r")
block = b"".join(word() + random.choice(spaces) for _ in range(100_001))
with open("text", "wb") as f:
    while f.tell() < 24_000_000:
        f.write(block)
with open("long", "wb") as f:
    f.write(b"x" * 3_000_000 + b"\n y")
for shift in -1, 0, 1:
    with open(f"edge{shift}", "wb") as f:
        f.write((b"a" * (65536 + shift - 1) + b" ") * 16)
open("empty", "wb").close()
# junk: 16 MB of arbitrary bytes.  Not every wc agrees on words here (some count one
# without a printable character), so the number is worked out as well.
junk = random.randbytes(16_000_000)
with open("junk", "wb") as f:
    f.write(junk)
invisible = bytes(c for c in range(256) if not 0x21 <= c <= 0x7e)
with open("junk_words", "w") as f:
    f.write(f"{sum(1 for w in junk.split() if w.translate(None, invisible))} junk\n")
END

agrees text
agrees text long edge-1 edge0 edge1 empty text
agrees -- text empty
exits 0 ./wordcount junk
cmp -s out junk_words || fail "junk: $(cat out), not $(cat junk_words)"
[ "$(printf '\001' | wc -w)" -ne 0 ] || agrees junk

# The standard input: a file, a pipe, by name, and named twice.
[ "$(./wordcount <text)" = "$(wc -w <text)" ] || fail "standard input"
[ "$(cat text | ./wordcount)" = "$(wc -w <text)" ] || fail "a pipe"
[ "$(cat text | ./wordcount -)" = "$(wc -w <text) -" ] || fail "a pipe named -"
cat text | ./wordcount - long - >out
cat text | wc -w - long - | sed 's/^ *//' >wanted
cmp -s out wanted || fail "- named twice"
[ "$(printf 'a b' | ./wordcount)" = 2 ] || fail "no white space at the end"
./wordcount </dev/null | grep -qx 0 || fail "nothing to read"

# More files than descriptors.
mkdir many
i=0
while [ $i -lt 1500 ]; do
	echo "a b $i" >many/$i
	i=$((i + 1))
done
agrees many/*

# What cannot be read has one line; the others are counted.
exits 1 ./wordcount text missing . long
printf '%s text\n%s long\n%s total\n' "$(wc -w <text)" 2 $(($(wc -w <text) + 2)) >wanted
cmp -s out wanted || fail "the readable files beside unreadable ones: $(cat out)"
[ "$(wc -l <err)" -eq 2 ] || fail "one line for each unreadable file"
grep -q '^wordcount: missing: [A-Za-z]' err || fail "a missing file: $(cat err)"
grep -q '^wordcount: \.: [A-Za-z]' err || fail "a directory: $(cat err)"
exits 1 ./wordcount missing
[ ! -s out ] || fail "a count of a missing file"
echo secret >locked
chmod 0 locked
if [ ! -r locked ]; then # root may read it
	exits 1 ./wordcount locked
	grep -q '^wordcount: locked: [A-Za-z]' err || fail "a locked file: $(cat err)"
fi
cp long ./-x
agrees -- -x
agrees ./-x

# Wrong use.
for option in -x --lines -w; do
	exits 2 ./wordcount $option text
	[ ! -s out ] || fail "output beside wrong use"
	grep -q '^usage: wordcount' err || fail "no usage line for $option"
	[ "$(wc -l <err)" -eq 1 ] || fail "one line for $option"
done

# A result that cannot be written is not a success.
./wordcount text >/dev/full 2>err
[ $? -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] || fail "a full standard output"

exit $status
