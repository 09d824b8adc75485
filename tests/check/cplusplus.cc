// cplusplus.cc - what of C++ works: cplusplus.sh compiles it and knows what it says.
#include <rt.h>

#include <new>

#include <sys/syscall.h>

static void say(const char *what)
{
	rt_printf("%s\n", what);
}

// Static objects: constructed before rt_main, destroyed in reverse, before the destructor
// functions of C.
struct Static {
	const char *name;

	explicit Static(const char *n) : name(n)
	{
		rt_printf("+%s\n", name);
	}
	~Static()
	{
		rt_printf("-%s\n", name);
	}
};

static Static first("first"), second("second");

__attribute__((destructor)) static void last()
{
	say("destructor function");
}

// A local one, that many goroutines want while it is being constructed.
struct Slow {
	int constructed = 0;

	Slow()
	{
		for (int i = 0; i < 100; i++)
			rt_gosched();
		constructed = ++times;
	}
	static int times;
};
int Slow::times;

static Slow &slow()
{
	static Slow it;

	return it;
}

// Objects of the heap, found by their base.
struct Shape {
	virtual ~Shape()
	{
		say("-shape");
	}
	virtual int area() const = 0;
};

struct Square : Shape {
	int side;

	explicit Square(int s) : side(s) {}
	~Square() override
	{
		say("-square");
	}
	int area() const override
	{
		return side * side;
	}
};

static void heap()
{
	Shape *shape = new Square(7);
	Static *many = new Static[2]{ Static("a"), Static("b") };
	int *plain = new (std::nothrow) int(5), *some = new (std::nothrow) int[3]{ 1, 2, 3 };

	::operator delete(new (std::nothrow) int, std::nothrow);
	::operator delete[](some, std::nothrow);

	rt_printf("%d %d\n", shape->area(), *plain);
	delete plain;
	delete[] many;
	delete shape;
}

// Channels of a type, in a template too.
struct Pair {
	int a;
	char b;
};

template <typename T>
static T through(T value)
{
	rt_chan_of(T) c = rt_make_chan(T, 1);

	rt_send(c, value);
	T result = rt_recv(c);
	rt_chan_close(c);
	rt_chan_free(c);
	return result;
}

static void channels()
{
	rt_chan_of(int) c = rt_make_chan(int, 1);
	int v = 3, w = 0;
	rt_case cases[] = { RT_RECV_OF(c, &w), RT_SEND_OF(c, &v), RT_DEFAULT };

	rt_printf("%d %c\n", through(42), through(Pair{ 1, 'p' }).b);
	rt_printf("%d\n", rt_select(cases, 3));
	rt_printf("%d\n", rt_select(cases, 3));
	rt_printf("%d %d\n", w, cases[0].ok);
	rt_printf("%d\n", rt_recv_until(c, &w, rt_nanotime()) < 0);
}

static int forget(int *n)
{
	return *n = 0;
}

// Functions that take other things than a void *.
static int deferred_types(rt_mutex *m, int *n)
{
	rt_mutex_lock(m);
	rt_defer(rt_mutex_unlock, m);
	rt_defer(forget, n);
	rt_defer(rt_close, -1);
	rt_defer(rt_free, nullptr);
	rt_defer(+[](const int *p) { rt_printf("+%d\n", *p); }, n);
	return rt_mutex_try_lock(m);
}

static int deferred()
{
	rt_defer([](void *what) { say(static_cast<const char *>(what)); },
	         const_cast<char *>("deferred"));
	Static local("local");

	return 1;
}

static void panics(void *)
{
	rt_defer([](void *) { say("deferred in a panic"); }, nullptr);
	rt_panic("a panic");
}

int rt_main(int argc, char **)
{
	enum { N = 100 };
	rt_chan_of(int) results = rt_make_chan(int, 0);
	rt_sem sem = RT_SEM(argc);
	int sum = 0;
	char text[20];

	for (int i = 0; i < N; i++) {
		rt_go([](void *arg) {
			auto c = reinterpret_cast<rt_chan_of(int)>(arg);

			rt_send(c, slow().constructed);
		}, rt_untyped(results));
	}
	for (int i = 0; i < N; i++)
		sum += rt_recv(results);
	rt_printf("%d\n", sum);
	rt_sem_acquire(&sem);
	heap();
	channels();
	rt_mutex m = {};
	int n = 7;
	bool locked = deferred_types(&m, &n);
	rt_printf("%d %d %d\n", locked, rt_mutex_try_lock(&m), n);
	deferred();
	rt_printf("%d %s\n", rt_recover(panics, nullptr, text, sizeof text), text);
	rt_printf("%d\n", static_cast<int>(rt_syscall(SYS_getpid) > 0));
	return 0;
}
