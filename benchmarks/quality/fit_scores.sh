#!/usr/bin/env bash
# Test scores of `nascent fit` beside the same time spent on random search only and beside the library's default model
# (XGBoost's defaults; a fixed small network). One JSON line for each, on standard output.
#
#   benchmarks/quality/fit_scores.sh TABLES [TIME] [IMAGE_TIME] [table ...]
#
# TABLES is a folder with adult_train.csv and adult_test.csv, california_housing.csv, letter.csv, soybean.csv, ... Tables that
# have no test file are divided: every fourth row is for testing. IMAGE_TIME of 0 leaves the images out.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
bin="$root/build/release/bin"
tables=${1:?the folder with the tables}
time=${2:-60s}
image_time=${3:-3m}
[ $# -gt 3 ] && wanted=("${@:4}") || wanted=(adult california_housing letter soybean)
images=/usr/share/datasets/fashion-mnist
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

target_of() {
  case "$1" in
    adult) echo income ;;
    california_housing) echo median_house_value ;;
    letter) echo lettr ;;
    soybean) echo Class ;;
    credit_g) echo class ;;
    diamonds) echo price ;;
    titanic) echo Survived ;;
    *) echo "fit_scores: no target known for $1" >&2; exit 2 ;;
  esac
}

# One line from a report: program, data, seconds, test scores.
line() {
  local program=$1 data=$2 report=$3
  awk 1 "$report" | tr -d '\n' | sed -E 's/  +/ /g' >"$work/report"
  printf '{"benchmark":"fit_scores","program":"%s","data":"%s","seconds":%s,"test":%s}\n' "$program" "$data" \
    "$(grep -oE '"session": [0-9.]+' "$work/report" | grep -oE '[0-9.]+$')" \
    "$(grep -oE '"test": \{[^}]*\}' "$work/report" | tail -n 1 | sed 's/^"test": //')"
}

for name in "${wanted[@]}"; do
  target=$(target_of "$name")
  train="$work/${name}_train.csv"
  test="$work/${name}_test.csv"
  if [ -f "$tables/${name}_train.csv" ]; then
    cp "$tables/${name}_train.csv" "$train"
    cp "$tables/${name}_test.csv" "$test"
  else
    awk 'NR == 1 || NR % 4 != 0' "$tables/$name.csv" >"$train"
    awk 'NR == 1 || NR % 4 == 0' "$tables/$name.csv" >"$test"
  fi
  "$bin/bench_xgboost_defaults" "$train" "$target" "$test" | sed "s|$work/||"
  for kind in fit random; do
    options=()
    [ "$kind" = random ] && options=(--strategy random --no-first --ensemble 1)
    "$bin/nascent" fit "$train" --target "$target" --test "$test" --time "$time" --out "$work/$name-$kind" --quiet --json \
      "${options[@]}" >/dev/null
    line "nascent $kind" "$name" "$work/$name-$kind/report.json"
  done
done

if [ "$image_time" != 0 ] && [ -x "$bin/bench_fixed_network" ]; then
  seconds=$(echo "$image_time" | sed -E 's/^([0-9]+)m$/\1*60/; s/s$//' | awk -F'*' '{print $1 * ($2 ? $2 : 1)}')
  "$bin/bench_fixed_network" "$images" "$seconds"
  for kind in fit random; do
    options=()
    [ "$kind" = random ] && options=(--strategy random --no-first --ensemble 1)
    "$bin/nascent" fit "$images" --time "$image_time" --out "$work/images-$kind" --quiet --json "${options[@]}" >/dev/null
    line "nascent $kind" fashion-mnist "$work/images-$kind/report.json"
  done
fi
