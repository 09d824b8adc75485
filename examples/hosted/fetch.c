// examples/hosted/fetch.c - fetches URLs, many at once, by the system's libcurl: a goroutine for each.
//
//	fetch [-j MOST] [-n TIMES] URL...
//
//	rtcc --hosted -O2 fetch.c -o fetch -lcurl
//
// libcurl waits in the kernel, so it is called by rt_cgocall, which takes a thread for the call:
// at most MOST (16) at a time. What it has received it gives to a function of ours, which sends
// it on a channel: within rt_cgocall, too.
#include <curl/curl.h>
#include <rt.h>
#include <stdlib.h>

typedef struct {
	const char *url;
	CURLcode error;
	long status;
	int64_t bytes, time;
} Fetch;

static rt_sem threads;
static rt_chan *pieces, *done; // of int64_t; of Fetch *

// libcurl calls this, on the stack of rt_cgocall.
static size_t take(char *data, size_t size, size_t n, void *fetch)
{
	int64_t bytes = (int64_t)(size * n);

	(void)data;
	((Fetch *)fetch)->bytes += bytes;
	rt_chan_send(pieces, &bytes);
	return size * n;
}

static void transfer(void *arg)
{
	CURL *curl = curl_easy_init();
	Fetch *f = arg;

	if (!curl) {
		f->error = CURLE_FAILED_INIT;
		return;
	}
	curl_easy_setopt(curl, CURLOPT_URL, f->url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L); // its timeouts need none: there are threads
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, f);
	f->error = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &f->status);
	curl_easy_cleanup(curl);
}

static void fetch(void *arg)
{
	Fetch *f = arg;
	int64_t begun;

	rt_sem_acquire(&threads);
	begun = rt_nanotime();
	rt_cgocall(transfer, f);
	f->time = rt_nanotime() - begun;
	rt_sem_release(&threads);
	rt_chan_send(done, &f);
}

// Reports the sum now and then.
static void count(void *arg)
{
	rt_timer *second = rt_timer_chan(RT_SECOND, RT_SECOND);
	int64_t sum = 0, n, when;

	for (;;) {
		rt_case cases[] = { RT_RECV(pieces, &n), RT_RECV(rt_timer_c(second), &when) };

		if (rt_select(cases, 2) == 1)
			rt_eprintf("%lld bytes so far\n", (long long)sum);
		else if (cases[0].ok)
			sum += n;
		else
			break;
	}
	rt_timer_free(second);
	rt_chan_send(arg, &sum);
}

static bool failed(const Fetch *f)
{
	return f->error != CURLE_OK || f->status >= 400;
}

static void report(const Fetch *f)
{
	if (f->error != CURLE_OK)
		rt_printf("%s: %s\n", f->url, curl_easy_strerror(f->error));
	else
		rt_printf("%s: %ld, %lld bytes in %lld ms\n", f->url, f->status, (long long)f->bytes,
		          (long long)(f->time / RT_MILLISECOND));
}

int rt_main(int argc, char **argv)
{
	long most = 16, times = 1, failures = 0;
	rt_chan *total = rt_chan_make(sizeof(int64_t), 0);
	int64_t sum;
	Fetch *all;
	long n = 0;

	argv++, argc--;
	for (; argc > 1 && argv[0][0] == '-'; argv += 2, argc -= 2) {
		if (argv[0][1] == 'j')
			most = atol(argv[1]);
		else if (argv[0][1] == 'n')
			times = atol(argv[1]);
	}
	if (argc < 1 || most < 1 || times < 1) {
		rt_eprintf("usage: fetch [-j MOST] [-n TIMES] URL...\n");
		return 2;
	}
	threads = (rt_sem)RT_SEM((uint32_t)most);
	pieces = rt_chan_make(sizeof(int64_t), 0);
	done = rt_chan_make(sizeof(Fetch *), 0);
	all = rt_calloc((size_t)argc * (size_t)times, sizeof *all);
	curl_global_init(CURL_GLOBAL_DEFAULT); // once, before there are others
	rt_go(count, total);
	for (long i = 0; i < times; i++) {
		for (int k = 0; k < argc; k++) {
			all[n].url = argv[k];
			rt_go(fetch, &all[n++]);
		}
	}
	for (long i = 0; i < n; i++) {
		Fetch *f;

		rt_chan_recv(done, &f);
		report(f);
		failures += failed(f);
	}
	rt_chan_close(pieces);
	rt_chan_recv(total, &sum);
	rt_printf("%ld fetched, %ld failed, %lld bytes\n", n, failures, (long long)sum);
	curl_global_cleanup();
	rt_free(all);
	rt_chan_free(pieces);
	rt_chan_free(done);
	rt_chan_free(total);
	return failures > 0;
}
