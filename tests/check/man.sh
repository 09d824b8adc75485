#!/bin/sh
# tests/check/man.sh - every function of rt.h has a manual page with its declaration, as
# rt.h has it, and the formatters have nothing to say against the pages.
# stdout: ok
# needs: python3 man gcc

. "$RT0_ROOT/tests/lib/expect.sh"
"$RT0_ROOT/tools/man" man || exit 1

pages() {
	grep -L '^\.so' man/man*/*
}

# What the compiler finds in the header, against what can be read in the page.
printf '#include "%s/include/rt.h"\n' "$RT0_ROOT" |
	gcc -xc -fsyntax-only -aux-info declared - || exit 1
grep '/include/rt.h:' declared | grep -o 'rt_[a-z_0-9]* (' | tr -d ' (' | sort -u |
	grep -vx -e 'rt_raw_.*' -e rt_deferproc -e rt_deferreturn >functions # behind macros
[ "$(wc -l <functions)" -gt 40 ] || { echo 'no functions in rt.h?'; status=1; }
while read -r name; do
	page=man/man3/$name.3
	[ -e "$page" ] || { echo "no page for $name"; status=1; continue; }
	link=$(sed -n 's/^\.so //p' "$page")
	page=man/${link:-man3/$name.3}
	sed 's/\\f[BP]//g' "$page" | grep -q "[ *]$name(" ||
		{ echo "$page does not declare $name"; status=1; }
done <functions

for page in $(pages); do
	if command -v mandoc >/dev/null; then
		mandoc -Tlint -W warning "$page" || status=1
	fi
	LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null |
		grep . && status=1
done
# As one line: where the formatter breaks lines and widens spaces is its own affair.
LC_ALL=C.UTF-8 MANWIDTH=80 man -P cat -l man/man7/rt0.7 | col -b | tr -s ' \n' ' ' >rt0.7.txt
for word in GOMAXPROCS schedtrace=ms 'goroutine may use' 'rt_channels(3)'; do
	grep -qF "$word" rt0.7.txt || { echo "rt0.7 has no \"$word\""; status=1; }
done
[ $status -eq 0 ] && echo ok
exit $status
