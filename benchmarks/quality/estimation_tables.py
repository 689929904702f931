#!/usr/bin/python3
"""All schedulers on recorded learning curves, against the plainest way to spend less; writes docs/estimation_comparison.md.

    estimation_tables.py --data FOLDER [--build build/no-torch] [--results FOLDER] [--out FILE] [--repeats 200]
                         [--schedulers a/b:x=1] [--parts curves,bench201,workers] [--threads 1] [--only-report]

--data     the recorded tables: curves/lcnet_cifar10.csv.gz and nas/nas_bench_201_cifar10.csv.gz
--results  where results are kept, one JSON line each; a second call with the same program runs only what is missing

A scheduler that the program does not have is left out, with a word on standard error.
"""

import argparse
import datetime
import json
import math
import os
import sys

from strategy_tables import Results, duration, fingerprint, machine, markdown_table, number, output_of

SCHEDULERS = ["full", "halving", "asha", "hyperband", "median", "curve"]
TOP_EPOCHS = [1, 3, 5]
TOP_COUNTS = list(range(1, 21))
SHOWN_COUNTS = [1, 3, 5, 10, 15, 20]
SAMPLE = 100  # curves of a run that takes a part of the table
WORKERS = [1, 4, 16, 64, 256]
CURVES = ["curves/lcnet_cifar10.csv.gz", "--inputs", "hyperparameter_*", "--fidelity", "epoch", "--elapsed",
          "elapsed_seconds", "--objective", "validation_error"]
# The two accuracies are of two trainings: after 12 epochs the learning rate of the first is zero.
BENCH201 = ["nas/nas_bench_201_cifar10.csv.gz", "--inputs", "edge_*", "--maximize", "--separate", "--fidelity-columns",
            "12:valid_accuracy_12_epochs,200:valid_accuracy", "--epoch-seconds", "seconds_per_epoch"]
BENCH201_TIME = "100h"
BENCH201_TOP = 1000  # configurations that the baseline starts within that time
BENCH201_SEARCHES = ["random", "tpe", "de"]
POOL_TIME = "4h"


def of_bench201(schedulers):
    """Rungs at 12 and at 200 epochs, the only ones recorded; what needs reports on the way is left out."""
    names = [scheduler.partition(":")[0] for scheduler in schedulers]
    return [name if name == "full" else f"{name}:reduction={200 / 12:.10g},least=12" for name in names
            if name not in ["median", "curve"]]


# ---- runs


def run(options, results, part, arguments, strategy, estimation, repeats, further):
    """One line of results, from the file or new; none where the program has no such scheduler."""
    line = {"program": options.program, "part": part, "strategy": strategy, "estimation": estimation, "asked": repeats,
            "further": " ".join(further)}
    if results.key(line) in results.lines:
        return results.lines[results.key(line)]
    if options.only_report:
        return None
    command = [options.nascent, "benchmark", f"{options.data}/{arguments[0]}", *arguments[1:], "--strategy", strategy,
               "--estimation", estimation, "--repeats", str(repeats), "--threads", str(options.threads), "--seed", "1",
               "--json", "--quiet", *further]
    try:
        line = {**json.loads(output_of(command)), **line}
    except RuntimeError as error:
        print(f"  left out: {error}", file=sys.stderr)
        return None
    results.add(line)
    print(f"{part}: {strategy} + {estimation}, {line['runs']} runs", flush=True)
    return line


def known(options, results, part, arguments, pairs, repeats, further):
    lines = [run(options, results, part, arguments, strategy, estimation, repeats, further)
             for strategy, estimation in pairs]
    return [line for line in lines if line]


# ---- the page


def share(estimate, digits=1):
    half = 50 * (estimate["high"] - estimate["low"])
    return f"{100 * estimate['value']:.{digits}f}" + (f" ± {half:.1g}" if half > 0.05 else "")


def points(estimate, digits=3):
    """An error as percentage points."""
    return f"{100 * estimate['value']:.{digits}f} ± {50 * (estimate['high'] - estimate['low']):.2g}"


def hours(seconds):
    return "never" if seconds is None or not math.isfinite(seconds) else f"{seconds / 3600:.3g} h"


def cheapest_as_good(line, tops, measure):
    """What the baseline costs to be as good, as a text; and its regret at the same cost."""
    affordable = [top for top in tops if top["cost_share"]["value"] <= line["cost_share"]["value"] + 1e-9]
    good = [top for top in tops if top[measure]["value"] <= line[measure]["value"] + 1e-9]
    at_cost = min(affordable, key=lambda top: top[measure]["value"], default=None)
    as_good = min(good, key=lambda top: top["cost_share"]["value"], default=None)
    name = lambda top: top["estimation"].replace("top:", "")
    return ("–" if at_cost is None else f"{points(at_cost[measure])} ({name(at_cost)})",
            "–" if as_good is None else f"{share(as_good['cost_share'])} ({name(as_good)})")


