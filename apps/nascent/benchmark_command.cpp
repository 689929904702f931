#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <thread>

#include "benchmark_estimation_view.h"
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

struct Arguments {
  RecordedTableOptions table;
  ReplayOptions replay;
  std::string space;
  std::vector<std::string> strategies{"random"};
  std::vector<std::string> estimations{"full"};
  std::string time;
  bool minimize = false;
  bool cell = false;
  std::int64_t repeats = 200;
  std::int64_t workers = 1;
  std::int64_t threads = 0;
  std::uint64_t seed = 1;
  bool json = false;
  bool quiet = false;
};

void add_list(CLI::App& command, const std::string& name, std::vector<std::string>& list, const std::string& help,
              const char* group) {
  command.add_option(name, list, help)->delimiter(',')->allow_extra_args(false)->group(group);
}

void add_options(CLI::App& command, Arguments& a) {
  command.add_option("table", a.table.path, "A CSV file, plain or gzip, with one row for each configuration")
      ->required();

  const char* table = "Table";
  add_list(command, "--inputs", a.table.inputs, "The columns that are searched; edge_* stands for all that begin so",
           table);
  add_list(command, "--objective", a.table.objectives,
           "The column that is optimized; of several, each trial sees one drawn at random (noise)", table);
  command.add_flag("--maximize", a.table.maximize, "The most is the best")->group(table);
  command.add_flag("--minimize", a.minimize, "The least is the best (so unless --maximize is given)")->group(table);
  command.add_flag("--average", a.replay.average, "Each trial sees the mean of the objective columns: no noise")
      ->group(table);
  command
      .add_option("--regret", a.table.regret,
                  "The column that the regret is measured on (the mean of the objective columns)")
      ->group(table);
  command.add_option("--cost", a.table.cost, "The column with the seconds that an evaluation takes (1)")->group(table);
  add_list(command, "--categorical", a.table.categorical, "Inputs of numbers whose order means nothing", table);
  add_list(command, "--ordered", a.table.ordered, "Inputs of text, listed in an order that means something", table);
  command
      .add_flag(
          "--cell", a.cell,
          "The inputs are the edges 0->1, 0->2, 1->2, 0->3, ... of a cell: cells that compute the same count as one")
      ->group(table);
  command.add_option("--space", a.space, "A file with the search space, instead of --inputs")->group(table);

  const char* curves = "Learning curves";
  command
      .add_option("--fidelity", a.table.fidelity,
                  "The column with the epochs: rows with the same inputs are one learning curve")
      ->group(curves);
  add_list(command, "--fidelity-columns", a.table.fidelity_columns,
           "Curves in columns instead: 12:accuracy_12:seconds_12,200:accuracy:seconds", curves);
  command.add_option("--curve", a.table.curve, "The column that names the curve, instead of --inputs")->group(curves);
  command.add_option("--elapsed", a.table.elapsed, "The column with the seconds since the start of the training")
      ->group(curves);
  command
      .add_option("--epoch-seconds", a.table.epoch_seconds,
                  "The column with the seconds of each epoch, instead of --elapsed (1)")
      ->group(curves);
  command
      .add_flag("--separate", a.table.separate,
                "What stands at a lower fidelity is a training of its own: none is continued, all are paid in full")
      ->group(curves);
  add_list(command, "--estimation", a.estimations,
           "The schedulers to compare, each with each strategy: full,asha:reduction=4; top:after=3,k=5 trains the best "
           "5 after 3 epochs fully",
           curves);
  command.add_option("--time", a.time, "Simulated: a run ends then, as in 30m or 10h (when all is done)")
      ->group(curves);
  command
      .add_option("--until-regret", a.replay.until_regret,
                  "A run ends when the incumbent's regret is this or less, and the time until then is shown")
      ->group(curves);

  const char* search = "Search";
  add_list(command, "--strategy", a.strategies,
           "The strategies to compare, with options if wanted: random,evolution:population=30,sample=10", search);
  command.add_option("--trials", a.replay.trials, "Of each run: so many configurations are started")
      ->capture_default_str()
      ->group(search);
  command.add_option("--repeats", a.repeats, "Runs of each strategy")->capture_default_str()->group(search);
  command.add_option("--seed", a.seed, "One seed gives the same runs")->capture_default_str()->group(search);
  command.add_option("--workers", a.workers, "Simulated: so many trials of a run are evaluated at a time")
      ->capture_default_str()
      ->group(search);
  command
      .add_flag("--duplicates", a.replay.allow_duplicates,
                "A configuration may be tried again, which tells something where there is noise")
      ->group(search);

  const char* output = "Machine and output";
  command.add_option("--threads", a.threads, "Runs at the same time (one for each core)")->group(output);
  command.add_flag("--json", a.json, "Print one JSON object a line for each strategy, and nothing else")->group(output);
  command.add_flag("--quiet", a.quiet, "Show no progress")->group(output);
}

