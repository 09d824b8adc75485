// bench/peers/startup_nop.c - bench/startup_nop.c for a C library, linked statically.
int main(void)
{
	return 0;
}
