#!/bin/sh
# tests/check/models.sh - the models of the runtime's protocols have no error, and each of their
# mutants is found: see docs/models.md.
# stdout~: ^\d+ models, \d+ mutants, 0 bad$
# variants: release
# needs: python3 gcc addr2line
# timeout: 300

exec "$RT0_ROOT/tests/model/run"
