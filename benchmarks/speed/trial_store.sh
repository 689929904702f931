#!/bin/bash
# The record of a study against Optuna's storage, one after the other on the same disk. One JSON line for each measurement
# and one for the ratio. What Optuna's number holds besides the storage (its sampler, Python) is part of what a trial costs
# there; ours is the storage alone, and bench_engine_overhead measures the rest.
#
#     trial_store.sh <bench_trial_store> [folder]
set -euo pipefail
ours=$1
folder=${2:-${TMPDIR:-/tmp}}
here=$(cd "$(dirname "$0")" && pwd)
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
for what in default full open size; do "$ours" "$what" "$folder" | tee -a "$lines"; done
for what in default open; do /usr/bin/python3 "$here/trial_store.py" "$what" "$folder" | tee -a "$lines"; done
/usr/bin/python3 - "$lines" <<'PYTHON'
import json, sys
runs = [json.loads(line) for line in open(sys.argv[1])]
ours, rival = (next(r for r in runs if r["what"] == "default" and (r["program"] == "nascent") == mine) for mine in (True, False))
print(json.dumps({"benchmark": "trial_store_ratio", "rival": rival["program"],
                  "trials_per_second_ratio": round(ours["trials_per_second"] / rival["trials_per_second"], 1)}))
PYTHON
