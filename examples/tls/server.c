// examples/tls/server.c - a server that sends back what comes, over TLS: a thread for each
// connection, blocking calls of mbedTLS and of the C library, nothing of rt.h.
//
//	examples/tls/build DIR && DIR/server PORT DIR/cert.pem DIR/key.pem
//
// Built by rtcc --musl, each thread is a goroutine, and each call that would block parks it:
// mbedTLS's mbedtls_net_accept and mbedtls_net_recv too, which know nothing of that.

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>

static mbedtls_ssl_config config; // read by all connections

static void
complain(const char *what, int error)
{
	char text[128];

	mbedtls_strerror(error, text, sizeof text);
	fprintf(stderr, "server: %s: %s\n", what, text);
}

static void
must(const char *what, int error)
{
	if (error) {
		complain(what, error);
		exit(1);
	}
}

// Sends back what comes until the client closes. Returns 0 or an error.
static int
echo(mbedtls_ssl_context *tls)
{
	unsigned char text[1024];

	for (;;) {
		int n = mbedtls_ssl_read(tls, text, sizeof text);

		if (n == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || n == 0)
			return mbedtls_ssl_close_notify(tls);
		for (int done = 0, r; n > 0 && done < n; done += r) {
			r = mbedtls_ssl_write(tls, text + done, (size_t)(n - done));
			if (r < 0)
				return r;
		}
		if (n < 0)
			return n;
	}
}

static void *
serve(void *arg)
{
	mbedtls_net_context *client = arg;
	mbedtls_ssl_context tls;
	int error;

	mbedtls_ssl_init(&tls);
	error = mbedtls_ssl_setup(&tls, &config);
	mbedtls_ssl_set_bio(&tls, client, mbedtls_net_send, mbedtls_net_recv, NULL);
	if (!error)
		error = mbedtls_ssl_handshake(&tls);
	if (!error)
		error = echo(&tls);
	if (error)
		complain("connection", error);
	mbedtls_ssl_free(&tls);
	mbedtls_net_free(client);
	free(client);
	return NULL;
}

int
main(int argc, char **argv)
{
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context random; // with a lock inside
	mbedtls_x509_crt certificate;
	mbedtls_pk_context key;
	mbedtls_net_context listener;

	if (argc != 4) {
		fprintf(stderr, "usage: server PORT CERTIFICATE KEY\n");
		return 1;
	}
	mbedtls_entropy_init(&entropy);
	mbedtls_ctr_drbg_init(&random);
	mbedtls_x509_crt_init(&certificate);
	mbedtls_pk_init(&key);
	mbedtls_ssl_config_init(&config);
	mbedtls_net_init(&listener);
	must("random numbers",
	     mbedtls_ctr_drbg_seed(&random, mbedtls_entropy_func, &entropy, NULL, 0));
	must(argv[2], mbedtls_x509_crt_parse_file(&certificate, argv[2]));
	must(argv[3], mbedtls_pk_parse_keyfile(&key, argv[3], NULL));
	must("configuration", mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_SERVER,
	                                                  MBEDTLS_SSL_TRANSPORT_STREAM,
	                                                  MBEDTLS_SSL_PRESET_DEFAULT));
	mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random);
	must("certificate", mbedtls_ssl_conf_own_cert(&config, &certificate, &key));
	must(argv[1],
	     mbedtls_net_bind(&listener, "127.0.0.1", argv[1], MBEDTLS_NET_PROTO_TCP));
	printf("server: 127.0.0.1:%s\n", argv[1]);
	fflush(stdout);

	for (;;) {
		mbedtls_net_context *client = malloc(sizeof *client);
		pthread_t thread;
		int error;

		if (!client)
			abort();
		mbedtls_net_init(client);
		error = mbedtls_net_accept(&listener, client, NULL, 0, NULL);
		if (error) {
			complain("accept", error);
			free(client);
		} else if (pthread_create(&thread, NULL, serve, client) == 0) {
			pthread_detach(thread);
		} else {
			fprintf(stderr, "server: there is no memory for a thread\n");
			mbedtls_net_free(client);
			free(client);
		}
	}
}
