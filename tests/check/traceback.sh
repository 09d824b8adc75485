#!/bin/sh
# tests/check/traceback.sh - tracebacks say file and line, and which functions have been
# inlined, as Go's do: with both compilers, optimised or not, with DWARF 4 and 5; 200 frames
# deep over the boundary of two stacks; at a fault, at a call that is a function's last
# instruction, in a goroutine that has not begun, in 5000 goroutines quickly. Without debug
# information there are names; without symbols there are addresses, for which addr2line finds
# those places. Corrupt tables change places alone.
# needs: gcc clang objcopy strip addr2line nm
# timeout: 200

. "$RT0_ROOT/tests/lib/expect.sh"
source=$here/traceback.c
unset CC
unset GOTRACEBACK
export GOMAXPROCS=1

# place WORD: file:line of the line with the word.
place() {
	printf '%s:%d' "$source" "$(grep -n "//: $1\$" "$source" | cut -d: -f1)"
}

# report ARGUMENT: what the program says, with numbers that vary as N, and without tabs.
report() {
	./program "$1" >out 2>err
	[ $? -eq 2 ] || fail "exit status 2 of: program $1"
	sed -e 's/^	/  /' -e 's/0x[0-9a-f][0-9a-f]*/N/g' -e 's/^goroutine [0-9]* /goroutine N /' err
}

# says WHAT ARGUMENT: the program's report is the text on standard input.
says() {
	cat >wanted
	report "$2" >got
	diff wanted got >difference || { fail "$1: program $2"; cat difference; }
}

inlined() {
	cat <<-END

	goroutine N [running]:
	innermost(...)
	  $(place "$1")
	middle(...)
	  $(place innermost)
	outermost(...)
	  $(place middle) +N
	rt_main(...)
	  $(place main) +N
	END
}

panics() {
	echo 'panic: here'
	inlined panics
}

faults() {
	echo 'panic: runtime error: invalid memory address or nil pointer dereference'
	echo '[signal SIGSEGV: segmentation violation code=N addr=N pc=N]'
	inlined faults
}

lasts() {
	cat <<-END
	panic: last

	goroutine N [running]:
	last(...)
	  $(place last) +N
	rt_main(...)
	  $(place 'calls last') +N
	END
}

# Frames n-1, n-2... of the 200, up to m; even ones at the place of the call of odd.
frames() {
	for n in $(seq "$1" "$2"); do
		case $((n % 2)) in
		0) printf 'even(...)\n  %s +N\n' "$(place "$([ "$n" -eq 0 ] && echo deepest || echo odd)")" ;;
		1) printf 'odd(...)\n  %s +N\n' "$(place even)" ;;
		esac
	done
}

deep() {
	printf 'panic: deep\n\ngoroutine N [running]:\n'
	frames 0 49
	echo '...102 frames elided...'
	frames 152 200
	cat <<-END
	walker(...)
	  $(place walker) +N
	created by rt_main in goroutine 1
	  $(place spawns) +N
	END
}

for options in 'gcc -O0 -gdwarf-5' 'gcc -O2 -gdwarf-5' 'gcc -O3 -gdwarf-4' 'gcc -O0 -gdwarf-4' \
	'clang -O0 -gdwarf-4' 'clang -O2 -gdwarf-4' 'clang -O0 -gdwarf-5' 'clang -O2 -gdwarf-5'; do
	CC=${options%% *} "$rtcc" ${options#* } "$source" -o program || fail "compiling: $options"
	panics | says "$options" p
	faults | says "$options" f
	lasts | says "$options" l
	deep | says "$options" d
done

# Objects linked later, and link-time optimisation.
"$rtcc" -O2 -g -c "$source" -o traceback.o && "$rtcc" traceback.o -o program || fail 'compiling'
panics | says 'objects' p
"$rtcc" -O2 -g -flto "$source" -o program || fail 'compiling with -flto'
panics | says '-flto' p

# One that has not begun is at its function's first line. The stress build lets it begin.
"$rtcc" -O2 -g "$source" -o program
[ "${RT0_VARIANT%%-*}" = stress ] || GOTRACEBACK=all says 'not begun' u <<END
panic: unbegun

goroutine N [running]:
rt_main(...)
  $(place 'main panics') +N

goroutine N [runnable]:
never(...)
  $(place unbegun) +N
created by rt_main in goroutine 1
  $(place spawns) +N
END

# Many goroutines in few places.
began=$(date +%s)
GOTRACEBACK=all report m >got
[ $(($(date +%s) - began)) -lt 10 ] || fail 'a traceback of 5000 goroutines takes more than 10 s'
[ "$(grep -c "^  $(place receives) +N$" got)" -eq 5000 ] || fail '5000 goroutines, each with its line'

# Spoiled tables: the names remain, and the report comes to its end.
for section in info abbrev line str line_str rnglists aranges; do
	for with in zero urandom; do
		head -c 20000 /dev/$with >spoiled
		cp program whole
		objcopy --update-section .debug_$section=spoiled program 2>/dev/null || fail "objcopy"
		report p | grep -a -A1 '^outermost' >got
		[ "$(wc -l <got)" -eq 2 ] || fail "with $section from /dev/$with"
		mv whole program
	done
done

# Stripped: the addresses are those of these places.
cp program twin && strip program
./program p 2>err
grep -q '^0x' err || fail 'a stripped program prints addresses'
sed -n 's/(\.\.\.)$//p' err | addr2line -fie twin | sed -e 's/ (disc.*//' >got
cat >wanted <<-END
innermost
$(place panics)
middle
$(place innermost)
outermost
$(place middle)
rt_main
$(place main)
END
diff wanted got || fail 'addr2line with a stripped program'

# Without debug information, and the reader of it.
"$rtcc" -O2 "$source" -o program
says 'without -g' p <<END
panic: here

goroutine N [running]:
outermost(...)
  ?:0 +N
rt_main(...)
  ?:0 +N
END
! nm program | grep -q __rt0_places || fail 'a program without -g has the reader'
"$rtcc" -O2 -g -s "$source" -o program
size=$(wc -c <program)
"$rtcc" -O2 -s "$source" -o program
[ "$size" -eq "$(wc -c <program)" ] || fail 'one with -g -s has it'
exit $status
