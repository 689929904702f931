#include "tune_summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>

#include "nascent/core/files.h"
#include "nascent/core/quantity.h"
#include "nascent/execution/command_executor.h"
#include "nascent/trial/repeated.h"
#include "study_view.h"
#include "tune_estimation.h"
#include "tune_study.h"

namespace nascent::app {
namespace {

constexpr std::size_t kLines = 10;

/// Where the best configuration is written for a command that reads it from a file.
std::filesystem::path best_file(const TuneResult& result) {
  std::filesystem::path path = result.file;
  return path.replace_extension(".best.json");
}

/// As if it were run on its own, from the start.
CommandRun run_of(const TuneResult& result, const Trial& trial) {
  CommandRun run{.trial = trial.number,
                 .seed = command_seed(result.study.seed, first_of(result.trials, trial)),
                 .config = best_file(result)};
  if (const auto estimation = estimation_of(result.study)) run.amount = trial.fidelity.at(estimation->range.axis);
  return run;
}

/// The command as it can be typed; what it would read from its environment stands before it.
std::string command_line(const TuneResult& result, const Trial& trial) {
  const CommandTemplate command = command_of(result.study);
  const CommandRun run = run_of(result, trial);
  std::string line;
  const auto variables = command.environment(trial.configuration, run);
  for (const std::string& name : command.parameters_not_named()) {
    for (const auto& [variable, value] : variables) {
      const std::string stem = "NASCENT_" + name;
      if (variable == stem || variable.starts_with(stem + "_")) line += variable + "=" + shell_line({value}) + " ";
    }
  }
  return line + shell_line(command.arguments(trial.configuration, run));
}

bool reads_file(const TuneResult& result, const Trial& trial) {
  const CommandRun run = run_of(result, trial);
  return std::ranges::any_of(
      command_of(result.study).arguments(trial.configuration, run),
      [&](const std::string& text) { return text.find(run.config.string()) != std::string::npos; });
}

void append_values(std::vector<std::pair<std::string, std::string>>& lines, const std::string& prefix,
                   const Configuration& configuration) {
  for (const auto& [name, value] : configuration.values()) {
    lines.emplace_back(prefix + name, value_at(configuration, name).value_or(""));
    if (const auto* choice = std::get_if<ChoiceValue>(&value))
      append_values(lines, prefix + name + ".", choice->branch);
  }
}

std::string parameters_text(const Configuration& configuration) {
  std::vector<std::pair<std::string, std::string>> lines;
  append_values(lines, "", configuration);
  std::size_t width = 0;
  for (const auto& [name, value] : lines) width = std::max(width, name.size());
  std::string text;
  for (const auto& [name, value] : lines)
    text += fmt::format("{:<12}{:<{}}  {}\n", text.empty() ? "parameters" : "", name, width, value);
  return text;
}

std::string metrics_text(const StudyRecord& study, const Trial& trial) {
  std::string text;
  const auto add = [&](const std::string& name) {
    const auto value = trial.result(name);
    if (value) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, format_number(*value));
  };
  for (const Objective& objective : study.objectives) add(objective.metric);
  for (const OutcomeConstraint& constraint : study.constraints) {
    const bool shown = std::ranges::any_of(
        study.objectives, [&](const Objective& objective) { return objective.metric == constraint.metric; });
    if (!shown) add(constraint.metric);
  }
  return text;
}

std::ptrdiff_t count_continued(const std::vector<Trial>& trials) {
  return std::ranges::count_if(trials, [](const Trial& trial) { return trial.continues.has_value(); });
}

std::string counts_text(const std::vector<Trial>& trials) {
  const auto failed = std::ranges::count(trials, TrialState::kFailed, &Trial::state);
  const auto continued = count_continued(trials);
  std::string text = fmt::format("{} trials", trials.size());
  if (continued > 0)
    text = fmt::format("{} trials and {} that continue them", std::ssize(trials) - continued, continued);
  if (failed > 0) text += fmt::format(" ({} failed)", failed);
  return text;
}

/// What the search leads to.
struct Best {
  std::vector<RankedTrial> trials;         ///< one, or a front for several objectives; empty if nothing has a result
  std::optional<RepeatedResult> repeated;  ///< of noisy results: all evaluations of the configuration
};

Best best_in(const TuneResult& result, const std::vector<RankedTrial>& ranked) {
  Best best{.trials = best_of(result.study, ranked), .repeated = {}};
  const auto repeats = result.study.settings.at("repeats").get<std::size_t>();
  if (repeats <= 1 || result.study.objectives.size() > 1 || best.trials.empty()) return best;
  best.repeated = best_configuration(result.trials, result.study.objectives.front(), repeats, result.study.constraints);
  if (!best.repeated) return best;
  const auto first = std::ranges::find_if(
      ranked, [&](const RankedTrial& entry) { return entry.trial->number == best.repeated->trials.front(); });
  if (first != ranked.end()) best.trials = {*first};
  return best;
}

/// ", with 9 of 27 epochs"; nothing without a scheduler.
std::string amount_text(const TuneResult& result, const Trial& trial) {
  const auto estimation = estimation_of(result.study);
  if (!estimation) return "";
  const FidelityRange& range = estimation->range;
  const double amount = trial.fidelity.at(range.axis);
  const std::string of = amount < range.most ? " of " + format_number(range.most) : "";
  return fmt::format(", with {}{} {}", format_number(amount), of, range.axis);
}

std::string heading_of(const TuneResult& result, const Best& best) {
  const std::string& metric = result.study.objectives.front().metric;
  const Trial& trial = *best.trials.front().trial;
  if (best.repeated) {
    return fmt::format("best        {} {} in the mean of {} (standard error {}): trials {}\n", metric,
                       format_number(best.repeated->mean), best.repeated->trials.size(),
                       format_number(best.repeated->standard_error), fmt::join(best.repeated->trials, ", "));
  }
  std::string text;
  if (best.trials.size() > 1)
    text = fmt::format("front       {} trials that no other beats in every objective\n", best.trials.size());
  return text + fmt::format("best        trial {}{}: {}{}\n", trial.number,
                            best.trials.size() > 1 ? " by " + metric : "", metrics_text(result.study, trial),
                            amount_text(result, trial));
}

std::string best_text(const TuneResult& result, const Best& best) {
  if (best.trials.empty()) return "best        none: no trial has a result that keeps all constraints\n";
  const Trial& trial = *best.trials.front().trial;
  std::string text = heading_of(result, best);
  text += parameters_text(trial.configuration);
  if (reads_file(result, trial)) write_file(best_file(result), trial.configuration.to_json().dump(2) + "\n");
  return text + fmt::format("run it      {}\n", command_line(result, trial));
}

}  // namespace

