#!/bin/bash
# The time of one suggestion and observation, ours against Optuna's (Debian's python3-optuna), one after the other. Prints both
# programs' JSON lines and then one line for each pair with the ratio.
#
#     suggestion.sh <bench_suggestion>
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
"$1" | tee -a "$lines"
/usr/bin/python3 "$here/suggestion.py" | tee -a "$lines"
/usr/bin/python3 - "$lines" <<'PYTHON'
import json, sys
ours, theirs = {}, {}
for line in open(sys.argv[1]):
    run = json.loads(line)
    if "microseconds" in run:
        key = (run["strategy"], run["dimensions"], run["trials"])
        (ours if run["program"] == "nascent" else theirs)[key] = run["microseconds"]
for key in sorted(theirs.keys() & ours.keys()):
    print(json.dumps({"benchmark": "suggestion", "strategy": key[0], "dimensions": key[1], "trials": key[2],
                      "nascent_microseconds": round(ours[key], 2), "optuna_microseconds": round(theirs[key], 1),
                      "ratio": round(theirs[key] / ours[key], 1)}))
PYTHON
