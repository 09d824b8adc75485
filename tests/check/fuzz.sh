#!/bin/sh
# tests/check/fuzz.sh - the inputs that fuzzing has found, with which the readers of debug
# information go every way they have, do no harm ("make fuzz" looks for more).
# stdout~: ^[1-9][0-9]* inputs, 0 bad$
# needs: gcc
# variants: release

cd "$RT0_ROOT" || exit 1
gcc -std=gnu11 -O1 -g -Wall -Wextra -Werror -I. -fsanitize=address,undefined \
	-fno-sanitize=pointer-overflow -fno-sanitize-recover=undefined -o "$RT0_TMP/replay" \
	tests/fuzz/replay.c tests/fuzz/dwarf.c &&
	"$RT0_TMP/replay" tests/fuzz/corpus/*