/// The commas of "a,b:x=1,y=2,c" have been split already: what is an option goes back to its method.
std::vector<std::string> joined_methods(const std::vector<std::string>& pieces) {
  std::vector<std::string> methods;
  for (const std::string& piece : pieces) {
    const bool is_option = piece.find('=') < piece.find(':');
    if (is_option && !methods.empty())
      methods.back() += (methods.back().find(':') == std::string::npos ? ":" : ",") + piece;
    else if (!piece.empty())
      methods.push_back(piece);
  }
  return methods;
}

void check_count(const char* option, std::int64_t value, std::int64_t most) {
  if (value < 1 || value > most)
    throw InputError(fmt::format("{}: {} is out of range; write 1 to {}", option, value, most));
}

/// One line that is written over again, or a line every ten seconds.
class Progress {
 public:
  Progress(const Arguments& a, const std::string& name)
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

std::string header(const RecordedTable& table, const Arguments& a) {
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

OrderedJson json_line(const RecordedTable& table, const Arguments& a, const std::string& strategy,
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

void check(Arguments& a) {
  if (a.minimize && a.table.maximize)
    throw InputError("--minimize and --maximize exclude each other; give one of them");
  check_count("--trials", a.replay.trials, 1'000'000);
  check_count("--repeats", a.repeats, 1'000'000);
  check_count("--workers", a.workers, 10'000);
  if (a.threads != 0) check_count("--threads", a.threads, 1024);
  a.replay.workers = static_cast<std::size_t>(a.workers);
  a.strategies = joined_methods(a.strategies);
  if (a.strategies.empty()) throw InputError("--strategy: name at least one, as in --strategy random,tpe");
  a.estimations = joined_methods(a.estimations);
  if (a.estimations.empty()) throw InputError("--estimation: name at least one, as in --estimation full,asha");
  if (!a.time.empty()) a.replay.seconds = parse_duration(a.time, "--time");
  if (a.replay.until_regret && !(*a.replay.until_regret >= 0.0))
    throw InputError(fmt::format("--until-regret: {} is out of range; write 0 or more", *a.replay.until_regret));
  if (a.table.has_fidelity()) return;
  if (!a.time.empty()) throw InputError("--time needs learning curves; name the column of the epochs with --fidelity");
  if (a.replay.until_regret)
    throw InputError("--until-regret needs learning curves; name the column of the epochs with --fidelity");
}

RecordedTable read_table(Arguments& a) {
  if (!a.space.empty()) a.table.space = read_space_file(a.space);
  RecordedTable table(a.table);
  if (a.cell) table.set_traits(cell_traits(table.space(), describe_cell(table.space())));
  return table;
}

/// The simulated time that is looked at: what a run may take, or what training everything fully would.
double horizon(const RecordedTable& table, const Arguments& a) {
  if (std::isfinite(a.replay.seconds)) return a.replay.seconds;
  const auto points = static_cast<std::int64_t>(table.points());
  const std::int64_t trained = a.replay.allow_duplicates ? a.replay.trials : std::min(a.replay.trials, points);
  return table.mean_cost_seconds() * static_cast<double>(trained) / static_cast<double>(a.workers);
}

/// Runs each strategy with each scheduler, and shows what came of it.
class Benchmark {
 public:
  explicit Benchmark(Arguments& a) : a_(a), table_(read_table(a)) {
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

  Arguments& a_;
  RecordedTable table_;
  std::vector<SchedulerOf> schedulers_;
  std::vector<BenchmarkRow> rows_;
  std::vector<EstimationRow> estimations_;
};

void run(Arguments& a) {
  check(a);
  Benchmark(a).run();
}

}  // namespace

void add_benchmark_command(CLI::App& program) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      program.add_subcommand("benchmark", "Compare search strategies and schedulers on a table of recorded results");
  add_options(*command, *arguments);
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