def cost_table(lines, measure):
    tops = [line for line in lines if line["estimation"].startswith("top:")]
    rows = []
    for line in sorted((line for line in lines if line not in tops), key=lambda line: -line["cost_share"]["value"]):
        rows.append([line["estimation"], share(line["cost_share"]), points(line[measure]),
                     *cheapest_as_good(line, tops, measure), f"{line['stopped']:.0f}", f"{line['paused']:.0f}",
                     f"{line['promoted']:.0f}", duration(line["seconds_per_decision"])])
    head = ["scheduler", "cost %", "regret", "top at this cost or less", "cost of top, as good", "stopped", "paused", "promoted",
            "per decision"]
    page = markdown_table(head, rows)
    rows = []
    for epochs in TOP_EPOCHS:
        cells = [f"top:after={epochs}"]
        for k in SHOWN_COUNTS:
            found = [top for top in tops if top["estimation"] == f"top:after={epochs},k={k}"]
            cells.append(f"{share(found[0]['cost_share'])}: {points(found[0][measure])}" if found else "–")
        rows.append(cells)
    return page + ["The baseline, as *cost %: regret*; the two columns above are over all k from 1 to 20.", "",
                   *markdown_table(["", *[f"k = {k}" for k in SHOWN_COUNTS]], rows)]


def curves_part(options, results):
    pairs = [("random", scheduler) for scheduler in options.schedulers]
    pairs += [("random", f"top:after={epochs},k={k}") for epochs in TOP_EPOCHS for k in TOP_COUNTS]
    whole = known(options, results, "all curves", CURVES, pairs, options.repeats, [])
    sample = known(options, results, "100 curves", CURVES, pairs, options.repeats, ["--trials", str(SAMPLE)])
    if not whole:
        return []
    page = ["## Learning curves of convolutional networks", "",
            f"{whole[0]['points']} recorded trainings of 40 epochs on CIFAR-10 (LCNet, Klein et al. 2017), one worker, "
            f"{whole[0]['runs']} random orders. *Cost* is the share of training all of them fully. *Regret* is the validation error "
            "of the pick after 40 epochs less that of the best, in percentage points. Beside it stands what the plain "
            "baseline *all for i epochs, then the top k fully* reaches: its least regret at the same cost or less, and its "
            "least cost at the same regret or less.", "",
            "### All curves, in random orders", "",
            "With one worker the baseline sees all curves before it chooses, so the order does not matter to it.", "",
            *cost_table(whole, "mean_regret"),
            f"### {SAMPLE} curves drawn at random", "",
            "One table is one sample: what the top k of these very curves are is luck. Here each run draws "
            f"{SAMPLE} of them, and the regret is the distance from the best of those drawn.", "",
            *cost_table(sample, "mean_loss")]
    return page


def bench201_part(options, results):
    lines = []
    for strategy in BENCH201_SEARCHES:
        for estimations, trials in [(of_bench201(options.schedulers), 3000), (["top:after=12,k=10"], BENCH201_TOP)]:
            lines += known(options, results, "NAS-Bench-201", BENCH201, [(strategy, e) for e in estimations],
                           options.search_repeats, ["--time", BENCH201_TIME, "--trials", str(trials)])
    if not lines:
        return []
    moments = [moment["seconds"] for moment in lines[0]["moments"]]
    rows = []
    for line in lines:
        name = {"full": "full", "top": line["estimation"]}.get(line["estimation"].partition(":")[0],
                                                               line["estimation"].partition(":")[0])
        rows.append([f"{line['strategy']} + {name}", f"{line['configurations']:.0f}",
                     *[f"{number(moment['mean_regret']['value'])} ± "
                       f"{number(0.5 * (moment['mean_regret']['high'] - moment['mean_regret']['low']), 2)}"
                       for moment in line["moments"]]])
    head = ["strategy + scheduler", "started", *[hours(seconds) for seconds in moments]]
    return ["## NAS-Bench-201: a 12-epoch training as low fidelity", "",
            f"{lines[0]['points']:,} cells on CIFAR-10, {lines[0]['runs']} runs with one worker. Rungs stand at 12 and at 200 "
            "epochs, since nothing else is recorded: one of 16.7 is promoted. The two are separate trainings (the learning rate "
            "falls to zero at the end of each), so a promoted cell pays all 200 epochs again. Mean regret of the validation "
            "accuracy after 200 epochs, in percentage points, by simulated time; before the first result the worst cell of the "
            "table stands for the pick. `tpe + hyperband` is what is known as BOHB, `de + hyperband` as DEHB. `top` has to know beforehand how "
            f"many it starts ({BENCH201_TOP} here, which fills most of the time), and chooses when all of them have had 12 epochs.", "", *markdown_table(head, rows)]


