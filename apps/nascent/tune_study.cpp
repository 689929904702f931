#include "tune_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "nascent/core/error.h"
#include "nascent/store/sqlite_store.h"
#include "nascent/strategy/search_strategy.h"
#include "tune_estimation.h"

namespace nascent::app {
namespace {

constexpr const char* kName = "tune";

bool same(const std::vector<Objective>& a, const std::vector<Objective>& b) {
  return std::ranges::equal(a, b, [](const Objective& one, const Objective& other) {
    return one.metric == other.metric && one.maximize == other.maximize;
  });
}

std::string text_of(const std::vector<Objective>& objectives) {
  std::string text;
  for (const Objective& objective : objectives)
    text += fmt::format("{}{} {}", text.empty() ? "" : " ", objective.maximize ? "--maximize" : "--minimize",
                        objective.metric);
  return text;
}

/// Empty if the study in the file is the one that is wanted.
std::string difference(const StudyRecord& found, const TuneStudy& wanted) {
  if (found.name != kName) return fmt::format("it was made by another program (\"{}\")", found.name);
  if (found.space != wanted.space) return "its search space differs";
  const auto command = found.settings.at("command").get<std::vector<std::string>>();
  if (command != wanted.command) return fmt::format("its command is `{}`", shell_line(command));
  if (!same(found.objectives, wanted.objectives)) return fmt::format("it has {}", text_of(found.objectives));
  if (found.constraints != wanted.constraints) return "its constraints of results (--where) differ";
  if (found.settings.at("repeats") != wanted.repeats)
    return fmt::format("it has --repeats {}", found.settings.at("repeats").get<std::int64_t>());
  if (const auto estimation = estimation_of(found); estimation != wanted.estimation)
    return fmt::format("it has {}", options_text(estimation));
  if (wanted.strategy && found.strategy != *wanted.strategy) return fmt::format("it has --strategy {}", found.strategy);
  if (wanted.seed && found.seed != *wanted.seed) return fmt::format("it has --seed {}", found.seed);
  return "";
}

}  // namespace

StudyRecord record_of(const TuneStudy& wanted) {
  StudyRecord record{.name = kName,
                     .space = wanted.space,
                     .objectives = wanted.objectives,
                     .seed = wanted.seed.value_or(0),
                     .strategy = wanted.strategy.value_or(default_strategy()),
                     .constraints = wanted.constraints,
                     .settings = {{"command", wanted.command},
                                  {"repeats", wanted.repeats},
                                  {"allow_duplicates", wanted.allow_duplicates},
                                  {"budget", wanted.trials.value_or(-1)}}};
  if (wanted.estimation) wanted.estimation->write_to(record.settings);
  return record;
}

std::unique_ptr<TrialStore> open_tune_study(const TuneStudy& wanted) {
  auto store = open_or_create_sqlite_store(wanted.file, record_of(wanted));
  if (const std::string what = difference(store->study(), wanted); !what.empty()) {
    throw InputError(
        fmt::format("{} holds another study: {}; name another file with --study, or remove this one (and the -wal and "
                    "-shm beside it)",
                    wanted.file.string(), what));
  }
  return store;
}

CommandTemplate command_of(const StudyRecord& study) {
  const auto estimation = estimation_of(study);
  return {study.settings.at("command").get<std::vector<std::string>>(), study.space,
          estimation ? estimation->range.axis : ""};
}

OutcomeConstraint parse_outcome_constraint(const std::string& text) {
  const std::size_t sign = text.find_first_of("<>");
  const auto trimmed = [](std::string_view part) {
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    return part;
  };
  if (sign != std::string::npos && text.substr(sign + 1, 1) == "=") {
    const std::string_view metric = trimmed(std::string_view(text).substr(0, sign));
    const std::string_view number = trimmed(std::string_view(text).substr(sign + 2));
    double bound = 0.0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), bound);
    if (!metric.empty() && error == std::errc() && end == number.data() + number.size()) {
      return {.metric = std::string(metric), .bound = bound, .at_most = text[sign] == '<'};
    }
  }
  throw InputError(
      fmt::format("--where: \"{}\" is not a bound of a metric; write \"latency <= 20\" or \"accuracy >= 0.9\"", text));
}

std::string default_strategy() {
  const auto& entries = strategies();
  const bool has_auto = std::ranges::any_of(entries, [](const StrategyEntry& entry) { return entry.name == "auto"; });
  return has_auto ? "auto" : "tpe";
}

}  // namespace nascent::app
