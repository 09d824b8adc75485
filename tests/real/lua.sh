# tests/real/lua.sh - the interpreter of Lua runs lua_script: programs by io.popen and
# os.execute with their exit codes, files, coroutines, deep recursion.
# source: lua5.4
make -j"$jobs" -C src CC="$CC" posix || exit
for procs in 1 4; do
	GOMAXPROCS=$procs timeout 60 src/lua "$RT0_ROOT/tests/real/lua_script" >out
	[ $? -eq 7 ] && [ "$(paste -sd ' ' out)" = '100 ok' ] || { cat out; exit 1; }
done
[ "$(echo 'print(6 * 7) print(io.read("l"))
line' | src/lua -i 2>&1 | grep -cE '(42|line)$')" = 2 ]
