#!/bin/sh
# tests/check/hardening.sh - what docs/hardening.md says of a program's segments, its pointers
# to code, its canary and its indirect branches is so, in static and in position-independent
# programs, of gcc and of clang; two builds give identical bytes.
# variants: release debug stress
# stdout: ok
# needs: gcc clang make nm objdump readelf python3
# timeout: 300

. "$RT0_ROOT/tests/lib/expect.sh"

wrong() {
	fail "$name: $1"
}

# What the program headers promise.
segments() {
	readelf -lW "$1" >headers
	grep -q 'GNU_STACK .* RW ' headers || wrong 'the stack may be executable'
	! grep -Eq 'LOAD .* (RWE|  E|R W E) ' headers || wrong 'a segment to write and execute'
	grep -q 'GNU_RELRO .* R ' headers || wrong 'no RELRO'
	! grep -q INTERP headers || wrong 'a dynamic linker is asked for'
	readelf -nW "$1" | grep -q 'Build ID: [0-9a-f]\{40\}$' || wrong 'no build-id'
	readelf -SW "$1" | sed 's/^ *\[ *[0-9]*\] *//' | awk '
		$7 ~ /X/ && $1 !~ /^.(text|plt)$/ { print "executable: " $1; bad = 1 }
		$1 == ".text" && $7 != "AX" { print "flags of .text: " $7; bad = 1 }
		END { exit bad }' || wrong 'code and data are not apart'
	awk '$1 == "LOAD" && $0 ~ / R E / { n++ } END { exit n != 1 }' headers ||
		wrong 'code is not in one segment of its own'
}

# What the kernel has made of it, when everything was in use.
mappings() {
	"./$1" maps >maps || wrong "maps: status $?"
	! grep -q '^[^ ]* .wx' maps || wrong 'a mapping to write and execute'
	! grep '^[^ ]* ..x' maps | grep -v " .*/$1\$\| \[v[a-z]*\]$" || wrong 'code that is not its own'
	[ "$(grep -c "r-xp .*/$1\$" maps)" -eq 1 ] || wrong 'code in several mappings'
	grep -q 'rw-p .*\[stack\]$' maps || wrong 'the first stack'
}

# A write to what only the start writes is a fault, and said.
closed() {
	"./$1" relro 2>err
	[ $? -eq 2 ] || wrong 'RELRO can be written'
	grep -q '^unexpected fault address 0x' err || wrong 'RELRO: nothing is said'
	grep -q '^\[signal SIGSEGV: segmentation violation code=0x2 ' err || wrong 'RELRO: another fault'
	grep -q '^rt_main(' err || wrong 'RELRO: no traceback'
}

# Pointers to code in data that can be written, after the start. Those that remain:
#	m0, g0, __m0_tls_block
#			where a thread or a goroutine continues: that changes with each switch
#	__tdata_end	__m0_tls_block, if they are at one place
#	firstchunk	the first goroutines and threads: what they begin with, and where they continue
#	firstmoduledata where the code begins and ends: compared, never called
#	netpollevent, polldescof, writehook, watchhook, forgetfds
#			set when the first descriptor is watched: programs without a network do not
#			carry what they point to
pointers() {
	"./$1" pointers >found || wrong "pointers: status $?"
	nm -n "$1" >names
	python3 - found names >remain <<-'END'
	import sys
	names = []
	for line in open(sys.argv[2]):
	    fields = line.split()
	    if len(fields) == 3 and fields[1] not in "aA":
	        names.append((int(fields[0], 16), fields[2]))
	image = next(address for address, name in names if name == "__image_start")
	for line in open(sys.argv[1]):
	    at = image + int(line.split()[0], 16)
	    print([name for address, name in names if address <= at][-1])
	END
	grep -Evx 'm0|__m0_(start|tls_block)|__tdata_end|g0|firstchunk|firstmoduledata|netpollevent|polldescof|writehook|watchhook|forgetfds' remain >bad
	[ ! -s bad ] || { wrong 'pointers to code'; cat bad; }
	grep -q . remain || wrong 'pointers: nothing was looked at'
}

# One canary for all, another in each run; its first byte is 0.
canary() {
	for i in 1 2 3; do
		"./$1" where || wrong "where: status $?"
	done >where
	[ "$(cut -d' ' -f2 where | sort -u | wc -l)" -eq 3 ] || wrong 'the canary is no secret'
	! grep -v '00$' where || wrong 'the canary has no end of a string'
	nm "$1" | grep -q ' __stack_chk_fail$' || wrong 'it has no stack protector'
}

for cc in gcc clang; do
	for kind in -static -static-pie; do
		name="$cc $kind"
		protection=none
		[ $kind = -static-pie ] && protection=branch
		CC=$cc "$rtcc" $kind -O2 -g -fstack-protector-strong -fcf-protection=$protection \
			"$here/hardening.c" -o program || wrong 'compiling'
		segments program
		mappings program
		closed program
		pointers program
		canary program
	done
	cp program program-$cc
done

# Indirect branches, in the last of each compiler's.
for cc in gcc clang; do
	name="$cc: branches"
	python3 "$here/hardening_branches.py" "$RT0_BUILD/$RT0_VARIANT/pie" program-$cc ||
		wrong 'a function without ENDBR'
done

# Identical bytes from another folder: the archive, then programs with debug information.
name=reproducible
case $RT0_VARIANT in
debug*) set -- DEBUG=1 ;;
stress*) set -- STRESS=1 ;;
*) set -- ;;
esac
case $RT0_VARIANT in
*-clang) set -- "$@" CC=clang ;;
*) set -- "$@" CC=gcc ;;
esac
unset MAKEFLAGS MAKELEVEL MFLAGS
mkdir -p another/place
(cd "$RT0_ROOT" && tar cf - --exclude=./build --exclude=./.git .) | tar xf - -C another/place
library=build/$RT0_VARIANT/librt0.a
make -s -C another/place "$@" $library >log 2>&1 || { wrong 'building'; tail log; }
cmp another/place/$library "$RT0_BUILD/$RT0_VARIANT/librt0.a" || wrong "$library"

mkdir -p another/place/build/$RT0_VARIANT/pie
cp "$RT0_BUILD/$RT0_VARIANT/pie/librt0.a" another/place/build/$RT0_VARIANT/pie
for kind in -static -static-pie; do
	for copy in here there; do
		tree=$RT0_ROOT
		[ $copy = here ] || tree=$PWD/another/place
		build=$RT0_BUILD
		[ $copy = here ] || build=$tree/build
		(cd "$tree/tests" && RT0_BUILD=$build "$tree/tools/rtcc" $kind -O2 -g -ffile-prefix-map="$tree"=. \
			check/hardening.c -o "$RT0_TMP/$copy") || wrong 'compiling'
	done
	cmp here there || wrong "a program with $kind"
done

[ $status -ne 0 ] || echo ok
exit $status
