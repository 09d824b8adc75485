# tests/real/curl.sh - 500 goroutines in curl_easy_perform at once, from nginx, which
# takes a second for each (clients.py says what is measured).
# source: curl
# needs: nginx python3
./configure CC="$CC" --disable-shared --without-ssl --disable-ldap --without-zlib &&
	make -j"$jobs" -C lib || exit
$CC -O2 -g -Wall -Iinclude "$RT0_ROOT/tests/real/curl.c" lib/.libs/libcurl.a -o curl &&
	"$RT0_ROOT/tests/real/clients.py" ./curl
