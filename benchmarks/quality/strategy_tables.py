#!/usr/bin/python3
"""All strategies against each other and against Optuna; writes docs/strategy_comparison.md.

    strategy_tables.py --data FOLDER --rival FOLDER [--build build/no-torch] [--results FOLDER] [--out FILE]
                       [--strategies a,b] [--parts tables,functions] [--repeats 200] [--job-seconds 40] [--only-report]

--data     the recorded tables (hpo/*.csv.gz and nas/*.csv.gz; names in recorded_table.py)
--rival    the results of rival_runs.sh (optuna_tables.py and functions_optuna.py)
--results  where our results are kept, one JSON line each; a second call with the same program runs only what is missing

A job is one strategy on one table. It gets `--repeats` runs, or as many as fit into `--job-seconds` of processor time by
a short run that measures the cost of a suggestion; the pages say how many there were.
"""

import argparse
import datetime
import hashlib
import json
import math
import os
import statistics
import subprocess
import sys
import time

from recorded_table import TABLES

PROBE_RUNS = 2
LEAST_RUNS = 10
FUNCTION_BUDGETS = [100, 1000]
# Processor time of a job, as multiples of --job-seconds: where a few percent of runs matter, and where there are many.
ARCHITECTURE_SHARE = 3.0
FUNCTION_SHARE = 1.5

# name on the page -> (table, trials, further options of the command)
JOBS = {name: (name, 100, ["--average"]) for name in TABLES if name.startswith("hpo")}
JOBS["nas_bench_201"] = ("nas_bench_201", 300, ["--regret", "test_accuracy", "--cost", "seconds_per_epoch"])
JOBS["nas_bench_201 --cell"] = ("nas_bench_201", 300, ["--regret", "test_accuracy", "--cell"])
JOBS["nas_bench_macro"] = ("nas_bench_macro", 300, [])


class Results:
    """Lines of JSON in a file, found by their keys; a line is added the moment it is known."""

    def __init__(self, path, keys):
        self.path, self.keys, self.lines = path, keys, {}
        if os.path.exists(path):
            with open(path) as file:
                for line in map(json.loads, file):
                    self.lines[self.key(line)] = line

    def key(self, line):
        return tuple(line.get(key) for key in self.keys)

    def add(self, line):
        self.lines[self.key(line)] = line
        with open(self.path, "a") as file:
            file.write(json.dumps(line) + "\n")


