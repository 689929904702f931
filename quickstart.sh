#!/usr/bin/env bash
# From a bare Debian 12 to two fitted models: installs what is missing, builds, fits a table for 30 seconds and designs a network
# for Fashion-MNIST in 3 minutes. Results are in runs/.
#   TABLE_TIME=30s IMAGE_TIME=3m ./quickstart.sh
set -euo pipefail
cd "$(dirname "$0")"

scripts/setup.sh --data
scripts/build.sh release nascent nascent-worker
nascent=build/release/bin/nascent
images=/usr/share/datasets/fashion-mnist
rm -rf runs/quickstart-table runs/quickstart-images
mkdir -p runs

echo
echo "== A table: who repays a credit? (examples/data, 800 rows to learn from, 200 to test on) =="
"$nascent" fit examples/data/german_credit_train.csv --target class --test examples/data/german_credit_test.csv \
  --time "${TABLE_TIME:-30s}" --out runs/quickstart-table

echo
echo "== Images: a network for Fashion-MNIST (60,000 to learn from, 10,000 to test on) =="
"$nascent" fit "$images" --time "${IMAGE_TIME:-3m}" --out runs/quickstart-images

echo
echo "== Leaderboards =="
"$nascent" leaderboard runs/quickstart-table
echo
"$nascent" leaderboard runs/quickstart-images
echo
echo "Reports: runs/quickstart-table/report.json and runs/quickstart-images/report.json"
echo "Models:  runs/quickstart-table/model and runs/quickstart-images/model"
echo "Next:    $nascent predict runs/quickstart-table examples/data/german_credit_test.csv -o predictions.csv"
