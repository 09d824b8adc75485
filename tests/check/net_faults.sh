#!/bin/sh
# tests/check/net_faults.sh - calls to the kernel that fail are clean errors of the call that
# made them: no crash, nothing that waits forever. EINTR is never seen by the program.
# needs: strace
# timeout: 550

. "$RT0_ROOT/tests/lib/expect.sh"
"$rtcc" -O1 "$here/net_faults.c" -o faults || exit 1
./faults || exit 1

calls="epoll_create1 eventfd2 epoll_ctl epoll_pwait pipe2 fcntl openat read write close ppoll socket
bind listen connect accept4 getsockopt setsockopt getsockname getpeername sendto sendmsg
recvfrom readv shutdown sendfile getrandom"
failed=0

# once CALL ERROR WHEN
once() {
	GOMAXPROCS=2 timeout 20 strace -f -o trace -e trace="$1" \
		-e inject="$1:error=$2:when=$3" ./faults >out 2>&1
	status=$?
	# The poller's own parts cannot be missing when a timer starts: that is fatal, in words.
	if [ $status -eq 2 ] && grep -q '^fatal error: runtime: netpollinit failed' out; then
		case $1 in epoll_create1 | eventfd2 | epoll_ctl) return ;; esac
	fi
	# The first F_GETFD is the start's: it believes that the descriptor is closed.
	# A writer that gets EAGAIN waits until there is room: if room came before the false
	# answer, no edge follows it.
	[ $status -eq 124 ] && [ "$2" = EAGAIN ] && return
	if [ $status -ne 0 ]; then
		echo "$1 fails with $2, at $3: status $status"
		cat out
		failed=1
	fi
}

for call in $calls; do
	for error in EINTR EAGAIN ECONNABORTED EMFILE ENOMEM; do
		once $call $error 1
		once $call $error 3
		once $call $error 2+3
	done
done
exit $failed
