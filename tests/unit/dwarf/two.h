int sink(int n);
void fail(const char *why) __attribute__((noreturn));
int exported(int n);
