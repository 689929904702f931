#!/usr/bin/env bash
# Builds a preset: scripts/build.sh PRESET [TARGET ...]. Says how long it may take; does nothing when all is built.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
shift
targets=()
[ $# -eq 0 ] || targets=(--target "$@")

if [ ! -f "build/$preset/build.ninja" ]; then
  echo "build: configuring build/$preset"
  if ! cmake --preset "$preset" >"/tmp/nascent-configure.$$" 2>&1; then
    tail -n 20 "/tmp/nascent-configure.$$" >&2
    rm -f "/tmp/nascent-configure.$$"
    echo "build: cmake could not configure; the lines above say what is missing (scripts/setup.sh installs it)" >&2
    exit 2
  fi
  rm -f "/tmp/nascent-configure.$$"
  echo "build: compiling; the first time takes several minutes"
fi

# A file that includes libtorch takes up to 1.5 GB to compile: no more jobs than memory allows.
memory_jobs=$(awk '/MemAvailable/ {print int($2 / 1600000)}' /proc/meminfo)
jobs=$(nproc)
[ "$memory_jobs" -ge "$jobs" ] || jobs=$((memory_jobs > 0 ? memory_jobs : 1))
cmake --build "build/$preset" -j "$jobs" "${targets[@]}"
