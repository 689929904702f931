#!/bin/bash
# Training images per second of one fixed network, ours against Python's torch, as two processes of one thread each that
# run at the same time. The programs take turns, and the best of the rounds counts, since other work on the machine only ever
# makes a run slower. One JSON line for each run and one for each ratio.
#
#     cnn_training.sh <bench_cnn_training> [folder with Fashion-MNIST] [rounds]
set -euo pipefail
ours=$1
data=${2:-/usr/share/datasets/fashion-mnist}
rounds=${3:-3}
here=$(cd "$(dirname "$0")" && pwd)
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT

pair() { # runs the command twice at once and prints both lines
  "$@" &
  local first=$!
  "$@" &
  wait "$first"
  wait $!
}

precisions="float32"
grep -q avx512_bf16 /proc/cpuinfo && precisions="float32 bfloat16"
for _ in $(seq "$rounds"); do
  for precision in $precisions; do
    pair "$ours" "$data" "$precision" | tee -a "$lines"
    OMP_NUM_THREADS=1 pair /usr/bin/python3 "$here/cnn_training.py" "$data" "$precision" | tee -a "$lines"
  done
done

/usr/bin/python3 - "$lines" <<'PYTHON'
import json, sys
best = {}
for line in open(sys.argv[1]):
    run = json.loads(line)
    key = (run["program"].split()[0], run["precision"])
    if run["images_per_second"] > best.get(key, {"images_per_second": 0})["images_per_second"]:
        best[key] = run
for precision in sorted({p for _, p in best}, reverse=True):
    ours, rival = best["nascent", precision], best["python3-torch", precision]
    print(json.dumps({"benchmark": "cnn_training_ratio", "precision": precision, "rival": rival["program"],
                      "ratio": round(ours["images_per_second"] / rival["images_per_second"], 3),
                      "ours": round(ours["images_per_second"]), "theirs": round(rival["images_per_second"]),
                      "mean_loss_ours": round(ours["mean_loss"], 4), "mean_loss_theirs": round(rival["mean_loss"], 4)}))
PYTHON
