#!/usr/bin/env bash
# Checks that every path named in backquotes in a .md file of the repository exists, so that the pages match the tree.
set -euo pipefail
cd "$(dirname "$0")/.."
bad=0
while IFS=: read -r file line path; do
  path=${path//\`/}
  case "$path" in
    run/* | runs/* | build/* | /* | http* | ../*) continue ;;  # made by running, or not ours
    */) ;;
    *.* | src/* | include/* | tests/* | apps/* | docs/* | scripts/* | benchmarks/* | examples/*) ;;
    *) continue ;;
  esac
  if [ ! -e "$path" ] && [ ! -e "$(dirname "$file")/$path" ]; then
    echo "$file:$line names $path, which does not exist"
    bad=1
  fi
done < <(git ls-files -z -- '*.md' | xargs -0 -r grep -noHE '`[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]*)+`' || true)
[ "$bad" -eq 0 ] && echo "paths: every path named in the pages exists"
exit "$bad"
