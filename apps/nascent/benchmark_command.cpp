#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <thread>

#include "benchmark_estimation_view.h"
#include "benchmark_options.h"
#include "benchmark_view.h"
#include "commands.h"
#include "nascent/architecture/cell_traits.h"
#include "nascent/core/deadline.h"
#include "nascent/core/error.h"
#include "nascent/core/quantity.h"
#include "nascent/replay/replay_scheduler.h"
#include "nascent/replay/replay_summary.h"
#include "nascent/space/space_file.h"
#include "nascent/strategy/search_strategy.h"
#include "terminal.h"

namespace nascent::app {
namespace {

/// One line that is written over again, or a line every ten seconds.
class Progress {
 public:
  Progress(const BenchmarkOptions& a, const std::string& name)
      : quiet_(a.quiet), interactive_(progress_is_interactive()), repeats_(a.repeats), name_(name) {}
  ~Progress() {
    if (!quiet_ && interactive_) fmt::print(stderr, "\r\033[K");
    std::fflush(stderr);
  }

  void show(std::size_t ended) {
    if (quiet_ || shown_.seconds() < (interactive_ ? 0.1 : 10.0)) return;
    shown_ = Stopwatch();
    const std::string line =
        fmt::format("{}: {} of {} runs, {}", name_, ended, repeats_, format_duration(started_.seconds()));
    if (interactive_)
      fmt::print(stderr, "\r\033[K{}", line.substr(0, progress_width() - 1));
    else
      fmt::print(stderr, "{}\n", line);
    std::fflush(stderr);
  }

 private:
  bool quiet_;
  bool interactive_;
  std::int64_t repeats_;
  std::string name_;
  Stopwatch started_;
  Stopwatch shown_;
};

std::string header(const RecordedTable& table, const BenchmarkOptions& a) {
  const auto range = [](const RecordedRange& r) {
    return fmt::format("best {:.6g}, median {:.6g}, worst {:.6g}", r.best, r.median, r.worst);
  };
  const bool noisy = table.objectives().size() > 1 && !a.replay.average;
  const bool curves = !table.fidelity_axis().empty();
  std::string text = fmt::format("{}: {} {}, {} inputs\n", a.table.path.string(), table.points(),
                                 curves ? "curves" : "points", table.space().parameters().size());
  if (curves)
    text +=
        fmt::format("  {} {:g} to {:g}, {} of full training on average\n", table.fidelity_axis(),
                    table.fidelities().front(), table.fidelities().back(), format_duration(table.mean_cost_seconds()));
  for (const std::string& note : table.notes()) text += "  " + note + "\n";
  text +=
      fmt::format("{} {}{}: {}\n", table.maximize() ? "maximized:" : "minimized:", fmt::join(table.objectives(), ", "),
                  noisy                           ? ", one drawn at random for each trial; of the mean"
                  : table.objectives().size() > 1 ? ", their mean"
                                                  : "",
                  range(table.objective()));
  if (!a.table.regret.empty()) text += fmt::format("regret of {}: {}\n", a.table.regret, range(table.measure()));
  text += fmt::format("{} runs of {} {}, seed {}", a.repeats, a.replay.trials,
                      curves ? "configurations at most" : "trials", a.seed);
  if (a.workers > 1) text += fmt::format(", {} simulated workers", a.workers);
  return text + "; with 95 % intervals\n\n";
}

OrderedJson json_line(const RecordedTable& table, const BenchmarkOptions& a, const std::string& strategy,
                      const std::string& estimation, const OrderedJson& summary) {
  const auto range = [](const RecordedRange& r) {
    return OrderedJson{{"best", r.best}, {"median", r.median}, {"worst", r.worst}};
  };
  OrderedJson json{{"table", a.table.path.filename().string()},
                   {"strategy", strategy},
                   {"estimation", estimation},
                   {"trials", a.replay.trials},
                   {"seed", a.seed},
                   {"workers", a.workers},
                   {"points", table.points()},
                   {"maximize", table.maximize()},
                   {"objective", range(table.objective())},
                   {"measure", range(table.measure())}};
  json.insert(summary.begin(), summary.end());
  return json;
}

RecordedTable read_table(BenchmarkOptions& a) {
  if (!a.space.empty()) a.table.space = read_space_file(a.space).space;
  RecordedTable table(a.table);
  if (a.cell) table.set_traits(cell_traits(table.space(), describe_cell(table.space())));
  return table;
}

/// The simulated time that is looked at: what a run may take, or what training everything fully would.
double horizon(const RecordedTable& table, const BenchmarkOptions& a) {
  if (std::isfinite(a.replay.seconds)) return a.replay.seconds;
  const auto points = static_cast<std::int64_t>(table.points());
  const std::int64_t trained = a.replay.allow_duplicates ? a.replay.trials : std::min(a.replay.trials, points);
  return table.mean_cost_seconds() * static_cast<double>(trained) / static_cast<double>(a.workers);
}

/// Runs each strategy with each scheduler, and shows what came of it.
class Benchmark {
 public:
  explicit Benchmark(BenchmarkOptions& a) : a_(a), table_(read_table(a)) {
    // A wrong name is said before the first strategy has run for minutes.
    for (const std::string& strategy : a.strategies)
      make_strategy(strategy, {.space = table_.space(), .objectives = {{"value", false}}});
    for (const std::string& estimation : a.estimations) schedulers_.push_back(replay_scheduler(estimation, table_));
  }

