// hosted_ssl.c - for hosted_programs.py: many goroutines are clients of a TLS server by the system's
// OpenSSL, in rt_cgocall, and check what they get.
//
//	hosted_ssl PORT CERTIFICATE GOROUTINES SIZE
#include "../lib/test.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>

typedef struct {
	int64_t bytes;
} Answer;

static SSL_CTX *context;
static char address[32];
static rt_waitgroup done;
static rt_mutex mutex;
static int64_t size, verified;

static void failed_to(const char *what)
{
	fprintf(stderr, "%s: ", what);
	ERR_print_errors_fp(stderr);
	rt_exit(1);
}

// OpenSSL calls this while it shakes hands, within rt_cgocall.
static int verify(int ok, X509_STORE_CTX *store)
{
	(void)store;
	rt_mutex_lock(&mutex);
	verified += ok;
	rt_mutex_unlock(&mutex);
	return ok;
}

static void transfer(void *arg)
{
	static const char request[] = "GET /file HTTP/1.0\r\n\r\n";
	BIO *bio = BIO_new_ssl_connect(context);
	Answer *a = arg;
	char buf[4096];
	int n;

	BIO_set_conn_hostname(bio, address);
	if (BIO_do_connect(bio) <= 0)
		failed_to("connect");
	if (BIO_write(bio, request, sizeof request - 1) <= 0)
		failed_to("write");
	while ((n = BIO_read(bio, buf, sizeof buf)) > 0)
		a->bytes += n;
	BIO_free_all(bio);
	ERR_clear_error(); // the thread's
}

static void client(void *unused)
{
	Answer a = { 0 };

	(void)unused;
	rt_cgocall(transfer, &a);
	check(a.bytes > size); // and a head
	check(a.bytes < size + 200);
	rt_waitgroup_done(&done);
}

int rt_main(int argc, char **argv)
{
	int64_t n;

	check(argc == 5);
	snprintf(address, sizeof address, "127.0.0.1:%s", argv[1]);
	n = number(argv[3]);
	size = number(argv[4]);
	context = SSL_CTX_new(TLS_client_method());
	if (!context || SSL_CTX_load_verify_locations(context, argv[2], NULL) != 1)
		failed_to("certificate");
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, verify);
	go_all(&done, (int)n, client, NULL);
	rt_waitgroup_wait(&done);
	SSL_CTX_free(context);
	equal(verified, n);
	rt_printf("%ld transfers\n", (long)n);
	return 0;
}
