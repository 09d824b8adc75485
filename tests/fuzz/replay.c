// tests/fuzz/replay.c - a fuzzing target without the fuzzer: runs it with each of the files
// named, in memory that ends where they end.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		uint8_t *data;
		size_t n;

		if (!f || fseek(f, 0, SEEK_END) != 0) {
			perror(argv[i]);
			return 1;
		}
		n = (size_t)ftell(f);
		rewind(f);
		data = malloc(n);
		if (fread(data, 1, n, f) != n)
			return 1;
		fclose(f);
		LLVMFuzzerTestOneInput(data, n);
		free(data);
	}
	printf("%d inputs, 0 bad\n", argc - 1);
	return 0;
}
