# tests/real/busybox.sh - BusyBox with nearly all of its programs, which do what busybox_script
# asks of them. The kernel's headers are the system's; tc does not compile with new ones.
# source: busybox
mkdir kernel
for folder in /usr/include /usr/include/x86_64-linux-gnu; do
	for part in linux asm asm-generic mtd; do
		[ ! -d $folder/$part ] || ln -sfn $folder/$part kernel/$part
	done
done
make defconfig HOSTCC=gcc && sed -i 's/^CONFIG_TC=y/# CONFIG_TC is not set/' .config &&
	make -j"$jobs" HOSTCC=gcc CC="$CC" EXTRA_CFLAGS="-idirafter $PWD/kernel" SKIP_STRIP=y || exit

timeout 60 sh "$RT0_ROOT/tests/real/busybox_script" ./busybox >out 2>/dev/null
diff - out <<END
1000
999
998
b
d
3 ell
bar foo
x 1
x 2
x 3
42
d/
d/f
text
e1cbb0c3879af8347246f12c559a86b5  d/f
1
term
3
143
y
1
2
3
 3.14|ab   |
1970-01-01
5
18446744073709551616
END
