#!/bin/sh
# tests/check/supervise.sh - examples/supervise starts its commands again, at longer and longer
# intervals, forwards signals, reaps orphans, and ends what it has started, by force if it
# must be. It is process 1 of a namespace, where this is allowed.
# stdout: ok
# needs: unshare
# timeout: 120

. "$RT0_ROOT/tests/lib/expect.sh"
supervise=$RT0_BUILD/$RT0_VARIANT/examples/supervise

namespace=
for try in 'unshare --pid --fork --mount-proc' \
	'unshare --user --map-root-user --pid --fork --mount-proc'; do
	[ -z "$namespace" ] && $try true 2>/dev/null && namespace=$try
done
[ -n "$namespace" ] || echo 'no namespace: not as process 1' >&2

# await WHAT COMMAND...: until the command succeeds, at most 20 s.
await() {
	what=$1
	shift
	for i in $(seq 400); do
		"$@" && return
		sleep 0.05
	done
	fail "$what" log
}

lines() { [ "$(cat "$1" 2>/dev/null | wc -l)" -ge "$2" ]; }

# The commands. Each says what it sees in a file of its own.
cat >failing <<'END'
date +%s%N >>starts
exit 3
END
cat >serving <<'END'
trap 'echo usr1 >>got; kill -TERM $sleeper' USR1
trap 'echo term >>got; kill $sleeper; exit 0' TERM
echo $PPID >>parent
while :; do
	sleep 100 &
	sleeper=$!
	wait
done
END
cat >deaf <<'END'
trap '' TERM USR1
echo $$ >deaf_pid
while :; do sleep 1; done
END
# Leaves children behind, and waits until none of them is a zombie.
cat >leaving <<'END'
trap '' USR1
for i in 1 2 3 4 5 6 7 8 9 10; do
	(sh -c 'exit 0' & sh -c 'sleep 0.1' &)
done
sleep 0.3
for i in $(seq 100); do
	zombies=0
	for stat in /proc/[0-9]*/stat; do
		read -r pid name state parent rest <"$stat" || continue
		[ "$state" = Z ] && [ "$parent" = "$PPID" ] && zombies=$((zombies + 1))
	done 2>/dev/null
	[ $zombies -eq 0 ] && break
	sleep 0.05
done
echo $zombies >>zombies
while :; do sleep 1; done
END

began=$(date +%s%N)
$namespace "$supervise" -k 2 sh failing -- sh serving -- nosuchcommand -- sh leaving -- sh deaf \
	>log 2>&1 &
outer=$!
await 'a command that ends is started again' lines starts 4
await 'orphans are reaped' lines zombies 1
[ "$(cat zombies)" = 0 ] || fail "no zombie is left: $(cat zombies)"
await 'a command that serves is started' lines parent 1
[ -z "$namespace" ] || [ "$(cat parent)" = 1 ] || fail "it is process 1: $(cat parent)"

# unshare's child, if there is one.
inside=$outer
[ -z "$namespace" ] || read -r inside rest </proc/$outer/task/$outer/children
kill -USR1 "$inside" || fail 'it can be signalled'
await 'USR1 is forwarded' grep -q usr1 got
await 'the deaf one is there' lines deaf_pid 1
kill -TERM "$inside"
wait $outer || fail "it ends with 0, not $?" log
grep -qx term got || fail 'TERM is forwarded' got log
lines parent 2 && fail 'what serves is not started twice' parent log
grep -qx 'supervise: sh: status 3' log || fail 'it tells of the end' log
grep -qx 'supervise: nosuchcommand: no such file or directory' log ||
	fail 'it tells what cannot be started' log
grep -qx 'supervise: sh: killed by signal 9' log || fail 'it kills what does not end' log

# 100, 200 and 400 ms.
[ $(($(sed -n 4p starts) - began)) -ge 700000000 ] || fail 'the intervals grow' starts

for bad in '' '-k' '-k x true' '-- true' 'true --'; do
	"$supervise" $bad >out 2>&1
	[ $? -eq 2 ] && grep -q '^usage: supervise' out || fail "usage for: $bad" out
done

[ $status -ne 0 ] || echo ok
exit $status