std::string tune_summary(const TuneResult& result, std::size_t width) {
  const std::vector<RankedTrial> ranked = rank_trials(result.study, result.trials, result.no_more);
  std::string text = study_table(result.study, ranked, kLines, width) + "\n";
  text += best_text(result, best_in(result, ranked));
  text += fmt::format("time        {}; {}; the search ended: {}\n", format_duration(result.seconds),
                      counts_text(result.trials), result.ended_because);
  return text + fmt::format("study       {}\n", result.file.string());
}

OrderedJson tune_json(const TuneResult& result) {
  const std::vector<RankedTrial> ranked = rank_trials(result.study, result.trials, result.no_more);
  OrderedJson json{{"study", result.file.string()},
                   {"ended_because", result.ended_because},
                   {"seconds", result.seconds},
                   {"strategy", result.study.strategy},
                   {"seed", result.study.seed}};
  if (const auto estimation = estimation_of(result.study)) {
    json["estimation"] = estimation->scheduler;
    json["fidelity"] = {{estimation->range.axis, {estimation->range.least, estimation->range.most}}};
  }
  std::map<std::string, std::size_t> counts;
  for (const TrialState state : {TrialState::kComplete, TrialState::kStopped, TrialState::kFailed})
    counts[std::string(name_of(state))] =
        static_cast<std::size_t>(std::ranges::count(result.trials, state, &Trial::state));
  json["trials"] = {{"total", result.trials.size()}};
  if (const auto continued = count_continued(result.trials); continued > 0) json["trials"]["continued"] = continued;
  for (const auto& [state, count] : counts) json["trials"][state] = count;
  json["best"] = nullptr;
  const Best best = best_in(result, ranked);
  const auto described = [&](const RankedTrial& entry) {
    OrderedJson trial = trial_json(entry);
    trial["command"] = command_of(result.study).arguments(entry.trial->configuration, run_of(result, *entry.trial));
    trial["command_line"] = command_line(result, *entry.trial);
    return trial;
  };
  if (!best.trials.empty()) {
    const Trial& trial = *best.trials.front().trial;
    json["best"] = described(best.trials.front());
    if (reads_file(result, trial)) write_file(best_file(result), trial.configuration.to_json().dump(2) + "\n");
  }
  if (best.repeated) {
    json["best"]["repeats"] = {{"trials", best.repeated->trials},
                               {"mean", best.repeated->mean},
                               {"standard_error", best.repeated->standard_error}};
  }
  if (result.study.objectives.size() > 1) {
    json["front"] = OrderedJson::array();
    for (const RankedTrial& entry : best.trials) json["front"].push_back(described(entry));
  }
  return json;
}

}  // namespace nascent::app