def fingerprint(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()[:16]


def output_of(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {result.stderr.strip()}")
    return result.stdout


# ---- our runs


def benchmark(options, job, strategy, trials, repeats):
    table, _, further = JOBS[job]
    file, inputs, objectives, maximize = TABLES[table]
    command = [options.nascent, "benchmark", f"{options.data}/{file}", "--inputs", ",".join(inputs), "--objective",
               ",".join(objectives), "--maximize" if maximize else "--minimize", "--strategy", strategy, "--trials",
               str(trials), "--repeats", str(repeats), "--seed", "1", "--json", "--quiet", *further]
    return json.loads(output_of(command))


def run_tables(options, strategies, results):
    for job, (_, trials, _) in JOBS.items():
        if options.tables and job.split()[0] not in options.tables:
            continue
        for strategy in strategies:
            key = (options.program, job, strategy, options.repeats, options.job_seconds)
            if key in results.lines:
                continue
            started = time.time()
            try:
                probe = benchmark(options, job, strategy, trials, PROBE_RUNS)
                cost = probe["seconds_per_suggestion"] * trials
                seconds = options.job_seconds * (1.0 if job.startswith("hpo") else ARCHITECTURE_SHARE)
                repeats = int(min(options.repeats, max(LEAST_RUNS, seconds / max(cost, 1e-9))))
                line = benchmark(options, job, strategy, trials, repeats)
            except RuntimeError as error:
                print(f"  left out: {error}", file=sys.stderr)
                continue
            results.add({"program": options.program, "job": job, "asked": options.repeats,
                         "job_seconds": options.job_seconds, **line})
            print(f"{job}: {strategy}, {line['runs']} runs, {time.time() - started:.1f} s", flush=True)


def run_functions(options, strategies, results):
    """Each budget is a search of its own: a strategy may be told how much it has, and plan by it."""
    for strategy in strategies:
        for dimensions in [2, 5, 10, 20]:
            for evaluations in FUNCTION_BUDGETS:
                key = (options.functions_program, strategy, dimensions, evaluations, options.function_repeats)
                if key in results.lines:
                    continue
                started = time.time()
                command = [options.functions, "run", strategy, f"dimensions={dimensions}", f"evaluations={evaluations}"]
                probe = output_of([*command, "functions=rotated_ellipsoid", "repeats=1"])
                cost = json.loads(probe)["strategy_seconds"] * 15
                repeats = int(min(options.function_repeats, max(1, FUNCTION_SHARE * options.job_seconds / max(cost, 1e-9))))
                runs = [json.loads(line) for line in output_of([*command, f"repeats={repeats}"]).splitlines()]
                results.add({"program": options.functions_program, "strategy": strategy, "dimensions": dimensions,
                             "evaluations": evaluations, "asked": options.function_repeats, "repeats": repeats,
                             "runs": runs})
                print(f"functions, {dimensions} dimensions, {evaluations} evaluations: {strategy}, {repeats} repeats, "
                      f"{time.time() - started:.1f} s", flush=True)


# ---- the rival


def rival_lines(folder, *needed):
    lines = []
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".jsonl"):
            continue
        with open(f"{folder}/{name}") as file:
            lines += [line for line in map(json.loads, file) if all(key in line for key in needed)]
    return lines


def mean_with_half_width(sample):
    mean = statistics.fmean(sample)
    return mean, 1.96 * statistics.stdev(sample) / math.sqrt(len(sample)) if len(sample) > 1 else 0.0


def rival_rows(lines, table, milestones, best):
    """Name -> runs, mean regret and half width after each milestone, seconds for a suggestion, trials to the optimum."""
    rows = {}
    for sampler in ["tpe", "cmaes"]:
        runs = [line for line in lines if line["table"] == table and line["sampler"] == sampler]
        if not runs:
            continue
        regret = {}
        for trials in milestones:
            known = [abs(run["best"][str(trials)] - best) for run in runs if str(trials) in run["best"]]
            if known:
                regret[trials] = (*mean_with_half_width(known), len(known))
        longest = max(run["trials"] for run in runs)
        found = [run["found_at"] or math.inf for run in runs if run["trials"] == longest]
        rows[f"Optuna {sampler.upper()}"] = {
            "runs": len(runs), "regret": regret, "found": found, "trials": longest,
            "seconds": statistics.fmean(run["seconds"] / run["trials"] for run in runs)}
    return rows


# ---- the page


def number(value, digits=3):
    return "–" if value is None or not math.isfinite(value) else f"{value:.{digits}g}"


def duration(seconds):
    return f"{seconds * 1e6:.3g} µs" if seconds < 1e-3 else f"{seconds * 1e3:.3g} ms"


def markdown_table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join(["---"] + ["--:"] * (len(head) - 1)) + "|"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows] + [""]


def by_regret(rows):
    return sorted(rows, key=lambda row: row[0])


def tuning_section(job, ours, rival):
    """A table of hyperparameters: the mean regret after 10, 30, 100 trials."""
    measure = ours[0]["measure"]
    to_median = abs(measure["median"] - measure["best"])
    to_worst = abs(measure["worst"] - measure["best"])
    milestones = [m["trials"] for m in ours[0]["milestones"]]
    rows = []
    reference = rival.get("Optuna TPE", {}).get("regret", {}).get(100, [None])[0]
    chance = next((line["milestones"][-1]["mean_regret"]["value"] for line in ours if line["strategy"] == "random"), None)

    def add(name, runs, regrets, seconds):
        last = regrets[-1][0]
        cells = [name, str(runs)]
        cells += [f"{number(100 * value / to_median)} ± {number(100 * half / to_median, 2)}" for value, half in regrets]
        cells += [number(100 * last / to_worst), number(last / chance if chance else None, 2),
                  number(last / reference if reference else None, 2), duration(seconds)]
        rows.append((last, cells))

    for line in ours:
        add(line["strategy"], line["runs"],
            [(m["mean_regret"]["value"], 0.5 * (m["mean_regret"]["high"] - m["mean_regret"]["low"]))
             for m in line["milestones"]], line["seconds_per_suggestion"])
    for name, row in rival.items():
        add(f"**{name}**", row["runs"], [row["regret"][m][:2] for m in milestones], row["seconds"])
    head = ["strategy", "runs", *[f"{m} trials" for m in milestones], "of the worst", "× random", "× Optuna TPE",
            "per suggestion"]
    return [f"### {job}", "", f"{ours[0]['points']:,} points; best {measure['best']:.6g}, median {measure['median']:.6g}, "
            f"worst {measure['worst']:.6g}.", "", *markdown_table(head, [cells for _, cells in by_regret(rows)])]


