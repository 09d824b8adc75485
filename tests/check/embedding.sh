#!/bin/sh
# tests/check/embedding.sh - assembly by a compiler of its own runs on rt0: goroutines,
# channels, select, stacks that grow, preemption of a loop without calls; tracebacks and gdb
# know its functions and lines.
# needs: python3 gcc gdb
# timeout: 300

embedding=$RT0_ROOT/examples/embedding
. "$RT0_ROOT/tests/lib/expect.sh"
unset CC
unset GOTRACEBACK

compile() {
	"$embedding/toyc" "$1.toy" >"$1.s" && "$rtcc" -v "$1.s" -o "$1" 2>"$1.log" || {
		cat "$1.log"
		fail "$1.toy builds"
	}
}

# dies SETTING PROGRAM: with status 2, and says what is on standard input; numbers that vary
# are N, and the calls of rt.h are left out.
dies() {
	cat >wanted
	env "$1" timeout 30 "./$2" >out 2>err
	[ $? -eq 2 ] || fail "exit status 2 of $2"
	sed -e "s|^	$PWD/|  |" -e '/^rt_[a-ln-z]/{N;d}' -e 's/0x[0-9a-f]*/N/g' \
		-e 's/^goroutine [2-9][0-9]*\|^goroutine 1[0-9][0-9]*/goroutine N/' err |
		diff wanted - || fail "what $2 says"
}

cp "$embedding/primes.toy" .
compile primes
printf '%s\n' 2 3 5 7 11 13 17 19 23 29 100007 0 >wanted
for procs in 1 2 4; do
	GOMAXPROCS=$procs timeout 60 ./primes >out 2>&1 || fail "primes ends, GOMAXPROCS=$procs"
	diff wanted out || fail "primes says so, GOMAXPROCS=$procs"
done
case $RT0_VARIANT in
*-clang) ;; # its runtime has segments alone
*) grep -q '^rtcc: all code checks its stack' primes.log || fail 'goroutines start on 2 KiB' ;;
esac

# Lists in collected memory: one stays, others are dropped, on two goroutines.
cat >lists.toy <<'END'
func list(n) {
	l = 0
	while 0 < n {
		l = pair(n, l)
		n = n - 1
	}
	return l
}
func sum(l) {
	s = 0
	while l {
		s = s + first(l)
		l = second(l)
	}
	return s
}
func work(out) {
	stays = list(1000)
	i = 0
	s = 0
	while i < 500 {
		s = s + sum(list(1000))
		i = i + 1
	}
	out <- s + sum(stays)
}
func main() {
	c = chan(0)
	go work(c)
	go work(c)
	print <-c + <-c
}
END
compile lists
for procs in 1 4; do
	GOMAXPROCS=$procs GODEBUG=gctrace=1,clobberfree=1 timeout 120 ./lists >out 2>err ||
		fail "lists ends, GOMAXPROCS=$procs"
	[ "$(cat out)" = 501501000 ] || fail "lists adds up, GOMAXPROCS=$procs"
	grep -q '^gc 2 @' err || fail "lists collects, GOMAXPROCS=$procs"
done

# This code again, without the note that it checks.
sed '/note.GNU-split-stack/d' primes.s >segments.s
"$rtcc" -v segments.s -o segments 2>&1 | grep -q '^rtcc: .* does not check its stack' ||
	fail 'goroutines start on segments'
timeout 60 ./segments >out 2>&1 || fail 'segments ends'
printf '%s\n' 2 3 5 7 11 13 17 19 23 29 100007 0 | diff - out || fail 'segments says so'

# A fault beyond the boundary of two stacks. Lines count.
cat >divide.toy <<'END'
func divide(a, b) {
	return a / b
}
func deep(n) {
	if n == 0 {
		return divide(1, n)
	}
	return deep(n - 1)
}
func main() {
	return deep(9)
}
END
compile divide
{
	cat <<-END
	panic: runtime error: integer divide by zero
	[signal SIGFPE: floating-point exception code=N addr=N pc=N]

	goroutine 1 [running]:
	divide(...)
	  divide.toy:2 +N
	deep(...)
	  divide.toy:6 +N
	END
	for _ in 1 2 3 4 5 6 7 8 9; do
		printf 'deep(...)\n  divide.toy:8 +N\n'
	done
	printf 'rt_main(...)\n  divide.toy:11 +N\n'
} | dies GOTRACEBACK=single divide

cat >asleep.toy <<'END'
func waits(c) {
	print <-c
}
func main() {
	c = chan(0)
	go waits(c)
	d = chan(0)
	select {
		x = <-d { panic x }
	}
}
END
compile asleep
dies GOTRACEBACK=all asleep <<'END'
fatal error: all goroutines are asleep - deadlock!

goroutine 1 [select]:
rt_main(...)
  asleep.toy:8 +N

goroutine N [chan receive]:
waits(...)
  asleep.toy:2 +N
created by rt_main in goroutine 1
  asleep.toy:6 +N
END

printf 'func main() {\n\tpanic 6 * 7\n}\n' >panics.toy
compile panics
dies GOTRACEBACK=single panics <<'END'
panic: 42

goroutine 1 [running]:
rt_main(...)
  panics.toy:2 +N
END

# gdb, by call frame information: in a prologue, over the boundary, to the end.
cat >commands <<'END'
set debuginfod enabled off
break divide
run
backtrace 2
backtrace -3
END
timeout 60 gdb -nx -q -batch -x commands ./divide 2>/dev/null </dev/null |
	sed -n 's/^#[0-9]* .*\<\([a-z_]*\) (.*[ /]\([a-z]*\.[a-zS]*\):[0-9]*$/\1 \2/p' >frames
diff - frames <<'END' || fail "gdb's backtrace"
divide divide.toy
deep divide.toy
rt_main divide.toy
runtime_main main.c
goexit switch.S
END
exit $status
