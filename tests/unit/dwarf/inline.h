// inline.h - functions that are inlined into others, several deep, also with ranges of
// their own that are not in one piece.
static inline int inner(int n)
{
	if (n > 1000)
		return sink(n * 3);
	return n * n + sink(n);
}

static inline int middle(int n)
{
	int sum = 0;

	for (int i = 0; i < n; i++)
		sum += inner(i) ^ inner(sum);
	return sum;
}

static inline __attribute__((always_inline)) int outer(int n)
{
	if (__builtin_expect(n < 0, 0)) {
		n = sink(-n);
		fail("negative");
	}
	return middle(n) + inner(n + 1);
}
