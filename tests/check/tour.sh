#!/bin/sh
# tests/check/tour.sh - rt0-tour arrives at each step and finds there what docs/startup.md
# says, to the letter; it goes forwards, back and to any step, in a program of one's own;
# and docs/ has no picture that its source would not make.
# stdout: ok
# compilers: gcc
# variants: release debug
# needs: gdb python3
# timeout: 120

. "$RT0_ROOT/tests/lib/expect.sh"
variant=${RT0_VARIANT%-clang}
cp "$here/unwind.c" prog.c
RT0_VARIANT=$variant CC=gcc "$rtcc" -g prog.c -o prog || exit 1
"$RT0_ROOT/tools/docs" "$PWD/prog" "$PWD/docs" || status=1
diff -r -x '*.txt' -x '*.md' "$RT0_ROOT/docs/pictures" docs/pictures || status=1
diff "$RT0_ROOT/docs/startup.md" docs/startup.md ||
	{ echo 'docs/startup.md is not what the tour says: make docs'; status=1; }

# By the script in the program, by hand.
cat >script <<'END'
set pagination off
set confirm off
rt0-tour list
rt0-tour
rt0-tour
rt0-tour next
rt0-tour 24
rt0-tour prev
rt0-tour
p $getg() == &g0
rt0-tour 31
info goroutines
python
try:
    gdb.execute("rt0-tour")
except gdb.error as error:
    print("error:", error)
end
rt0-tour 1
kill
END
timeout -k 5 60 gdb -nx -q -batch -iex "set auto-load safe-path $PWD" \
	-iex 'set debuginfod enabled off' -x script ./prog </dev/null >log 2>&1 || status=1
grep -o '^-- [0-9]*/31 -- [a-z0-9_A-Z]*' log | tr '\n' ' ' >arrived
echo '-- 1/31 -- _rt0_amd64_linux -- 2/31 -- _rt0_amd64 -- 3/31 -- rt0_go -- 24/31 -- gogo' \
	'-- 23/31 -- schedule -- 24/31 -- gogo -- 31/31 -- rt_main -- 1/31 -- _rt0_amd64_linux ' |
	tr -d '\n' >wanted
cmp wanted arrived || status=1
for line in '^  31  rt_main ' '^\$1 = 1$' '^\* *1 *running .* rt_main () at ' \
	'^error: rt0-tour: it ended; rt0-tour 1 begins again$'; do
	grep -q "$line" log || { echo "missing: $line"; status=1; }
done
[ $status -eq 0 ] && echo ok || { cat arrived; tail -n 40 log; }
exit $status
