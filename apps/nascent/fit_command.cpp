#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <memory>

#include "commands.h"
#include "fit_summary.h"
#include "nascent/automl/fit.h"
#include "nascent/core/error.h"
#include "nascent/core/quantity.h"
#include "nascent/estimation/scheduler_registry.h"
#include "nascent/strategy/search_strategy.h"
#include "progress_view.h"
#include "terminal.h"
#include "worker_program.h"

namespace nascent::app {
namespace {

/// The options as they are typed; what has a unit or a name is read afterwards, so that errors are ours.
struct Arguments {
  FitOptions options;
  std::string resume;
  std::string task;
  std::string time;
  std::string memory;
  std::string max_parameters;
  std::string max_multiply_adds;
  std::string max_latency;
  bool no_inherit = false;
  std::int64_t trials = 0;
  bool no_first = false;
  bool json = false;
  bool quiet = false;
};

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const NetworkSpaceKind& kind : network_space_kinds()) names.push_back(kind.name);
  return names;
}

/// Of the entries of a registry.
std::vector<std::string> names_of(const auto& entries) {
  std::vector<std::string> names;
  for (const auto& entry : entries) names.push_back(entry.name);
  return names;
}

void add_options(CLI::App& command, Arguments& a) {
  FitOptions& o = a.options;
  command.add_option("data", o.data, "A CSV file, or a folder of images (IDX files, or one sub-folder for each class)");
  command.add_option("--out", o.out, "The run folder to create: model, leaderboard, report, record of trials");
  command.add_option("--resume", a.resume, "Go on with the study in this run folder; nothing that finished is lost");

  const char* table = "Tables";
  command.add_option("--target", o.target, "The column to predict")->group(table);
  command.add_option("--test", o.test, "A CSV file to score the final model on; never used to choose it")->group(table);
  command.add_option("--task", a.task, "binary, multiclass or regression; else it is inferred")->group(table);
  command.add_option("--drop", o.drop, "Columns to leave out")->delimiter(',')->allow_extra_args(false)->group(table);
  command.add_option("--categorical", o.categorical, "Columns to take as categories")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group(table);
  command.add_option("--numeric", o.numeric, "Columns to take as numbers")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group(table);
  command
      .add_option("--models", o.models,
                  "Only these families: boosted_trees, random_forest, linear, neural_network, nearest_neighbours")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group(table);

  const char* validation = "Validation";
  command.add_option("--folds", o.folds, "Tables: cross-validation with so many folds (5 for up to 10,000 rows)")
      ->group(validation);
  command.add_option("--repeats", o.repeats, "Tables: repeat the cross-validation so often, with other folds")
      ->group(validation);
  command.add_option("--holdout", o.holdout, "Validate on this share of the rows or images instead: 0.2")
      ->group(validation);

  const char* networks = "Designed networks";
  command
      .add_option("--space", o.space,
                  fmt::format("What the networks may look like: {}, or a file. Images: else macro. Tables: macro, "
                              "for dense networks and no other model",
                              fmt::join(kind_names(), ", ")))
      ->group(networks);
  command.add_option("--max-parameters", a.max_parameters, "Of each network, also of each in an ensemble: 500k, 2M")
      ->group(networks);
  command.add_option("--max-multiply-adds", a.max_multiply_adds, "Of each network, for one example: 50M")
      ->group(networks);
  command
      .add_option(
          "--max-latency", a.max_latency,
          "Of each network, for one example on one core, measured before it is trained: 5ms; a number alone is seconds")
      ->group(networks);
  command
      .add_flag("--no-inherit", a.no_inherit,
                "Images: train every candidate from scratch, not from the weights of the one that it was derived from")
      ->group(networks);

  const char* images = "Images";
  command.add_option("--device", o.device, "cpu or cuda")->capture_default_str()->group(images);
  command.add_option("--precision", o.precision, "auto, float32 or bfloat16")->capture_default_str()->group(images);
  command.add_option("--largest-side", o.largest_side, "Larger pictures are scaled down to so many pixels")
      ->capture_default_str()
      ->group(images);
  command
      .add_option("--trial-epochs", o.trial_epochs,
                  "Passes over the data for a candidate, so that only the best are trained fully")
      ->group(images);
  command
      .add_option("--epochs", o.epochs,
                  "Passes over the data in a full training; else 12, or as many as the time allows")
      ->group(images);

  const char* search = "Search";
  command
      .add_option("--time", a.time,
                  "The whole fit ends within it: 45s, 10m, 1h30m (1m if --trials is not given either)")
      ->group(search);
  command.add_option("--trials", a.trials, "At most so many trials; those that go on with an earlier one do not count")
      ->group(search);
  command
      .add_option("--metric", o.metric,
                  "accuracy, balanced_accuracy, log_loss, roc_auc, f1; rmse, mae, r2 (accuracy, or rmse for numbers)")
      ->group(search);
  command
      .add_option("--strategy", o.strategy,
                  fmt::format("{}, with options behind it: evolution:population=30; see nascent strategies ({} for "
                              "tables, {} for images)",
                              fmt::join(names_of(strategies()), ", "), default_strategy(/*images=*/false),
                              default_strategy(/*images=*/true)))
      ->group(search);
  command
      .add_option(
          "--estimation", o.estimation,
          fmt::format("What a candidate is given: auto, full, shared (images: no training, but a score with weights "
                      "that all networks share), or by a scheduler with options behind it: asha:reduction=4 ({})",
                      fmt::join(names_of(schedulers()), ", ")))
      ->capture_default_str()
      ->group(search);
  command
      .add_option("--fidelity", o.fidelity,
                  "The least and the most that a scheduler gives: epochs=0.5:6, or a share: data=0.1:1, "
                  "resolution=0.5:1, filters=0.5:1, cells=0.5:1 (images); data=0.1:1, trees=50:1000 (tables)")
      ->group(search);
  command
      .add_option("--thin", o.thin,
                  "Images: leave out candidates before their training by a score that costs next to nothing: "
                  "naswot:0.3, the lowest three in ten of those seen so far")
      ->group(search);
  command
      .add_option(
          "--pilots", o.pilots,
          "So many candidates get the least and then all, to see whether the least ranks as all does; 0: trust it")
      ->check(CLI::Range(0, 100))
      ->capture_default_str()
      ->group(search);
  command.add_option("--seed", o.seed, "One seed gives the same trials with one worker")
      ->capture_default_str()
      ->group(search);
  command.add_option("--ensemble", o.ensemble_size, "At most so many trials are combined; 1: the single best")
      ->capture_default_str()
      ->group(search);
  command.add_flag("--no-first", a.no_first, "Do not try the good first configurations: search alone")->group(search);

  const char* machine = "Machine";
  command.add_option("--workers", o.workers, "Processes, one thread each (one for each core)")->group(machine);
  command.add_option("--memory", a.memory, "Cap for each worker: 800M, 2G (a share of what is free)")->group(machine);

  const char* output = "Output";
  command.add_flag("--json", a.json, "Print the report as one JSON object, and nothing else, on standard output")
      ->group(output);
  command.add_flag("--quiet", a.quiet, "Show no progress")->group(output);
}

