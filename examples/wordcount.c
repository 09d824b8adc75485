// examples/wordcount.c - counts words in many files at once.
//
//	wordcount [--] [FILE]...
//
// Prints what `wc -w` prints in the C locale: for each file its number of words and
// its name, and a total when there are several.  Without files, or for the name "-",
// it reads the standard input.
//
// Each file has a goroutine of its own, which sends its result on one channel to the
// main goroutine.  A file that cannot be read does not stop the others.

#include <fcntl.h>

#include <rt.h>

enum {
	BufferSize = 256 << 10,
	MaxOpen = 64,  // files read at a time; there are only so many descriptors
};

typedef struct {
	const char *name;  // NULL: the standard input, which has no name to print
	int64_t words;
	int error;  // 0, or a negative errno
} File;

// What a counting goroutine is given.
typedef struct {
	File *file;
	rt_chan *slots;  // of capacity MaxOpen: a full channel makes the next one wait
	rt_chan *done;  // of File *
} Job;

static bool
is_stdin(const char *name)
{
	return name == NULL || (name[0] == '-' && name[1] == '\0');
}

static bool
is_space(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_print(unsigned char c)
{
	return c > ' ' && c < 0x7f;
}

// Returns the number of words that begin in the n bytes at p; *in_word says whether
// the bytes before and behind them belong to a word.  As for GNU's wc, a word is text
// between white space with at least one character that can be printed.
static int64_t
count_words(const unsigned char *p, int64_t n, bool *in_word)
{
	int64_t words = 0;
	bool in = *in_word;

	for (int64_t i = 0; i < n; i++) {
		if (is_space(p[i])) {
			in = false;
		} else if (!in && is_print(p[i])) {
			in = true;
			words++;
		}
	}
	*in_word = in;
	return words;
}

// Counts the words of descriptor fd up to its end.  Returns 0 or a negative errno.
static int
count_descriptor(int fd, int64_t *words)
{
	unsigned char *buf = rt_malloc(BufferSize);
	bool in_word = false;
	int64_t n;

	while ((n = rt_read(fd, buf, BufferSize)) > 0)
		*words += count_words(buf, n, &in_word);
	rt_free(buf);
	return (int)n;
}

static void
count_file(File *f)
{
	if (is_stdin(f->name)) {
		f->error = count_descriptor(0, &f->words);
		return;
	}
	int fd = rt_open(f->name, O_RDONLY, 0);
	if (fd < 0) {
		f->error = fd;
		return;
	}
	f->error = count_descriptor(fd, &f->words);
	rt_close(fd);
}

// A counting goroutine.
static void
count(void *arg)
{
	const Job *job = arg;

	rt_chan_send(job->slots, NULL);
	count_file(job->file);
	rt_chan_recv(job->slots, NULL);
	rt_chan_send(job->done, &job->file);
}

// Counts all files, each in a goroutine, and returns when the last is done.  Only the
// first to name the standard input reads it: two readers would share its bytes.
static void
count_all(File *files, int n)
{
	Job job = {
	        .slots = rt_chan_make(0, MaxOpen),
	        .done = rt_chan_make(sizeof(File *), 0),
	};
	bool stdin_taken = false;
	int running = 0;

	for (int i = 0; i < n; i++) {
		if (is_stdin(files[i].name)) {
			if (stdin_taken)
				continue;
			stdin_taken = true;
		}
		job.file = &files[i];
		rt_go_copy(count, &job, sizeof job);
		running++;
	}
	for (; running > 0; running--)
		rt_chan_recv(job.done, NULL);
	rt_chan_free(job.slots);
	rt_chan_free(job.done);
}

// Says on descriptor 2 what went wrong with name.  Returns the exit status.
static int
complain(const char *name, int error)
{
	rt_eprintf("wordcount: %s: %s\n", name, rt_strerror(error));
	return 1;
}

// Prints the results in the order of the arguments.  Returns the exit status.
static int
print_all(const File *files, int n)
{
	int64_t total = 0;
	int status = 0, written = 0;

	for (int i = 0; i < n && written >= 0; i++) {
		const File *f = &files[i];

		if (f->error != 0)
			status = complain(f->name ? f->name : "standard input", f->error);
		else if (f->name == NULL)
			written = rt_printf("%lld\n", (long long)f->words);
		else
			written = rt_printf("%lld %s\n", (long long)f->words, f->name);
		total += f->error == 0 ? f->words : 0;
	}
	if (n > 1 && written >= 0)
		written = rt_printf("%lld total\n", (long long)total);
	if (written < 0)
		status = complain("standard output", written);
	return status;
}

// Takes the file names out of the arguments.  Returns how many files there are, or -1
// for an option, as there are none.
static int
parse_arguments(int argc, char **argv, File *files)
{
	bool options = true;
	int n = 0;

	for (int i = 1; i < argc; i++) {
		const char *arg = argv[i];

		if (options && arg[0] == '-' && arg[1] != '\0') {
			if (arg[1] != '-' || arg[2] != '\0')
				return -1;
			options = false;  // "--": what follows are names
			continue;
		}
		files[n++] = (File){.name = arg};
	}
	if (n == 0)
		files[n++] = (File){.name = NULL};
	return n;
}

int
rt_main(int argc, char **argv)
{
	File *files = rt_malloc((size_t)(argc + 1) * sizeof *files);
	int n = parse_arguments(argc, argv, files);

	if (n < 0) {
		rt_eprintf("usage: wordcount [--] [FILE]...\n");
		return 2;
	}
	count_all(files, n);
	int status = print_all(files, n);
	rt_free(files);
	return status;
}