def workers_table(options, results, part, arguments, estimations, further):
    rows, any_line = [], None
    for estimation in estimations:
        for workers in WORKERS:
            line = run(options, results, part, arguments, "random", estimation, options.pool_repeats,
                       [*further, "--workers", str(workers)])
            if not line:
                continue
            any_line = line
            first = next((r for r in rows if r[0] == estimation and r[1] == "1"), None)
            median = line["seconds_to_regret"]["value"]
            base = median if first is None else first[-1]
            rows.append([estimation, str(workers), share(line["reached"], 0), hours(median),
                         f"{hours(line['seconds_to_regret']['low'])} to {hours(line['seconds_to_regret']['high'])}",
                         f"{base / median:.1f}" if base and median else "–", share(line["idle_share"], 2), base])
    head = ["scheduler", "workers", "reached in % of runs", "median time", "95 % interval", "times as fast", "idle %"]
    return any_line, markdown_table(head, [row[:-1] for row in rows])


def idle_table(options, results):
    """Full pools for a fixed time: what a scheduler leaves idle, with reports of all 40 epochs."""
    rows = []
    for estimation in options.schedulers:
        for workers in WORKERS:
            line = run(options, results, "workers, curves", CURVES, "random", estimation, options.pool_repeats,
                       ["--duplicates", "--trials", "1000000", "--time", POOL_TIME, "--workers", str(workers)])
            if line:
                rows.append([estimation, str(workers), f"{line['configurations']:.0f}", share(line["idle_share"], 2),
                             points(line["mean_regret"]), duration(line["seconds_per_decision"])])
    return markdown_table(["scheduler", "workers", "started", "idle %", "regret", "per decision"], rows)


def workers_part(options, results):
    _, cells = workers_table(options, results, "workers, NAS-Bench-201", BENCH201, of_bench201(options.schedulers),
                             ["--trials", "15000", "--until-regret", "0.2"])
    return ["## Simulated workers", "", f"Random search, {options.pool_repeats} runs.", "",
            "### NAS-Bench-201: time to a regret of 0.2 percentage points", "",
            "Until a cell that good has been trained fully and is the pick. Without replacement; rungs at 12 and 200 epochs as "
            "above. *Idle* is the share of the workers' time without work until then.", "", *cells,
            f"### Learning curves: {POOL_TIME} of simulated time", "",
            "265 curves are few for 256 workers, so they are drawn with replacement: a curve may be drawn again as another "
            "configuration. That keeps the pool busy as a large space would, and says little about regret: many copies of one "
            "misleading curve take the places of others on a rung.", "", *idle_table(options, results)]


def write_page(options, results):
    root = os.path.dirname(os.path.abspath(__file__))
    commit = output_of(["git", "-C", root, "describe", "--always", "--dirty", "--abbrev=12"]).strip()
    parts = {"curves": curves_part, "bench201": bench201_part, "workers": workers_part}
    page = ["# Schedulers compared", "",
            "Every scheduler on recorded learning curves, with a simulated clock. Made by "
            "`benchmarks/quality/estimation_tables.py` with [`nascent benchmark`](benchmark_command.md), which explains the "
            "figures.", "",
            f"Commit {commit}, {datetime.date.today().isoformat()}, {machine()}. Costs and regrets are simulated and do not "
            "depend on the machine; processor times are of one thread, with other programs running. After ± stands half of "
            "the 95 % interval of the mean.", ""]
    for name in options.parts.split(","):
        page += parts[name](options, results)
    with open(options.out, "w") as file:
        file.write("\n".join(page).rstrip() + "\n")
    print(f"written: {options.out}")


def main():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--build", default=f"{root}/build/no-torch")
    parser.add_argument("--results", default=f"{root}/build/estimation_results")
    parser.add_argument("--out", default=f"{root}/docs/estimation_comparison.md")
    parser.add_argument("--schedulers", default="/".join(SCHEDULERS), help="separated by /, since options hold commas")
    parser.add_argument("--parts", default="curves,bench201,workers")
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--search-repeats", type=int, default=100, help="of searches on NAS-Bench-201")
    parser.add_argument("--pool-repeats", type=int, default=50, help="with many workers")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only-report", action="store_true")
    options = parser.parse_args()
    options.schedulers = options.schedulers.split("/")
    options.nascent = f"{options.build}/bin/nascent"
    options.program = fingerprint(options.nascent)
    os.makedirs(options.results, exist_ok=True)
    results = Results(f"{options.results}/estimation.jsonl",
                      ["program", "part", "strategy", "estimation", "asked", "further"])
    write_page(options, results)


if __name__ == "__main__":
    main()
