#!/usr/bin/python3
"""The rival on recorded tables: Optuna's TPESampler and CmaEsSampler with their default settings.

Numeric columns are `suggest_int` over the index of the sorted value, text columns `suggest_categorical`; the objective
is the mean over the seeds of the table. Writes one JSON line for each run: the best value after 10, 30, 100, ... trials,
its normalised regret, and the trial that found the optimum. Goes on where it stopped: runs that the file holds already
are skipped, and repeats go round the tables, so that it can be stopped at any time.

    optuna_tables.py DATA RESULTS.jsonl [--tables a,b] [--samplers tpe,cmaes] [--trials 100] [--repeats 200]
                     [--cpu-seconds 1500]
"""

import argparse
import json
import os
import time

import optuna
from recorded_table import TABLES, load

MILESTONES = [10, 30, 100, 200, 300]


def make_sampler(name, seed):
    if name == "tpe":
        return optuna.samplers.TPESampler(seed=seed)
    if name == "cmaes":
        return optuna.samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False)
    return optuna.samplers.RandomSampler(seed=seed)


def run(table, sampler, trials, seed):
    study = optuna.create_study(sampler=make_sampler(sampler, seed),
                                direction="maximize" if table.maximize else "minimize")
    best_so_far = []

    def objective(trial):
        key = tuple(trial.suggest_int(name, 0, len(cells) - 1) if ordered
                    else cells.index(trial.suggest_categorical(name, cells))
                    for name, (cells, ordered) in table.columns.items())
        value = table.value[key]
        best = best_so_far[-1] if best_so_far else value
        best_so_far.append(max(best, value) if table.maximize else min(best, value))
        return value

    started = time.process_time()
    study.optimize(objective, n_trials=trials)
    seconds = time.process_time() - started
    found = next((i + 1 for i, value in enumerate(best_so_far) if value == table.best), None)
    after = [m for m in MILESTONES if m <= trials]
    return {"best": {m: best_so_far[m - 1] for m in after},
            "regret": {m: table.regret(best_so_far[m - 1]) for m in after},
            "found_at": found, "seconds": round(seconds, 3)}


def finished(path):
    if not os.path.exists(path):
        return set()
    with open(path) as file:
        lines = [json.loads(line) for line in file]
    return {(line["table"], line["sampler"], line["seed"], line["trials"]) for line in lines}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("results")
    parser.add_argument("--tables", default=",".join(TABLES))
    parser.add_argument("--samplers", default="tpe,cmaes")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--cpu-seconds", type=float, default=1500.0)
    options = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    done = finished(options.results)
    tables = {name: load(name, options.data) for name in options.tables.split(",")}
    for repeat in range(options.repeats):
        for name, table in tables.items():
            for sampler in options.samplers.split(","):
                if (name, sampler, repeat, options.trials) in done:
                    continue
                if time.process_time() > options.cpu_seconds:
                    print(f"the budget of {options.cpu_seconds:.0f} CPU seconds is spent; {repeat} repeats are whole")
                    return
                line = {"table": name, "rival": f"optuna {optuna.__version__}", "sampler": sampler, "seed": repeat,
                        "trials": options.trials, **run(table, sampler, options.trials, repeat)}
                with open(options.results, "a") as file:
                    file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