std::string command_line() {
  std::string text;
  if (std::FILE* file = std::fopen("/proc/self/cmdline", "rb")) {
    for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += c == '\0' ? ' ' : static_cast<char>(c);
    std::fclose(file);
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

void check(const CLI::App& command, const Arguments& a) {
  const FitOptions& o = a.options;
  if (a.resume.empty() && o.data.empty())
    throw InputError("fit needs data: nascent fit train.csv --target NAME --out run/; see nascent fit --help");
  if (!a.resume.empty() && (!o.data.empty() || !o.out.empty() || !o.target.empty()))
    throw InputError(
        "--resume goes on with the data and options of its run folder; leave out the data, --out and --target");
  if (command.count("--trials") > 0 && a.trials < 1)
    throw InputError(fmt::format("--trials: {} is not a number of trials; write 1 or more", a.trials));
  if (command.count("--workers") > 0 && (o.workers < 1 || o.workers > 1024))
    throw InputError(fmt::format("--workers: {} is not a number of workers; write 1 to 1024", o.workers));
  if (o.device != "cpu" && o.device != "cuda")
    throw InputError(fmt::format("--device: there is no device \"{}\"; write cpu or cuda", o.device));
  if (o.precision != "auto" && o.precision != "float32" && o.precision != "bfloat16")
    throw InputError(fmt::format("--precision: \"{}\" is not known; write auto, float32 or bfloat16", o.precision));
  if (o.epochs < 0.0 || o.trial_epochs < 0.0) throw InputError("--epochs and --trial-epochs must be positive");
  if (o.largest_side < 8 || o.largest_side > 1024)
    throw InputError(fmt::format("--largest-side: {} is out of range; write 8 to 1024", o.largest_side));
}

void run(const CLI::App& command, Arguments& a) {
  check(command, a);
  FitOptions& o = a.options;
  if (!a.time.empty()) o.time_seconds = parse_duration(a.time, "--time");
  if (!a.memory.empty()) o.memory_bytes = parse_size(a.memory, "--memory");
  if (!a.max_parameters.empty()) o.limits.parameters = parse_count(a.max_parameters, "--max-parameters");
  if (!a.max_multiply_adds.empty()) o.limits.multiply_adds = parse_count(a.max_multiply_adds, "--max-multiply-adds");
  if (!a.max_latency.empty()) o.limits.latency_ms = 1e3 * parse_duration(a.max_latency, "--max-latency");
  o.inherit = !a.no_inherit;
  if (!a.task.empty()) o.task = task_kind_of(a.task);
  if (command.count("--trials") > 0) o.trials = a.trials;
  o.first_configurations = !a.no_first;
  o.worker_program = worker_program();
  o.command = command_line();

  catch_interrupts();
  auto view = make_progress_view(a.quiet);
  OrderedJson report;
  if (a.resume.empty()) {
    report = fit(o, *view);
  } else {
    report = resume(a.resume,
                    {.time_seconds = o.time_seconds,
                     .trials = o.trials,
                     .workers = command.count("--workers") > 0 ? std::optional<int>(o.workers) : std::nullopt,
                     .memory_bytes = a.memory.empty() ? std::nullopt : std::optional<std::uint64_t>(o.memory_bytes),
                     .worker_program = o.worker_program},
                    *view);
  }
  view.reset();
  const std::filesystem::path folder = a.resume.empty() ? o.out : std::filesystem::path(a.resume);
  if (a.json)
    fmt::print("{}\n", report.dump(2));
  else
    fmt::print("{}", fit_summary(report, read_leaderboard(folder), folder, output_width()));
}

}  // namespace

void add_fit_command(CLI::App& program) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = program.add_subcommand("fit", "Find the best model for a table or for images");
  add_options(*command, *arguments);
  command->footer(
      "Examples:\n"
      "  nascent fit train.csv --target income --time 60s --out run/\n"
      "  nascent fit train.csv --target price --metric mae --test test.csv --time 10m --out run/\n"
      "  nascent fit /usr/share/datasets/fashion-mnist --time 3m --out run/\n"
      "  nascent fit photos/ --strategy evolution --max-parameters 500k --time 30m --out run/\n"
      "  nascent fit --resume run/");
  command->callback([command, arguments] { run(*command, *arguments); });
}

}  // namespace nascent::app
