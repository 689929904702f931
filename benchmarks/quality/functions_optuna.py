#!/usr/bin/python3
"""The rival on the continuous test functions: Optuna's TPESampler and CmaEsSampler with their default settings.

Reads the instances that `bench_functions instances` printed, so that both see the same functions; the values that come
with them are checked first. One JSON line for each run, with the least value after 100 and 1,000 evaluations, which is
the distance from the optimum. Goes on where it stopped.

    functions_optuna.py INSTANCES.jsonl RESULTS.jsonl [--samplers tpe,cmaes] [--dimensions 2,5,10,20] [--evaluations 1000]
                        [--repeats 5] [--cpu-seconds 1800]
"""

import argparse
import json
import os
import time

import numpy as np
import optuna


class Instance:
    def __init__(self, line):
        self.d = line["dimensions"]
        self.number = line["instance"]
        self.shift = np.array(line["shift"])
        self.signs = np.array(line["signs"])
        self.r = np.array(line["rotation"])
        self.q = np.array(line["second_rotation"])
        self.peaks = np.array(line["peaks"])
        self.peak_scales = np.array(line["peak_scales"])
        self.position = np.arange(self.d) / (self.d - 1)
        self.checks = line["checks"]


def scaled(alpha, z, f):
    return alpha ** (0.5 * f.position) * z


def t_osz(x):
    x = np.asarray(x, dtype=float)
    size = np.log(np.abs(np.where(x == 0.0, 1.0, x)))
    c1, c2 = np.where(x > 0.0, 10.0, 5.5), np.where(x > 0.0, 7.9, 3.1)
    return np.sign(x) * np.exp(size + 0.049 * (np.sin(c1 * size) + np.sin(c2 * size)))


def t_asy(beta, x, f):
    positive = np.maximum(x, 0.0)
    return np.where(x > 0.0, positive ** (1.0 + beta * f.position * np.sqrt(positive)), x)


def penalty(x):
    return np.sum(np.maximum(0.0, np.abs(x) - 5.0) ** 2)


def rastrigin_of(z):
    return 10.0 * (len(z) - np.sum(np.cos(2.0 * np.pi * z))) + np.sum(z * z)


def rosenbrock_point(z):
    return max(1.0, np.sqrt(len(z)) / 8.0) * z + 1.0


def sphere(f, x):
    return np.sum((x - f.shift) ** 2)


def ellipsoid(f, x):
    return np.sum(1e6 ** f.position * t_osz(x - f.shift) ** 2)


def rotated_ellipsoid(f, x):
    return np.sum(1e6 ** f.position * t_osz(f.r @ (x - f.shift)) ** 2)


def rastrigin(f, x):
    return rastrigin_of(scaled(10.0, t_asy(0.2, t_osz(x - f.shift), f), f))


def rotated_rastrigin(f, x):
    return rastrigin_of(f.r @ scaled(10.0, f.q @ t_asy(0.2, t_osz(f.r @ (x - f.shift)), f), f))


def rosenbrock(f, x):
    z = rosenbrock_point(x - f.shift)
    return np.sum(100.0 * (z[:-1] ** 2 - z[1:]) ** 2 + (z[:-1] - 1.0) ** 2)


def discus(f, x):
    z = t_osz(f.r @ (x - f.shift))
    return 1e6 * z[0] ** 2 + np.sum(z[1:] ** 2)


def bent_cigar(f, x):
    z = f.r @ t_asy(0.5, f.r @ (x - f.shift), f)
    return z[0] ** 2 + 1e6 * np.sum(z[1:] ** 2)


def sharp_ridge(f, x):
    z = f.q @ scaled(10.0, f.r @ (x - f.shift), f)
    return z[0] ** 2 + 100.0 * np.sqrt(np.sum(z[1:] ** 2))


def different_powers(f, x):
    z = f.r @ (x - f.shift)
    return np.sqrt(np.sum(np.abs(z) ** (2.0 + 4.0 * f.position)))


def weierstrass(f, x):
    z = f.r @ scaled(0.01, f.q @ t_osz(f.r @ (x - f.shift)), f)
    k = np.arange(12)
    terms = 0.5 ** k * np.cos(2.0 * np.pi * 3.0 ** k * (z[:, None] + 0.5))
    height = max(0.0, np.sum(terms) / f.d - np.sum(0.5 ** k * np.cos(np.pi * 3.0 ** k)))
    return 10.0 * height ** 3 + 10.0 / f.d * penalty(x)


def schaffers_f7(f, x):
    z = scaled(10.0, f.q @ t_asy(0.5, f.r @ (x - f.shift), f), f)
    s = np.sqrt(z[:-1] ** 2 + z[1:] ** 2)
    return np.mean(np.sqrt(s) * (1.0 + np.sin(50.0 * s ** 0.2) ** 2)) ** 2 + 10.0 * penalty(x)


