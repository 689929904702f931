"""The same as trial_store.cpp with Optuna's storage on SQLite. Usage: trial_store.py <what> <folder> [trials]; one JSON line."""

import json
import os
import random
import sys
import tempfile
import time

import optuna

optuna.logging.set_verbosity(optuna.logging.WARNING)
what, folder = sys.argv[1], sys.argv[2]
PARAMETERS = 10


def make_study(url):
    return optuna.create_study(storage=url, sampler=optuna.samplers.RandomSampler(seed=1))


def objective(trial):
    for i in range(PARAMETERS):
        trial.suggest_float(f"x{i}", 0.0, 1.0)
    return random.random()


with tempfile.TemporaryDirectory(dir=folder) as place:
    url = "sqlite:///" + os.path.join(place, "study.db")
    study = make_study(url)
    line = {"benchmark": "trial_store", "what": what, "program": f"python3-optuna {optuna.__version__}", "parameters": PARAMETERS}
    if what == "default":
        trials = int(sys.argv[3]) if len(sys.argv) > 3 else 200
        study.optimize(objective, n_trials=10)
        start = time.perf_counter()
        study.optimize(objective, n_trials=trials)
        line |= {"trials": trials, "trials_per_second": trials / (time.perf_counter() - start)}
    elif what == "open":
        # Filled at once, which Optuna does faster than trial by trial; scaled up to the 100,000 of the other side.
        trials = int(sys.argv[3]) if len(sys.argv) > 3 else 500
        space = {f"x{i}": optuna.distributions.FloatDistribution(0.0, 1.0) for i in range(PARAMETERS)}
        study.add_trials([
            optuna.trial.create_trial(params={name: random.random() for name in space}, distributions=space, value=random.random())
            for _ in range(trials)
        ])
        start = time.perf_counter()
        opened = optuna.load_study(study_name=study.study_name, storage=url)
        assert len(opened.trials) == trials
        seconds = time.perf_counter() - start
        line |= {"trials": trials, "seconds": seconds, "seconds_for_100000_in_proportion": seconds * 100_000 / trials}
    else:
        sys.exit("usage: trial_store.py default|open <folder> [trials]")
    print(json.dumps(line), flush=True)
