#!/bin/bash
# Optuna's side of the comparison (Debian's python3-optuna): run it once, keep the folder for strategy_tables.py. Goes on where
# it was stopped. About an hour of one core; what tells most comes first.
#
#     rival_runs.sh DATA RIVAL_FOLDER BENCH_FUNCTIONS
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
data=$1 rival=$2
mkdir -p "$rival"
[ -s "$rival/instances.jsonl" ] || "$3" instances repeats=10 > "$rival/instances.jsonl"
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

functions() { "$here/functions_optuna.py" "$rival/instances.jsonl" "$rival/functions.jsonl" "$@"; }
tables() { "$here/optuna_tables.py" "$data" "$rival/$1.jsonl" "${@:2}"; }

hpo=hpobench_australian,hpobench_car,hpobench_phoneme,hpolib_naval_propulsion,hpolib_protein_structure
tables tables --tables $hpo --repeats 90
functions --samplers cmaes --evaluations 1000 --repeats 2
functions --samplers tpe --evaluations 100 --repeats 1
tables nas --tables nas_bench_201 --samplers tpe --trials 300 --repeats 30
functions --samplers tpe --evaluations 1000 --repeats 1 --dimensions 2
functions --samplers tpe --evaluations 100 --repeats 2
tables nas --tables nas_bench_macro --samplers tpe --trials 300 --repeats 15
functions --samplers tpe --evaluations 1000 --repeats 1 --dimensions 5
functions --samplers tpe --evaluations 1000 --repeats 1 --dimensions 10
functions --samplers tpe,cmaes --evaluations 100 --repeats 5
tables tables --tables $hpo --repeats 200
