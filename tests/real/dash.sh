# tests/real/dash.sh - the shell dash does in dash_script what the system's dash does: pipes,
# jobs, traps, signals, exit codes; and ^C at a terminal ends what it does.
# source: dash
# needs: python3
./configure && make -j"$jobs" || exit
script=$RT0_ROOT/tests/real/dash_script
mkdir theirs ours
(cd theirs && timeout 60 dash "$script" >out 2>&1; echo "status $?" >>out)
grep -qx 'status 5' theirs/out || { cat theirs/out; exit 1; }
[ "$QUICK" ] && times=2 || times=30
for procs in 1 4; do
	GOMAXPROCS=$procs timeout 300 python3 "$RT0_ROOT/tests/real/dash_interrupt.py" src/dash $times || exit
done
for _ in $(seq $times); do
	for procs in 1 4; do
		(cd ours && GOMAXPROCS=$procs timeout 60 ../src/dash "$script" >out 2>&1; echo "status $?" >>out)
		diff theirs/out ours/out || exit
	done
done
