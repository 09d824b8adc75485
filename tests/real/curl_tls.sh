# tests/real/curl_tls.sh - curl.sh's transfers over TLS, with mbedTLS.
# source: curl mbedtls
# needs: nginx openssl python3
tls=$(echo "$PWD"/../../mbedtls/*)
locks='-DMBEDTLS_THREADING_C -DMBEDTLS_THREADING_PTHREAD' # structures have them or not
make -j"$jobs" -C "$tls/library" static CC="$CC" CFLAGS="-O2 -g $locks" || exit
ln -s library "$tls/lib"
./configure CC="$CC" CPPFLAGS="$locks" --disable-shared --with-mbedtls="$tls" --disable-ldap \
	--without-zlib &&
	make -j"$jobs" -C lib || exit
$CC -O2 -g -Wall -Iinclude "$RT0_ROOT/tests/real/curl.c" lib/.libs/libcurl.a \
	-L"$tls/lib" -lmbedtls -lmbedx509 -lmbedcrypto -o curl_tls &&
	"$RT0_ROOT/tests/real/clients.py" ./curl_tls
