"""What one trial costs Optuna: ask and tell in continuous dimensions, in memory, as suggestion.cpp measures ours.

    suggestion.py [random tpe cmaes nsga2]

One JSON line for each sampler, number of dimensions and number of trials before. The processor time counts, of one thread.
TPE (multivariate, as ours is) takes minutes to propose 10,000 trials itself, so in front of that row they are random ones
that are added at once.
"""
import json
import os
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
import warnings

import numpy
import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore")

MEASURED = {100: 50, 1000: 50, 10000: 10}


def sampler(name):
    return {
        "random": lambda: optuna.samplers.RandomSampler(seed=1),
        "tpe": lambda: optuna.samplers.TPESampler(seed=1, multivariate=True),
        "cmaes": lambda: optuna.samplers.CmaEsSampler(seed=1),
        "nsga2": lambda: optuna.samplers.NSGAIISampler(seed=1),
    }[name]()


def values(points, objectives):
    return [float(((points - 1.0) ** 2).sum()), float(((points + 1.0) ** 2).sum())][:objectives]


def measure(name, dimensions):
    objectives = 2 if name == "nsga2" else 1
    study = optuna.create_study(directions=["minimize"] * objectives, sampler=sampler(name))
    names = [f"x{i}" for i in range(dimensions)]

    def run(trials):
        start = time.process_time()
        for _ in range(trials):
            trial = study.ask()
            points = numpy.array([trial.suggest_float(n, -5.0, 5.0) for n in names])
            study.tell(trial, values(points, objectives))
        return time.process_time() - start

    done = 0
    for before in (100, 1000, 10000):
        line = {"benchmark": "suggestion", "program": f"optuna {optuna.__version__}", "strategy": name,
                "dimensions": dimensions, "trials": before}
        if before == 10000 and name == "tpe":
            distributions = {n: optuna.distributions.FloatDistribution(-5.0, 5.0) for n in names}
            random = numpy.random.default_rng(1)
            for _ in range(before - done):
                points = random.uniform(-5.0, 5.0, dimensions)
                study.add_trial(optuna.create_trial(params=dict(zip(names, map(float, points))),
                                                    distributions=distributions, values=values(points, objectives)))
        else:
            run(before - done)
        count = MEASURED[before]
        line["microseconds"] = 1e6 * run(count) / count
        done = before + count
        print(json.dumps(line), flush=True)


for chosen in sys.argv[1:] or ["random", "tpe", "cmaes", "nsga2"]:
    for d in (10, 40):
        measure(chosen, d)
