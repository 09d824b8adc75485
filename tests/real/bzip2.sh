# tests/real/bzip2.sh - bzip2 passes its own test.
# source: bzip2
make -j"$jobs" bzip2 bzip2recover CC="$CC" && make test CC="$CC" || exit

# Through pipes, and a program that nobody reads any more ends.
seq 1 200000 >numbers
./bzip2 <numbers | ./bzip2 -d | cmp - numbers || exit
(./bzip2 -dc sample1.bz2; echo $? >status) | head -c 1 >/dev/null
[ "$(cat status)" = 141 ] || { echo "a broken pipe: status $(cat status), not 141"; exit 1; }
