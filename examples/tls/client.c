// examples/tls/client.c - a hundred clients at once, over TLS: each sends lines and
// compares what comes back.
//
//	DIR/client PORT DIR/cert.pem [CLIENTS]
//
// The calls of mbedTLS block. So each client has a goroutine, which parks in them.

#include <rt.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>

enum { Clients = 100, Lines = 20 };

static const char *port;
static mbedtls_ssl_config config; // read by all clients

static void
must(const char *what, int error)
{
	char text[128];

	if (!error)
		return;
	mbedtls_strerror(error, text, sizeof text);
	fprintf(stderr, "client: %s: %s\n", what, text);
	exit(1);
}

// Sends a line and reads as much again.
static void
exchange(mbedtls_ssl_context *tls, const char *line)
{
	size_t n = strlen(line);
	int r;
	char back[64];

	for (size_t done = 0; done < n; done += (size_t)r) {
		r = mbedtls_ssl_write(tls, (const unsigned char *)line + done, n - done);
		must("write", r < 0 ? r : 0);
	}
	for (size_t done = 0; done < n; done += (size_t)r) {
		r = mbedtls_ssl_read(tls, (unsigned char *)back + done, n - done);
		must("read", r < 0 ? r : r == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : 0);
	}
	if (memcmp(line, back, n) != 0) {
		fprintf(stderr, "client: '%.*s' came back for '%s'\n", (int)n, back, line);
		exit(1);
	}
}

static void
client(void *all)
{
	mbedtls_net_context socket;
	mbedtls_ssl_context tls;
	char line[64];

	mbedtls_net_init(&socket);
	mbedtls_ssl_init(&tls);
	must("connect",
	     mbedtls_net_connect(&socket, "127.0.0.1", port, MBEDTLS_NET_PROTO_TCP));
	must("setup", mbedtls_ssl_setup(&tls, &config));
	must("name", mbedtls_ssl_set_hostname(&tls, "localhost"));
	mbedtls_ssl_set_bio(&tls, &socket, mbedtls_net_send, mbedtls_net_recv, NULL);
	must("handshake", mbedtls_ssl_handshake(&tls));
	for (int i = 0; i < Lines; i++) {
		snprintf(line, sizeof line, "line %d of goroutine %lu\n", i,
		         (unsigned long)rt_goid());
		exchange(&tls, line);
	}
	mbedtls_ssl_close_notify(&tls);
	mbedtls_ssl_free(&tls);
	mbedtls_net_free(&socket);
	rt_waitgroup_done(all);
}

int
rt_main(int argc, char **argv)
{
	int n = argc == 4 ? atoi(argv[3]) : Clients;
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context random; // with a lock inside
	mbedtls_x509_crt trusted;
	rt_waitgroup all = { 0 };

	if (argc < 3 || argc > 4 || n < 1) {
		fprintf(stderr, "usage: client PORT CERTIFICATE [CLIENTS]\n");
		return 1;
	}
	port = argv[1];
	mbedtls_entropy_init(&entropy);
	mbedtls_ctr_drbg_init(&random);
	mbedtls_x509_crt_init(&trusted);
	mbedtls_ssl_config_init(&config);
	must("random numbers",
	     mbedtls_ctr_drbg_seed(&random, mbedtls_entropy_func, &entropy, NULL, 0));
	must(argv[2], mbedtls_x509_crt_parse_file(&trusted, argv[2]));
	must("configuration", mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT,
	                                                  MBEDTLS_SSL_TRANSPORT_STREAM,
	                                                  MBEDTLS_SSL_PRESET_DEFAULT));
	mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random);
	mbedtls_ssl_conf_ca_chain(&config, &trusted, NULL);
	rt_waitgroup_add(&all, n);
	for (int i = 0; i < n; i++)
		rt_go(client, &all);
	rt_waitgroup_wait(&all);
	printf("%d clients, %d lines each\n", n, Lines);
	return 0;
}
