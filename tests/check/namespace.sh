#!/bin/sh
# tests/check/namespace.sh - the network in namespaces of our own: a socket never connects to
# itself, even if its port is the only one; the host's own domain is searched; where IPv6 is
# switched off, "[::]:N" and names are dialled by IPv4; a packet written to a TUN device is one
# packet; IPv6 that is routed nowhere costs a quarter of a second.
# stdout~: ^(ok|no namespaces: nothing was tried)$
# needs: unshare ip mount
# timeout: 120

cd "$RT0_TMP" || exit 1
"$RT0_ROOT/tools/rtcc" -O2 -g "$RT0_ROOT/tests/check/namespace.c" -o namespace || exit 1

# alone PART: in namespaces where this script was root.
alone() {
	unshare -r -m -n -u sh -c '
		hostname web1.corp.example 2>/dev/null ||
			echo web1.corp.example >/proc/sys/kernel/hostname
		mount --bind hosts /etc/hosts && mount --bind resolv.conf /etc/resolv.conf &&
			ip link set lo up || exit 1
		if [ "$1" = tun ] && [ "$(./namespace maketun)" = ok ]; then
			ip link set tun0 mtu 9000 up && ip addr add 192.0.2.1/24 dev tun0 &&
				ip -6 addr add 2001:db8::1/64 dev tun0 nodad || exit 1
		fi
		exec ./namespace "$1"' sh "$1"
}

unshare -r -m -n -u true 2>/dev/null || { echo 'no namespaces: nothing was tried'; exit 0; }
printf '::1 localhost\n127.0.0.1 localhost\n2001:db8::2 both.example\n127.0.0.1 both.example\n' >hosts
echo 'nameserver 127.0.0.2' >resolv.conf
for part in selfconnect names withoutipv6 tun; do
	for procs in 1 2; do
		got=$(export GOMAXPROCS=$procs; alone $part 2>&1)
		case $part:$got in
		*:ok | 'tun:no tun') ;;
		*) echo "FAILED: $part, GOMAXPROCS=$procs: $got"; exit 1 ;;
		esac
	done
done
echo ok