def griewank_rosenbrock(f, x):
    z = rosenbrock_point(f.r @ (x - f.shift))
    s = 100.0 * (z[:-1] ** 2 - z[1:]) ** 2 + (z[:-1] - 1.0) ** 2
    return 10.0 * np.mean(s / 4000.0 - np.cos(s)) + 10.0


def schwefel(f, x):
    optimum = 4.2096874637
    doubled = 2.0 * f.signs * x
    z = doubled.copy()
    z[1:] += 0.25 * (doubled[:-1] - optimum)
    z = 100.0 * (scaled(10.0, z - optimum, f) + optimum)
    outside = np.sum(np.maximum(0.0, np.abs(z) / 100.0 - 5.0) ** 2)
    return max(0.0, 418.9828872724339 - np.mean(z * np.sin(np.sqrt(np.abs(z))))) / 100.0 + 100.0 * outside


def gallagher(f, x):
    count = len(f.peaks)
    weights = np.concatenate([[10.0], 1.1 + 8.0 * np.arange(count - 1) / (count - 2)])
    distance = np.sum(f.peak_scales * ((x - f.peaks) @ f.r.T) ** 2, axis=1)
    highest = np.max(weights * np.exp(-0.5 / f.d * distance))
    return float(t_osz(10.0 - highest)) ** 2 + penalty(x)


FUNCTIONS = {f.__name__: f for f in [
    sphere, ellipsoid, rastrigin, rosenbrock, rotated_ellipsoid, discus, bent_cigar, sharp_ridge, different_powers,
    rotated_rastrigin, weierstrass, schaffers_f7, griewank_rosenbrock, schwefel, gallagher]}


def check(instance):
    """Both programs must mean the same functions: rounding apart (frequencies of 3^11 magnify it), they agree."""
    for point in instance.checks:
        x = np.array(point["x"])
        if set(point["values"]) != set(FUNCTIONS):
            raise SystemExit("the two programs do not have the same functions")
        for name, expected in point["values"].items():
            value = FUNCTIONS[name](instance, x)
            if abs(value - expected) > 1e-7 * max(1.0, abs(expected)):
                raise SystemExit(f"{name} in {instance.d} dimensions: {value} here, {expected} there")


def run(function, instance, sampler_name, evaluations):
    # Functions share the shift of an instance; a seed for each keeps one lucky draw from helping in all of them.
    seed = 100 * instance.number + list(FUNCTIONS.values()).index(function)
    if sampler_name == "tpe":
        sampler = optuna.samplers.TPESampler(seed=seed)
    else:
        sampler = optuna.samplers.CmaEsSampler(seed=seed)
    study = optuna.create_study(sampler=sampler)
    best_so_far = []

    def objective(trial):
        x = np.array([trial.suggest_float(f"x{i}", -5.0, 5.0) for i in range(instance.d)])
        value = float(function(instance, x))
        best_so_far.append(min(value, best_so_far[-1]) if best_so_far else value)
        return value

    started = time.process_time()
    study.optimize(objective, n_trials=evaluations)
    return {"best": {str(n): best_so_far[n - 1] for n in [100, 1000] if n <= evaluations},
            "seconds": round(time.process_time() - started, 3)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances")
    parser.add_argument("results")
    parser.add_argument("--samplers", default="tpe,cmaes")
    parser.add_argument("--dimensions", default="2,5,10,20")
    parser.add_argument("--functions", default=",".join(FUNCTIONS))
    parser.add_argument("--evaluations", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--cpu-seconds", type=float, default=1800.0)
    options = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with open(options.instances) as file:
        instances = [Instance(json.loads(line)) for line in file]
    for instance in instances:
        check(instance)
    print(f"{len(instances)} instances of {len(FUNCTIONS)} functions: the values agree", flush=True)
    done = set()
    if os.path.exists(options.results):
        with open(options.results) as file:
            for line in map(json.loads, file):
                for evaluations in [100, 1000]:
                    if evaluations <= line["evaluations"]:
                        done.add((line["function"], line["dimensions"], line["sampler"], line["instance"], evaluations))
    wanted = {int(d) for d in options.dimensions.split(",")}
    for instance in sorted(instances, key=lambda i: (i.number, i.d)):
        if instance.d not in wanted or instance.number >= options.repeats:
            continue
        for name in options.functions.split(","):
            for sampler in options.samplers.split(","):
                if (name, instance.d, sampler, instance.number, options.evaluations) in done:
                    continue
                if time.process_time() > options.cpu_seconds:
                    print(f"the budget of {options.cpu_seconds:.0f} CPU seconds is spent in repeat {instance.number}")
                    return
                line = {"rival": f"optuna {optuna.__version__}", "function": name, "dimensions": instance.d,
                        "instance": instance.number, "sampler": sampler, "evaluations": options.evaluations,
                        **run(FUNCTIONS[name], instance, sampler, options.evaluations)}
                with open(options.results, "a") as file:
                    file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
