#!/bin/sh
# tests/check/drop_rights.sh - a program that root started becomes nobody by rt_syscall_all or rt_syscall: no
# thread keeps any right, and what was open stays open. Where SIGURG was blocked, too. With musl
# setgroups, setgid and setuid do it.
# stdout~: ^(ok|not root: nothing was tried)$
# timeout: 120

. "$RT0_ROOT/tests/lib/expect.sh"
[ "$(id -u)" -eq 0 ] || { echo 'not root: nothing was tried'; exit 0; }
"$rtcc" -O2 -g "$here/drop_rights.c" -o drop || exit 1
(umask 077 && echo secret >file)
for procs in 1 2 4 64; do
	for mask in '' --block-signal=URG; do
		for way in '' plain; do
			[ "$(env $mask GOMAXPROCS=$procs ./drop file $way 2>&1)" = ok ] ||
				{ echo "FAILED: GOMAXPROCS=$procs $mask $way"; ./drop file $way; exit 1; }
		done
	done
done
"$rtcc" --musl -O2 -g "$here/drop_rights_musl.c" -o musl || exit 1
for procs in 1 2 4 64; do
	[ "$(GOMAXPROCS=$procs ./musl 2>&1)" = ok ] ||
		{ echo "FAILED: musl, GOMAXPROCS=$procs"; ./musl; exit 1; }
done
echo ok
