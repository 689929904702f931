#!/usr/bin/python3
"""What each strategy reaches on each space of networks in the same time, and whether it survives being killed.

    network_search.py IMAGES --results FILE [--time 10m] [--seeds 0,1,2] [--spaces macro,cell] [--strategies ...]
                      [--killed] [--program build/release/bin/nascent] [-- more options of nascent fit]

Every run is one `nascent fit` with the single best network at the end (--ensemble 1). Its line of JSON is added to FILE
as soon as it is done, and a run whose line is there is not done again. --killed: every run is ended with SIGKILL at half of
its time and taken up again with `fit --resume`. At the end the table of all lines in FILE is printed, as Markdown.
"""

import argparse
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

STRATEGIES = "evolution,bayesian,reinforce,random,grid,local"
KEYS = ("space", "strategy", "seed", "time", "killed", "options")


def seconds_of(text):
    match = re.fullmatch(r"([0-9.]+)(s|m|h)", text)
    if not match:
        sys.exit(f"network_search: {text} is no time; write 60s or 10m")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]]


def read_lines(path):
    if not os.path.exists(path):
        return []
    with open(path) as file:
        return [{"options": "", **json.loads(line)} for line in file]


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"network_search: {' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def run_and_kill(command, seconds):
    """Ends the front program as a power failure would: it has no time to say anything, and its workers must notice."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()


def count_trials(program, folder):
    """How many trials the record held when its writer was killed."""
    return len(run([program, "leaderboard", folder, "--top", "0", "--json"])["trials"])


def fit(options, space, strategy, seed):
    folder = tempfile.mkdtemp(prefix="network_search_", dir=options.work)
    out = os.path.join(folder, "run")
    command = [options.program, "fit", options.images, "--space", space, "--strategy", strategy, "--seed", str(seed),
               "--time", options.time, "--ensemble", "1", "--out", out, "--quiet", "--json", *options.more]
    line = {"space": space, "strategy": strategy, "seed": seed, "time": options.time, "killed": options.killed,
            "options": " ".join(options.more)}
    if options.killed:
        half = seconds_of(options.time) / 2
        run_and_kill(command, half)
        line["trials_before"] = count_trials(options.program, out)
        report = run([options.program, "fit", "--resume", out, "--time", f"{half}s", "--quiet", "--json"])
    else:
        report = run(command)
    line["report"] = {key: report.get(key) for key in ("scores", "best", "trials", "seconds", "search")}
    shutil.rmtree(folder)
    return line


def spread(values):
    if len(values) == 1:
        return f"{values[0]:.4f}"
    return f"{statistics.mean(values):.4f} ± {statistics.stdev(values):.4f}"


def table(lines):
    groups = {}
    for line in lines:
        groups.setdefault((line["time"], line["options"], line["space"], line["strategy"], line["killed"]), []).append(line)
    print("| time | options | space | strategy | killed and resumed | runs | test accuracy | trials |")
    print("|---|---|---|---|---|--:|---|--:|")
    for (period, more, space, strategy, killed), group in sorted(groups.items()):
        tests = [line["report"]["scores"]["test"] for line in group]
        scores = [test["accuracy"] for test in tests if test]
        trials = statistics.median(line["report"]["trials"]["total"] for line in group)
        print(f"| {period} | {more} | {space} | {strategy} | {'yes' if killed else 'no'} | {len(group)} | "
              f"{spread(scores) if scores else 'not scored'} | {trials:.0f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images")
    parser.add_argument("--results", required=True)
    parser.add_argument("--time", default="10m")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--spaces", default="macro,cell")
    parser.add_argument("--strategies", default=STRATEGIES)
    parser.add_argument("--killed", action="store_true")
    parser.add_argument("--program", default="build/release/bin/nascent")
    parser.add_argument("--work", default=None, help="where the run folders are made")
    # argparse gives up on what begins with a dash behind "--".
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    options = parser.parse_args(sys.argv[1:end])
    options.more = sys.argv[end + 1:]
    more = " ".join(options.more)
    done = {tuple(line[key] for key in KEYS) for line in read_lines(options.results)}
    # Seeds outside: an early end leaves a table with fewer seeds, not with fewer strategies.
    for seed in map(int, options.seeds.split(",")):
        for space in options.spaces.split(","):
            for strategy in options.strategies.split(","):
                if (space, strategy, seed, options.time, options.killed, more) in done:
                    continue
                line = fit(options, space, strategy, seed)
                with open(options.results, "a") as file:
                    file.write(json.dumps(line) + "\n")
    table(read_lines(options.results))


if __name__ == "__main__":
    main()