def architecture_section(job, ours, rival):
    """A table of architectures: the trials to the optimum."""
    rows = []

    def trials_text(value, most):
        return f"{value:.0f}" if value is not None and math.isfinite(value) else f"> {most}"

    for line in ours:
        estimate, found = line["trials_to_optimum"], line["found"]
        most = line["trials"]
        value = estimate["value"] if estimate["value"] is not None else math.inf
        text = trials_text(estimate["value"], most)
        text += f" [{trials_text(estimate['low'], most)}, {trials_text(estimate['high'], most)}]"
        regrets = [f"{number(m['mean_regret']['value'])} ± "
                   f"{number(0.5 * (m['mean_regret']['high'] - m['mean_regret']['low']), 2)}" for m in line["milestones"]]
        rows.append((value, -found["value"], [
            line["strategy"], str(line["runs"]), text,
            f"{100 * found['value']:.1f} [{100 * found['low']:.0f}, {100 * found['high']:.0f}]", *regrets,
            duration(line["seconds_per_suggestion"])]))
    for name, row in rival.items():
        median = statistics.median(row["found"])
        share = sum(math.isfinite(f) for f in row["found"]) / len(row["found"])
        regrets = [f"{number(row['regret'][m['trials']][0])} ± {number(row['regret'][m['trials']][1], 2)}"
                   if m["trials"] in row["regret"] and row["same_measure"] else "–" for m in ours[0]["milestones"]]
        rows.append((median, -share, [f"**{name}**", str(len(row["found"])), trials_text(median, row["trials"]),
                                      f"{100 * share:.1f}", *regrets, duration(row["seconds"])]))
    head = ["strategy", "runs", "median trials to the best", f"found within {ours[0]['trials']} (%)",
            *[f"regret after {m['trials']}" for m in ours[0]["milestones"]], "per suggestion"]
    objective = ours[0]["objective"]
    return [f"### {job}", "", f"{ours[0]['points']:,} points; best of the objective {objective['best']:.6g}.", "",
            *markdown_table(head, [row[-1] for row in sorted(rows, key=lambda row: row[:2])])]


def tables_part(options, results):
    lines = rival_lines(options.rival, "table")
    page = ["## Recorded tables", "",
            "*Regret* is the distance of the best value found from the best of the table, the mean over runs ± half of the "
            "95 % interval. For hyperparameters it is given in percent of the distance from the best to the **median** of "
            "the table (100 is a configuration of average luck), and after the last trial also in percent of the distance "
            "to the **worst**; ratios to random search and to Optuna's TPE are of mean regrets after the last trial, and "
            "the same under any scale. All see the mean over the seeds of the table, without noise. Seeds are those of "
            "runs, not of the table's trainings. `auto` chooses `gp` on all of these tables and runs exactly as that does; its "
            "rows differ by having fewer runs.", ""]
    for job, (table, trials, _) in JOBS.items():
        ours = [line for key, line in results.lines.items() if key[1] == job and key[0] == options.program]
        latest = {}
        for line in ours:
            latest[line["strategy"]] = line
        ours = list(latest.values())
        if not ours:
            continue
        rival = rival_rows(lines, table, [m["trials"] for m in ours[0]["milestones"]], ours[0]["objective"]["best"])
        if job.startswith("hpo"):
            page += tuning_section(job, ours, rival)
        else:
            for row in rival.values():
                row["same_measure"] = "test_accuracy" not in JOBS[job][2]
            page += architecture_section(job, ours, {} if "--cell" in job else rival)
    return page


