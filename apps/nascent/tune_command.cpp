#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <memory>

#include "commands.h"
#include "nascent/core/error.h"
#include "nascent/core/files.h"
#include "nascent/core/quantity.h"
#include "nascent/execution/command_executor.h"
#include "nascent/search/search_loop.h"
#include "nascent/space/space_file.h"
#include "nascent/strategy/grid.h"
#include "nascent/strategy/repeats.h"
#include "progress_view.h"
#include "study_view.h"
#include "terminal.h"
#include "tune_estimation.h"
#include "tune_progress.h"
#include "tune_study.h"
#include "tune_summary.h"

namespace nascent::app {
namespace {

constexpr double kGraceSeconds = 2.0;

/// The options as they are typed; what has a unit or a name is read afterwards, so that errors are ours.
struct Arguments {
  std::string space;
  std::vector<std::string> command;
  std::vector<std::string> minimize;
  std::vector<std::string> maximize;
  std::vector<std::string> where;
  std::int64_t trials = 0;
  std::string time;
  std::string timeout;
  std::string memory;
  std::string strategy;
  std::uint64_t seed = 0;
  std::int64_t workers = 1;
  std::int64_t repeats = 1;
  std::string estimation;
  std::string fidelity;
  std::int64_t pilots = 0;
  bool duplicates = false;
  std::string first;
  std::string study;
  bool json = false;
  bool quiet = false;
};

void add_options(CLI::App& command, Arguments& a) {
  command.add_option("space", a.space, "The search space: a file in TOML, or JSON if its name ends in .json")
      ->required();
  const auto list = [&](const char* name, std::vector<std::string>& into, const char* help) {
    return command.add_option(name, into, help)->allow_extra_args(false);
  };
  list("--minimize", a.minimize, "A metric of the output to make small; may be given several times");
  list("--maximize", a.maximize, "A metric to make large; the first of all metrics is the one that views show");
  list("--where", a.where, "A bound that a result must keep: \"latency <= 20\"");

  const char* search = "Search";
  command.add_option("--trials", a.trials, "At most so many trials, over all runs of this study")->group(search);
  command.add_option("--time", a.time, "This run ends within it: 45s, 10m, 1h30m")->group(search);
  command
      .add_option(
          "--strategy", a.strategy,
          fmt::format("A strategy, with its options behind it: evolution:population=30 ({}); see nascent strategies",
                      default_strategy()))
      ->group(search);
  command
      .add_option(
          "--estimation", a.estimation,
          "Who decides how much each trial gets: full, or a scheduler with options behind it: asha:reduction=4; "
          "see nascent schedulers")
      ->group(search);
  command
      .add_option(
          "--fidelity", a.fidelity,
          "The least and the most that it gives: epochs=1:50; the program gets the amount where {epochs} stands")
      ->group(search);
  command
      .add_option("--pilots", a.pilots,
                  "So many configurations get the least and then all, to see whether the least ranks as all does; one "
                  "that does not is dropped")
      ->capture_default_str()
      ->group(search);
  command.add_option("--seed", a.seed, "One seed gives the same trials with one worker (0)")->group(search);
  command.add_option("--first", a.first, "A JSON file with a configuration, or a list of them, to try first")
      ->group(search);
  command.add_option("--repeats", a.repeats, "For noisy programs: the best are run again, up to so many times")
      ->capture_default_str()
      ->group(search);
  command.add_flag("--allow-duplicates", a.duplicates, "A configuration may be tried more than once")->group(search);
  command
      .add_option("--study", a.study,
                  "The file of the study (that of the space, ending in .db); gone on with if it is there")
      ->group(search);

  const char* machine = "Programs";
  command.add_option("--workers", a.workers, "So many programs at a time")->capture_default_str()->group(machine);
  command.add_option("--timeout", a.timeout, "A program that runs longer is killed, and its trial failed")
      ->group(machine);
  command.add_option("--memory", a.memory, "A program that needs more is killed: 800M, 2G")->group(machine);

  const char* output = "Output";
  command.add_flag("--json", a.json, "Print one JSON object, and nothing else, on standard output")->group(output);
  command.add_flag("--quiet", a.quiet, "Show no progress")->group(output);
}

/// In the order in which they were typed: the first is the one that views show.
std::vector<Objective> objectives_of(const CLI::App& command, const Arguments& a) {
  std::vector<Objective> objectives;
  std::size_t minimized = 0;
  std::size_t maximized = 0;
  for (const CLI::Option* option : command.parse_order()) {
    Objective objective;
    if (option->get_name() == "--minimize" && minimized < a.minimize.size())
      objective = {a.minimize[minimized++], false};
    else if (option->get_name() == "--maximize" && maximized < a.maximize.size())
      objective = {a.maximize[maximized++], true};
    else
      continue;
    const bool twice =
        std::ranges::any_of(objectives, [&](const Objective& o) { return o.metric == objective.metric; });
    if (twice)
      throw InputError(fmt::format("the metric \"{}\" is given twice; name each metric once", objective.metric));
    if (objective.metric.empty()) throw InputError("the name of a metric is empty; write --minimize loss");
    objectives.push_back(std::move(objective));
  }
  if (objectives.empty())
    throw InputError("tune needs a metric that the program prints: add --minimize loss or --maximize accuracy");
  return objectives;
}

void check(const CLI::App& command, const Arguments& a) {
  if (a.command.empty())
    throw InputError(
        "tune needs a command behind --: nascent tune space.toml --minimize loss --trials 100 -- "
        "./train.py --lr {lr}; see nascent tune --help");
  if (command.count("--trials") > 0 && a.trials < 1)
    throw InputError(fmt::format("--trials: {} is not a number of trials; write 1 or more", a.trials));
  if (a.workers < 1 || a.workers > 1024)
    throw InputError(fmt::format("--workers: {} is not a number of programs; write 1 to 1024", a.workers));
  if (a.repeats < 1 || a.repeats > 10000)
    throw InputError(fmt::format("--repeats: {} is not a number of runs; write 1 to 10000", a.repeats));
  if (a.pilots < 0 || a.pilots > 100)
    throw InputError(fmt::format("--pilots: {} is not a number of configurations; write 0 to 100", a.pilots));
  if (a.pilots > 0 && a.estimation.empty())
    throw InputError("--pilots checks what a scheduler gives less of; name one: --estimation asha");
  if (a.repeats > 1 && !a.estimation.empty() && a.estimation != "full")
    throw InputError("--repeats and --estimation do not go together: results of different amounts have no mean");
}

TuneStudy study_of(const CLI::App& command, const Arguments& a) {
  SpaceFile file = read_space_file(a.space);
  TuneStudy study{.file = a.study, .space = std::move(file.space)};
  if (study.space.empty()) throw InputError(a.space + ": the space has no parameter; there is nothing to search");
  if (a.study.empty()) study.file = std::filesystem::path(a.space).replace_extension(".db");
  study.objectives = objectives_of(command, a);
  for (const std::string& bound : a.where) study.constraints.push_back(parse_outcome_constraint(bound));
  study.command = a.command;
  study.repeats = a.repeats;
  const bool range_of_file = a.fidelity.empty() && !a.estimation.empty();
  study.estimation = tune_estimation(a.estimation, range_of_file ? file.fidelity : a.fidelity);
  if (study.estimation) study.estimation->pilots = static_cast<int>(a.pilots);
  study.allow_duplicates = a.duplicates;
  if (command.count("--strategy") > 0) study.strategy = a.strategy;
  if (command.count("--seed") > 0) study.seed = a.seed;
  if (command.count("--trials") > 0) study.trials = a.trials;
  return study;
}

std::vector<Configuration> first_configurations(const std::string& file, const SearchSpace& space) {
  if (file.empty()) return {};
  Json json = Json::parse(read_file(file), nullptr, false);
  if (json.is_discarded())
    throw InputError("--first: " + file + " is not JSON; write an object with a value for each parameter");
  if (!json.is_array()) json = Json::array({json});
  std::vector<Configuration> configurations;
  for (const Json& entry : json) {
    try {
      configurations.push_back(space.configuration_from_json(entry));
    } catch (const InputError& error) {
      throw InputError("--first: " + file + ": " + error.what());
    }
  }
  return configurations;
}

StrategySetup setup_of(const StudyRecord& study) {
  return {.space = study.space,
          .objectives = study.objectives,
          .seed = study.seed,
          .constraints = study.constraints,
          .budget = study.settings.at("budget"),
          .allow_duplicates = study.settings.at("allow_duplicates")};
}

CommandExecutorOptions executor_options(const TuneStudy& study, const Arguments& a) {
  CommandExecutorOptions options{
      .command = study.command, .space = study.space, .axis = study.estimation ? study.estimation->range.axis : ""};
  for (const Objective& objective : study.objectives) options.metrics.push_back(objective.metric);
  for (const OutcomeConstraint& constraint : study.constraints) {
    if (std::ranges::find(options.metrics, constraint.metric) == options.metrics.end())
      options.metrics.push_back(constraint.metric);
  }
  options.workers = static_cast<std::size_t>(a.workers);
  options.seed = study.seed.value_or(0);
  if (!a.timeout.empty()) options.timeout_seconds = parse_duration(a.timeout, "--timeout");
  if (!a.memory.empty()) options.memory_bytes = parse_size(a.memory, "--memory");
  options.grace_seconds = kGraceSeconds;
  return options;
}

/// The strategy, and around it the race among the best where results are noisy.
std::unique_ptr<SearchStrategy> strategy_of(const StudyRecord& study) {
  auto strategy = make_strategy(study.strategy, setup_of(study));
  const auto repeats = study.settings.at("repeats").get<std::size_t>();
  if (repeats <= 1) return strategy;
  return make_repeats(std::move(strategy), setup_of(study), {.repeats = repeats});
}

std::unique_ptr<Scheduler> scheduler_of(const StudyRecord& study) {
  const auto estimation = estimation_of(study);
  if (!estimation) return std::make_unique<FullEvaluation>();
  return make_scheduler(*estimation, study);
}

bool is_grid(const std::string& strategy) { return strategy.substr(0, strategy.find(':')) == "grid"; }

void tell_about(const StudyRecord& study, std::size_t trials, FitObserver& view) {
  if (trials > 0) view.note(fmt::format("going on with a study of {} trials (strategy {})", trials, study.strategy));
  if (is_grid(study.strategy)) {
    const std::optional<std::uint64_t> size = grid_size(study.strategy, setup_of(study));
    view.note(size ? fmt::format("the grid has {} points", *size)
                   : "the grid has more than 4.6e18 points; a random sample of them is tried");
  }
  const CommandTemplate command = command_of(study);
  std::vector<std::string> not_named = command.parameters_not_named();
  const auto estimation = estimation_of(study);
  if (estimation && std::erase(not_named, estimation->range.axis) > 0 && starts_small(estimation->scheduler)) {
    view.note(
        fmt::format("the command does not name {{{0}}}; the program has to read NASCENT_{0} to know how much it gets",
                    estimation->range.axis));
  }
  if (!not_named.empty()) {
    view.note(
        fmt::format("the command does not name {}; it can read them from variables (NASCENT_{}) or from {{config}}",
                    fmt::join(not_named, ", "), not_named.front()));
  }
}

void check_that_it_ends(const Arguments& a, const StudyRecord& study) {
  if (a.trials > 0 || !a.time.empty() || is_grid(study.strategy)) return;
  if (study.space.size() && !study.settings.at("allow_duplicates")) return;
  throw InputError("the search would never end: add --trials 100 or --time 1h");
}

void run(const CLI::App& command, Arguments& a) {
  check(command, a);
  TuneStudy wanted = study_of(command, a);
  const std::vector<Configuration> first = first_configurations(a.first, wanted.space);
  const std::optional<double> seconds =
      a.time.empty() ? std::nullopt : std::optional<double>(parse_duration(a.time, "--time"));
  // Everything that can be wrong is found before the study's file is made.
  const StudyRecord draft = record_of(wanted);
  check_that_it_ends(a, draft);
  make_strategy(draft.strategy, setup_of(draft));
  scheduler_of(draft);
  CommandExecutorOptions options = executor_options(wanted, a);
  make_command_executor(options);

  catch_interrupts();
  auto view = make_progress_view(a.quiet);
  const auto store = open_tune_study(wanted);
  const StudyRecord study = store->study();
  options.seed = study.seed;
  const auto strategy = strategy_of(study);
  const auto executor = make_command_executor(options);
  const std::vector<Trial> earlier = store->trials();
  tell_about(study, earlier.size(), *view);
  const auto scheduler = scheduler_of(study);
  TuneProgress progress(*view, study, *scheduler, earlier, seconds,
                        a.trials > 0 ? std::optional<std::int64_t>(a.trials) : std::nullopt);
  // What runs at the deadline is asked to end a little before it, and killed at it.
  const double grace = seconds ? std::min(kGraceSeconds, 0.05 * *seconds) : kGraceSeconds;
  TuneLineage lineage(*store, wanted.estimation);
  const Stopwatch since;
  const SearchSummary summary = run_search(
      *store, *strategy, *scheduler, *executor,
      [&](const Trial& trial) { return command_payload(trial, lineage.of(trial)); },
      {.max_trials = a.trials > 0 ? a.trials : -1,
       .deadline = seconds ? Deadline::in(*seconds - grace) : Deadline::never(),
       .seconds_needed = [&](const Trial& trial) { return progress.least_seconds(trial); },
       .grace_seconds = grace,
       .first = first,
       .interrupted = [&] { return view->interrupted(); }},
      progress);
  view.reset();

  const std::vector<Trial> trials = store->trials();
  const TuneResult result{.study = study,
                          .trials = trials,
                          .no_more = reasons_for_no_more(*store),
                          .file = wanted.file,
                          .ended_because = summary.ended_because,
                          .seconds = since.seconds()};
  if (a.json)
    fmt::print("{}\n", tune_json(result).dump(2));
  else
    fmt::print("{}", tune_summary(result, output_width()));
  std::fflush(stdout);
  const bool all_failed = !trials.empty() && std::ranges::all_of(trials, [](const Trial& trial) {
    return trial.state == TrialState::kFailed && !was_cut_off(trial);
  });
  if (all_failed)
    throw Error(fmt::format("no trial succeeded; the last: {}; its output: nascent leaderboard {} --json",
                            trials.back().reason, wanted.file.string()));
}

}  // namespace

void add_tune_command(CLI::App& program, std::vector<std::string> tuned) {
  auto arguments = std::make_shared<Arguments>();
  arguments->command = std::move(tuned);
  CLI::App* command = program.add_subcommand("tune", "Find the best parameters of any program");
  add_options(*command, *arguments);
  command->footer(
      "The program gets a parameter where its name stands in braces: {lr}, {optimizer.momentum}, and also {config} (a\n"
      "JSON file), {seed}, {trial}; or reads NASCENT_lr from its environment. It prints its result as loss=0.3, loss: "
      "0.3\n"
      "or {\"loss\": 0.3}; with epoch=4 or step=4 in the same line it is a report on the way. The last value counts.\n"
      "A study goes on when the same command is given again. Several may run on one study at a time.\n"
      "\nExamples:\n"
      "  nascent tune space.toml --minimize loss --trials 100 --time 1h -- ./train.py --lr {lr} --depth {depth}\n"
      "  nascent tune space.toml --maximize accuracy --where \"latency <= 20\" --trials 50 --workers 2 -- ./train "
      "{config}\n"
      "  nascent tune space.toml --minimize error --strategy grid -- ./simulate {x} {y}\n"
      "  nascent leaderboard space.db");
  command->callback([command, arguments] { run(*command, *arguments); });
}

}  // namespace nascent::app
