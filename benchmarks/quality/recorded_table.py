"""A recorded table as the rival sees it: every input is an index, numeric columns in the order of their values.

The same reading as `nascent benchmark`: columns whose cells are all numbers are ordered, others are categories.
"""

import csv
import gzip
import math


class RecordedTable:
    """`objective` columns are averaged; `best`, `worst` and `median` are over the rows of the table."""

    def __init__(self, path, inputs, objectives, maximize):
        opener = gzip.open if path.endswith(".gz") else open
        with opener(path, "rt", newline="") as file:
            rows = list(csv.DictReader(file))
        self.maximize = maximize
        self.columns = {}  # name -> (its values in order, whether the order means something)
        for name in inputs:
            cells = sorted({row[name] for row in rows})
            try:
                ordered = sorted(cells, key=float)
                is_number = all(math.isfinite(float(cell)) for cell in cells)
            except ValueError:
                ordered, is_number = cells, False
            if len(ordered) > 1:
                self.columns[name] = (ordered, is_number)
        index_of = {name: {cell: i for i, cell in enumerate(cells)} for name, (cells, _) in self.columns.items()}
        sums = {}
        for row in rows:
            key = tuple(index_of[name][row[name]] for name in self.columns)
            total, count = sums.get(key, (0.0, 0))
            sums[key] = (total + sum(float(row[o]) for o in objectives) / len(objectives), count + 1)
        self.value = {key: total / count for key, (total, count) in sums.items()}
        order = sorted(self.value.values(), reverse=maximize)
        self.best, self.worst, self.median = order[0], order[-1], order[len(order) // 2]

    def regret(self, value):
        """Normalised regret: 0 at the best row of the table, 1 at the worst."""
        return (value - self.best) / (self.worst - self.best)


SEEDS = {"hpobench": ["s0", "s1", "s2", "s3", "s4"], "hpolib": ["s0", "s1", "s2", "s3"]}

HPOBENCH = ["alpha", "batch_size", "depth", "learning_rate_init", "width"]
HPOLIB = ["activation_fn_1", "activation_fn_2", "batch_size", "dropout_1", "dropout_2", "init_lr", "lr_schedule",
          "n_units_1", "n_units_2"]
CELL = ["edge_0_1", "edge_0_2", "edge_1_2", "edge_0_3", "edge_1_3", "edge_2_3"]

# name -> (file below the data folder, inputs, objectives, maximize)
TABLES = {
    "hpobench_australian": ("hpo/hpobench_australian.csv.gz", HPOBENCH, SEEDS["hpobench"], True),
    "hpobench_car": ("hpo/hpobench_car.csv.gz", HPOBENCH, SEEDS["hpobench"], True),
    "hpobench_phoneme": ("hpo/hpobench_phoneme.csv.gz", HPOBENCH, SEEDS["hpobench"], True),
    "hpolib_naval_propulsion": ("hpo/hpolib_naval_propulsion.csv.gz", HPOLIB, SEEDS["hpolib"], False),
    "hpolib_protein_structure": ("hpo/hpolib_protein_structure.csv.gz", HPOLIB, SEEDS["hpolib"], False),
    "nas_bench_201": ("nas/nas_bench_201_cifar10.csv.gz", CELL, ["valid_accuracy"], True),
    "nas_bench_macro": ("nas/nas_bench_macro_cifar10.csv.gz", [f"layer_{i}" for i in range(8)], ["accuracy"], True),
}


def load(name, data):
    file, inputs, objectives, maximize = TABLES[name]
    return RecordedTable(f"{data}/{file}", inputs, objectives, maximize)
