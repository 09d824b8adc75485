#!/bin/sh
# tests/check/fuzz.sh - the inputs that fuzzing has found, with which the readers of debug
# information go every way they have, do no harm ("make fuzz" looks for more).
# stdout~: ^[1-9][0-9]* inputs, 0 bad$
# needs: clang make
# variants: release
# timeout: 120

cd "$RT0_ROOT" || exit 1
corpus=tests/fuzz/corpus
make -s FUZZDIR="$RT0_TMP" "$RT0_TMP/dwarf" || exit 1
"$RT0_TMP/dwarf" -timeout=10 "$corpus"/* >"$RT0_TMP/log" 2>&1 || {
	tail -n 40 "$RT0_TMP/log"
	exit 1
}
echo "$(ls "$corpus" | wc -l) inputs, 0 bad"
