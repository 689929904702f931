#include "benchmark_options.h"

#include <fmt/format.h>

#include "nascent/core/error.h"
#include "nascent/core/quantity.h"

namespace nascent::app {
namespace {

void add_list(CLI::App& command, const std::string& name, std::vector<std::string>& list, const std::string& help,
              const char* group) {
  command.add_option(name, list, help)->delimiter(',')->allow_extra_args(false)->group(group);
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

}  // namespace

void add_benchmark_options(CLI::App& command, BenchmarkOptions& a) {
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
      .add_option(
          "--until-regret", a.replay.until_regret,
          "A run ends when the regret of the pick, fully trained, is this or less; the time until then is shown")
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

void check_options(BenchmarkOptions& a) {
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

}  // namespace nascent::app
