# tests/real/example_tls.sh - the example of TLS: 100 clients at once, server and clients with
# few threads; mistakes are said in one line.
# source: mbedtls
# needs: openssl python3
"$RT0_ROOT/examples/tls/build" out && cd out || exit

# port: prints one that nobody listens at.
port() {
	python3 -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])'
}

# says TEXT COMMAND...: it fails with that line.
says() {
	text=$1 && shift
	"$@" >said 2>&1
	[ $? -eq 1 ] && [ "$(cat said)" = "$text" ] || { cat said; echo "not '$text'"; exit 1; }
}
says 'usage: client PORT CERTIFICATE [CLIENTS]' ./client
says 'client: connect: NET - The connection to the given server / port failed' \
	./client "$(port)" cert.pem
says 'client: none: PK - Read/write of file failed' ./client 1 none
says 'server: none: PK - Read/write of file failed' ./server 1 cert.pem none

for procs in 1 2 4; do
	at=$(port)
	: >log
	GOMAXPROCS=$procs ./server "$at" cert.pem key.pem >log 2>&1 &
	until grep -q "^server: 127.0.0.1:$at$" log; do
		kill -0 $! || { cat log; exit 1; }
		sleep 0.1
	done
	GOMAXPROCS=$procs timeout 120 ./client "$at" cert.pem >out
	status=$?
	threads=$(sed -n 's/^Threads:[^0-9]*//p' /proc/$!/status)
	kill $!
	wait $! 2>/dev/null
	[ $status -eq 0 ] && [ "$(cat out)" = '100 clients, 20 lines each' ] &&
		[ "$(wc -l <log)" -eq 1 ] || { cat out log; exit 1; }
	[ "$threads" -le 20 ] || { echo "$threads threads"; exit 1; }
done