  void run() {
    catch_interrupts();
    if (!a_.json) fmt::print("{}", header(table_, a_));
    std::fflush(stdout);
    run_all();
    if (a_.json) return;
    fmt::print("{}", curves() ? estimation_tables(estimations_, a_.replay.until_regret.has_value())
                              : benchmark_tables(table_, rows_, !a_.table.cost.empty()));
  }

 private:
  bool curves() const { return !table_.fidelity_axis().empty(); }

  void run_all() {
    for (const std::string& strategy : a_.strategies) {
      for (std::size_t i = 0; i < schedulers_.size(); ++i) {
        a_.replay.strategy = strategy;
        a_.replay.scheduler = schedulers_[i];
        const std::string& estimation = a_.estimations[i];
        std::string name = curves() ? estimation : strategy;
        if (curves() && a_.strategies.size() > 1) name = fmt::format("{} + {}", strategy, estimation);
        const std::vector<ReplayedRun> runs = runs_of(name);
        if (!runs.empty()) take(name, strategy, estimation, runs);
        if (!was_interrupted()) continue;
        fmt::print(stderr, "interrupted: {} ended {} of its {} runs\n", name, runs.size(), a_.repeats);
        return;
      }
    }
  }

  std::vector<ReplayedRun> runs_of(const std::string& name) const {
    Progress progress(a_, name);
    const std::size_t threads =
        a_.threads > 0 ? static_cast<std::size_t>(a_.threads) : std::max(1U, std::thread::hardware_concurrency());
    return replay_repeatedly(table_, a_.replay, a_.seed, static_cast<std::size_t>(a_.repeats), threads,
                             [&progress](std::size_t ended) {
                               progress.show(ended);
                               return !was_interrupted();
                             });
  }

  void take(const std::string& name, const std::string& strategy, const std::string& estimation,
            const std::vector<ReplayedRun>& runs) {
    OrderedJson summary;
    if (curves()) {
      estimations_.push_back({name, summarize_estimation(table_, runs, horizon(table_, a_))});
      summary = to_json(estimations_.back().summary);
    } else {
      rows_.push_back({name, summarize(table_, runs, a_.replay.trials)});
      summary = to_json(rows_.back().summary);
    }
    if (!a_.json) return;
    fmt::print("{}\n", json_line(table_, a_, strategy, estimation, summary).dump());
    std::fflush(stdout);
  }

  BenchmarkOptions& a_;
  RecordedTable table_;
  std::vector<SchedulerOf> schedulers_;
  std::vector<BenchmarkRow> rows_;
  std::vector<EstimationRow> estimations_;
};

void run(BenchmarkOptions& a) {
  check_options(a);
  Benchmark(a).run();
}

}  // namespace

void add_benchmark_command(CLI::App& program) {
  auto arguments = std::make_shared<BenchmarkOptions>();
  CLI::App* command =
      program.add_subcommand("benchmark", "Compare search strategies and schedulers on a table of recorded results");
  add_benchmark_options(*command, *arguments);
  command->footer(
      "Examples:\n"
      "  nascent benchmark table.csv --inputs lr,depth,width --objective accuracy --maximize --strategy random,tpe\n"
      "  nascent benchmark nas_bench_201.csv.gz --inputs 'edge_*' --objective valid_accuracy --maximize \\\n"
      "      --regret test_accuracy --cost seconds_per_epoch --strategy tpe --trials 300 --repeats 200\n"
      "  nascent benchmark table.csv --inputs a,b,c --objective seed0,seed1,seed2 --strategy tpe --json\n"
      "  nascent benchmark curves.csv --curve run --fidelity epoch --elapsed seconds --objective error \\\n"
      "      --estimation full,asha,top:after=3,k=5 --workers 4");
  command->callback([arguments] { run(*arguments); });
}

}  // namespace nascent::app
