// tests/real/curl.c - many goroutines, each in curl_easy_perform at once, from a
// server that takes a second for each of them.
//
//	curl URL GOROUTINES [CERTIFICATE]
#include "../lib/test.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

enum { Size = 2000, Each = 1, AtMost = 60 }; // bytes; seconds

static const char *url, *certificate;
static int64_t transfers;

typedef struct {
	int64_t size, wrong;
} Body;

// Checks what has come: the bytes of the file say where in it they are.
static size_t come(char *data, size_t one, size_t n, void *arg)
{
	Body *body = arg;

	for (size_t i = 0; i < one * n; i++)
		body->wrong += data[i] != (char)(33 + body->size++ % 90);
	return one * n;
}

static void client(void *done)
{
	char error[CURL_ERROR_SIZE] = "";
	CURL *curl = curl_easy_init();
	Body body = { 0 };
	CURLcode code;

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_CAINFO, certificate);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, come);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
	code = curl_easy_perform(curl);
	curl_easy_cleanup(curl);
	if (code || body.size != Size || body.wrong) {
		fprintf(stderr, "%d, %ld bytes, %ld wrong: %s\n", code, (long)body.size,
		        (long)body.wrong, error);
		exit(1);
	}
	__atomic_fetch_add(&transfers, 1, __ATOMIC_RELAXED);
	rt_waitgroup_done(done);
}

int rt_main(int argc, char **argv)
{
	static rt_waitgroup all;
	int64_t begin = rt_nanotime();
	int n;

	check(argc == 3 || argc == 4);
	url = argv[1];
	n = (int)number(argv[2]);
	certificate = argv[3];
	equal(curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK);
	go_all(&all, n, client, &all);
	rt_waitgroup_wait(&all);
	equal(transfers, n);
	check(rt_nanotime() - begin >= Each * 900000000L);
	check(rt_nanotime() - begin < AtMost * 1000000000L); // one by one: n seconds
	printf("%ld transfers at once\n", (long)transfers);
	return 0;
}