def functions_part(options, results):
    rival = {}
    for line in rival_lines(options.rival, "function"):
        for budget in FUNCTION_BUDGETS:
            if str(budget) in line["best"]:
                name = f"Optuna {line['sampler'].upper()}"
                rival[name, line["function"], line["dimensions"], line["instance"], budget] = line["best"][str(budget)]
    ours = {}
    names = []
    for line in results.lines.values():
        if line["program"] != options.functions_program:
            continue
        if line["strategy"] not in names:
            names.append(line["strategy"])
        for run in line["runs"]:
            budget = run["evaluations"]
            key = (run["strategy"], run["function"], run["dimensions"], run["instance"], budget)
            ours[key] = run["best"][str(budget)]
    if not ours:
        return []
    rivals = sorted({key[0] for key in rival})
    everything = {**ours, **rival}
    functions = list(dict.fromkeys(key[1] for key in ours))
    page = ["## Continuous test functions", "",
            f"{len(functions)} noiseless functions of the BBOB kind (`benchmarks/quality/test_functions.cpp`), shifted and "
            "rotated by instance, on [-5, 5]^D; both programs see the same instances (checked at random points). The value "
            "is the distance of the best found from the optimum.", "",
            "Ratios are geometric means over functions and instances of (ours + 1e-8) / (Optuna's + 1e-8), where both ran; "
            "less than 1 is better than Optuna. Behind them the share of pairs in which ours is better.", ""]
    for budget in FUNCTION_BUDGETS:
        rows = []
        for name in names:
            cells = [name]
            for other in rivals:
                for dimensions in [2, 5, 10, 20]:
                    pairs = [(value, rival[other, *key[1:]]) for key, value in ours.items()
                             if key[0] == name and key[2] == dimensions and key[4] == budget and (other, *key[1:]) in rival]
                    if not pairs:
                        cells.append("–")
                        continue
                    ratio = math.exp(statistics.fmean(math.log((a + 1e-8) / (b + 1e-8)) for a, b in pairs))
                    cells.append(f"{number(ratio, 2)} ({100 * statistics.fmean(a < b for a, b in pairs):.0f} %, {len(pairs)})")
            rows.append(cells)
        head = ["strategy", *[f"{other.replace('Optuna ', '')} {d}D" for other in rivals for d in [2, 5, 10, 20]]]
        page += [f"### After {budget:,} evaluations, against Optuna's samplers", "",
                 "Ratio (share of pairs won, number of pairs).", "", *markdown_table(head, rows)]
    shown = [name for name in ["auto", "cmaes", "tpe", "random"] if name in names][:2] + rivals
    for budget in FUNCTION_BUDGETS:
        rows = []
        for function in functions:
            cells = [function]
            for dimensions in [2, 5, 10, 20]:
                for name in shown:
                    values = [value for key, value in everything.items()
                              if key[0] == name and key[1:3] == (function, dimensions) and key[4] == budget]
                    cells.append(number(statistics.median(values), 2) if values else "–")
            rows.append(cells)
        head = ["function", *[f"{name.replace('Optuna ', 'O. ')} {d}D" for d in [2, 5, 10, 20] for name in shown]]
        page += [f"### Median distance after {budget:,} evaluations", "", *markdown_table(head, rows)]
    return page


def machine():
    model, cores = "unknown processor", os.cpu_count()
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{model}, {cores} cores"


def write_page(options, tables, functions):
    root = os.path.dirname(os.path.abspath(__file__))
    commit = output_of(["git", "-C", root, "describe", "--always", "--dirty", "--abbrev=12"]).strip()
    rival = sorted({line["rival"] for line in rival_lines(options.rival, "rival")})
    page = ["# Strategies compared", "",
            "Every search strategy on recorded tables and test functions, beside " + (" and ".join(rival) or "no rival") +
            " with its default settings. Made by `benchmarks/quality/strategy_tables.py`.", "",
            f"Commit {commit}, {datetime.date.today().isoformat()}, {machine()}. Times are processor time of one thread, "
            "the mean over the trials of a run, measured while the other cores were at work; Optuna's are its whole "
            "`optimize` divided by the trials.", "",
            "Runs differ in number, since each strategy got the same processor time at most; the intervals say what that "
            "costs. [The command](benchmark_command.md) explains the figures.", ""]
    page += tables_part(options, tables) + functions_part(options, functions)
    with open(options.out, "w") as file:
        file.write("\n".join(page).rstrip() + "\n")
    print(f"written: {options.out}")


def main():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--rival", required=True)
    parser.add_argument("--build", default=f"{root}/build/no-torch")
    parser.add_argument("--results", default=f"{root}/build/strategy_results")
    parser.add_argument("--out", default=f"{root}/docs/strategy_comparison.md")
    parser.add_argument("--strategies", default="")
    parser.add_argument("--function-strategies", default="auto,cmaes,tpe,random")
    parser.add_argument("--parts", default="tables,functions")
    parser.add_argument("--tables", default="")
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--function-repeats", type=int, default=5)
    parser.add_argument("--job-seconds", type=float, default=40.0)
    parser.add_argument("--only-report", action="store_true")
    options = parser.parse_args()
    options.tables = [name for name in options.tables.split(",") if name]
    options.nascent = f"{options.build}/bin/nascent"
    options.functions = f"{options.build}/bin/bench_functions"
    options.program, options.functions_program = fingerprint(options.nascent), fingerprint(options.functions)
    os.makedirs(options.results, exist_ok=True)
    known = output_of([options.functions, "strategies"]).split()
    strategies = options.strategies.split(",") if options.strategies else known
    tables = Results(f"{options.results}/tables.jsonl", ["program", "job", "strategy", "asked", "job_seconds"])
    functions = Results(f"{options.results}/functions.jsonl", ["program", "strategy", "dimensions", "evaluations", "asked"])
    if not options.only_report:
        if "tables" in options.parts:
            run_tables(options, strategies, tables)
        if "functions" in options.parts:
            run_functions(options, [s for s in options.function_strategies.split(",") if s in known], functions)
    write_page(options, tables, functions)


if __name__ == "__main__":
    main()
