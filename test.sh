#!/usr/bin/env bash
# Installs what is missing, builds everything and runs every test. Ends with ctest's summary.
#   ./test.sh             the whole project
#   ./test.sh no-torch    the core, without libtorch (minutes)
set -euo pipefail
cd "$(dirname "$0")"
preset="${1:-release}"

options=(--tests)
[ "$preset" != no-torch ] || options+=(--no-torch)
scripts/setup.sh "${options[@]}"
scripts/build.sh "$preset"
echo "test: running the tests"
ctest --preset "$preset" -j "$(nproc)" --no-tests=error
