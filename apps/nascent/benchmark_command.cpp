#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <memory>
#include <thread>

#include "benchmark_view.h"
#include "commands.h"
#include "nascent/architecture/cell_traits.h"
#include "nascent/core/deadline.h"
#include "nascent/core/error.h"
#include "nascent/core/quantity.h"
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

  const char* search = "Search";
  add_list(command, "--strategy", a.strategies,
           "The strategies to compare, with options if wanted: random,evolution:population=30,sample=10", search);
  command.add_option("--trials", a.replay.trials, "Of each run")->capture_default_str()->group(search);
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

/// The commas of "a,b:x=1,y=2,c" have been split already: what is an option goes back to its strategy.
std::vector<std::string> joined_strategies(const std::vector<std::string>& pieces) {
  std::vector<std::string> strategies;
  for (const std::string& piece : pieces) {
    const bool is_option = piece.find('=') < piece.find(':');
    if (is_option && !strategies.empty())
      strategies.back() += (strategies.back().find(':') == std::string::npos ? ":" : ",") + piece;
    else if (!piece.empty())
      strategies.push_back(piece);
  }
  return strategies;
}

void check_count(const char* option, std::int64_t value, std::int64_t most) {
  if (value < 1 || value > most)
    throw InputError(fmt::format("{}: {} is out of range; write 1 to {}", option, value, most));
}

/// One line that is written over again, or a line every ten seconds.
class Progress {
 public:
  Progress(const Arguments& a, const std::string& strategy)
      : quiet_(a.quiet), interactive_(progress_is_interactive()), repeats_(a.repeats), strategy_(strategy) {}
  ~Progress() {
    if (!quiet_ && interactive_) fmt::print(stderr, "\r\033[K");
    std::fflush(stderr);
  }

  void show(std::size_t ended) {
    if (quiet_ || shown_.seconds() < (interactive_ ? 0.1 : 10.0)) return;
    shown_ = Stopwatch();
    const std::string line =
        fmt::format("{}: {} of {} runs, {}", strategy_, ended, repeats_, format_duration(started_.seconds()));
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
  std::string strategy_;
  Stopwatch started_;
  Stopwatch shown_;
};

std::string header(const RecordedTable& table, const Arguments& a) {
  const auto range = [](const RecordedRange& r) {
    return fmt::format("best {:.6g}, median {:.6g}, worst {:.6g}", r.best, r.median, r.worst);
  };
  const bool noisy = table.objectives().size() > 1 && !a.replay.average;
  std::string text = fmt::format("{}: {} points, {} inputs\n", a.table.path.string(), table.points(),
                                 table.space().parameters().size());
  for (const std::string& note : table.notes()) text += "  " + note + "\n";
  text +=
      fmt::format("{} {}{}: {}\n", table.maximize() ? "maximized:" : "minimized:", fmt::join(table.objectives(), ", "),
                  noisy                           ? ", one drawn at random for each trial; of the mean"
                  : table.objectives().size() > 1 ? ", their mean"
                                                  : "",
                  range(table.objective()));
  if (!a.table.regret.empty()) text += fmt::format("regret of {}: {}\n", a.table.regret, range(table.measure()));
  text += fmt::format("{} runs of {} trials, seed {}", a.repeats, a.replay.trials, a.seed);
  if (a.workers > 1) text += fmt::format(", {} simulated workers", a.workers);
  return text + "; with 95 % intervals\n\n";
}

OrderedJson json_line(const RecordedTable& table, const Arguments& a, const BenchmarkRow& row) {
  const auto range = [](const RecordedRange& r) {
    return OrderedJson{{"best", r.best}, {"median", r.median}, {"worst", r.worst}};
  };
  OrderedJson json{{"table", a.table.path.filename().string()},
                   {"strategy", row.strategy},
                   {"trials", a.replay.trials},
                   {"seed", a.seed},
                   {"workers", a.workers},
                   {"points", table.points()},
                   {"maximize", table.maximize()},
                   {"objective", range(table.objective())},
                   {"measure", range(table.measure())}};
  const OrderedJson summary = to_json(row.summary);
  json.insert(summary.begin(), summary.end());
  return json;
}

void run(Arguments& a) {
  if (a.minimize && a.table.maximize)
    throw InputError("--minimize and --maximize exclude each other; give one of them");
  check_count("--trials", a.replay.trials, 1'000'000);
  check_count("--repeats", a.repeats, 1'000'000);
  check_count("--workers", a.workers, 10'000);
  if (a.threads != 0) check_count("--threads", a.threads, 1024);
  if (!a.space.empty()) a.table.space = read_space_file(a.space);
  a.replay.workers = static_cast<std::size_t>(a.workers);
  const std::size_t threads =
      a.threads > 0 ? static_cast<std::size_t>(a.threads) : std::max(1U, std::thread::hardware_concurrency());
  const std::vector<std::string> names = joined_strategies(a.strategies);
  if (names.empty()) throw InputError("--strategy: name at least one, as in --strategy random,tpe");
  RecordedTable table(a.table);
  if (a.cell) table.set_traits(cell_traits(table.space(), describe_cell(table.space())));
  // A wrong name is said before the first strategy has run for minutes.
  for (const std::string& name : names) make_strategy(name, {.space = table.space(), .objectives = {{"value", false}}});

  catch_interrupts();
  if (!a.json) fmt::print("{}", header(table, a));
  std::fflush(stdout);
  std::vector<BenchmarkRow> rows;
  for (const std::string& name : names) {
    a.replay.strategy = name;
    std::vector<ReplayedRun> runs;
    {
      Progress progress(a, name);
      runs = replay_repeatedly(table, a.replay, a.seed, static_cast<std::size_t>(a.repeats), threads,
                               [&progress](std::size_t ended) {
                                 progress.show(ended);
                                 return !was_interrupted();
                               });
    }
    if (!runs.empty()) rows.push_back({name, summarize(table, runs, a.replay.trials)});
    if (a.json && !runs.empty()) {
      fmt::print("{}\n", json_line(table, a, rows.back()).dump());
      std::fflush(stdout);
    }
    if (was_interrupted()) {
      fmt::print(stderr, "interrupted: {} ended {} of its {} runs\n", name, runs.size(), a.repeats);
      break;
    }
  }
  if (!a.json) fmt::print("{}", benchmark_tables(table, rows, !a.table.cost.empty()));
}

}  // namespace

void add_benchmark_command(CLI::App& program) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = program.add_subcommand("benchmark", "Compare search strategies on a table of recorded results");
  add_options(*command, *arguments);
  command->footer(
      "Examples:\n"
      "  nascent benchmark table.csv --inputs lr,depth,width --objective accuracy --maximize --strategy random,tpe\n"
      "  nascent benchmark nas_bench_201.csv.gz --inputs 'edge_*' --objective valid_accuracy --maximize \\\n"
      "      --regret test_accuracy --cost seconds_per_epoch --strategy tpe --trials 300 --repeats 200\n"
      "  nascent benchmark table.csv --inputs a,b,c --objective seed0,seed1,seed2 --strategy tpe --json");
  command->callback([arguments] { run(*arguments); });
}

}  // namespace nascent::app
