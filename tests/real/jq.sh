# tests/real/jq.sh - jq passes its own tests but those of regular expressions, whose library
# is another project.
# source: jq
# needs: autoreconf libtoolize
export NO_VALGRIND=yes
autoreconf -i &&
	./configure --disable-shared --with-oniguruma=no --disable-docs --disable-maintainer-mode &&
	make -j"$jobs" || exit
for test in jqtest base64test utf8test shtest; do
	sh "tests/$test" || { echo "$test fails"; exit 1; }
done
