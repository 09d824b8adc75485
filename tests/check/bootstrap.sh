#!/bin/sh
# tests/check/bootstrap.sh - tools/bootstrap installs what is missing if it may, else says what
# to install; it knows every tool that the tests need; it leaves to the user how many commands
# make runs at a time, and says at the end what to try next.
# variants: release
# needs: setpriv

. "$RT0_ROOT/tests/lib/expect.sh"

# Where another user may go.
place=$(mktemp -d) && cd "$place" || exit 1
trap 'rm -rf "$place"' EXIT
mkdir tools
cp "$RT0_ROOT/tools/bootstrap" tools
chmod 755 .
unset CC MAKEFLAGS

# A machine of few commands: no gcc; make and apt-get say how they were called.
mkdir few
for command in sh dirname readlink id sed cat rm mktemp nproc env setpriv touch chmod; do
	ln -s "$(command -v $command)" few
done
for command in ld ar nm objcopy objdump readelf strings strip addr2line python3; do
	ln -s /bin/true few/$command
done
cat >few/make <<'END'
#!/bin/sh
echo "make $*, MAKEFLAGS=$MAKEFLAGS"
END
cat >few/apt-get <<END
#!/bin/sh
cd '$PWD' || exit 1
touch calls
[ -e network ] || { echo "E: no network" >&2; exit 100; }
[ "\$2" != install ] || { cd few; touch gcc clang clang++; chmod +x gcc clang clang++; }
END
chmod +x few/make few/apt-get
bootstrap=$place/tools/bootstrap

# given STATUS COMMAND...: what it says is in log.
given() {
	wanted=$1
	shift
	"$@" >log 2>&1
	got=$?
	[ $got = "$wanted" ] || { cat log; fail "$*: status $got"; }
}

given 0 "$bootstrap" --help
grep -q 'tools/bootstrap run' log || fail '--help says nothing'
given 1 "$bootstrap"
given 1 "$bootstrap" nonsense
grep -q '^usage: ' log || fail 'usage'

# Another user, in another language, without sudo: nothing is tried.
if [ "$(id -u)" = 0 ]; then
	set -- setpriv --reuid=65534 --regid=65534 --clear-groups
else
	set --
fi
given 1 "$@" env PATH="$PWD/few" LC_ALL=de_DE.UTF-8 LANGUAGE=de "$bootstrap" run
grep -q '^bootstrap: packages are missing; please run: apt-get install gcc' log || { cat log; fail 'what to install'; }
[ ! -e calls ] || fail 'apt-get is called by a user who may not'

# Root, without a network, and with it.
rm few/id
printf '#!/bin/sh\necho 0\n' >few/id
chmod +x few/id
given 1 env PATH="$PWD/few" "$bootstrap" run
grep -q '^E: no network' log || fail "apt-get's message"
grep -q '^bootstrap: packages are missing; please run: apt-get install gcc' log || fail 'without network'
touch network
given 0 env PATH="$PWD/few" "$bootstrap" run
sed -n '/^make/p' log >said
cat >wanted <<END
make -j$(nproc) --output-sync all, MAKEFLAGS=
make --no-print-directory run, MAKEFLAGS=
END
cmp -s said wanted || { cat log; fail 'how make is called'; }
tail -n 1 log | grep -q 'tools/rtcc .*hello.c' || fail 'what to try next'
given 0 env PATH="$PWD/few" MAKEFLAGS=-j3 "$bootstrap" run
grep -q '^make --output-sync all, MAKEFLAGS=-j3$' log || { cat log; fail "the user's MAKEFLAGS"; }
rm -f few/clang
given 0 env PATH="$PWD/few" CC=clang "$bootstrap" run
grep -q '^bootstrap: installing clang' log || { cat log; fail 'CC=clang'; }

# Essential packages have the rest.
sed -n '/^tools()/,/^}/p' "$bootstrap" | tr ' \t' '\n\n' | sort -u >known
printf '%s\n' cmp seq nohup tar xargs dpkg-deb >>known
# tests/real/run says itself what its projects need.
find "$RT0_ROOT/tests" -mindepth 2 -maxdepth 2 -name '*.*' ! -path '*/real/*' \
	-exec sed -n 's/^\(#\|\/\/\) needs: //p' {} + | tr ' ' '\n' | sort -u >needed
[ -s needed ] && grep -vxF -f known needed && fail 'bootstrap does not install them'
exit $status
