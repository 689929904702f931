#include "study_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "automl/description.h"
#include "nascent/core/quantity.h"
#include "strategy/outcome.h"
#include "surrogate/pareto.h"
#include "terminal.h"

namespace nascent::app {
namespace {

/// The metrics that a person compares: the objectives, then what is constrained.
std::vector<std::string> shown_metrics(const StudyRecord& study) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (const Objective& objective : study.objectives) add(objective.metric);
  for (const OutcomeConstraint& constraint : study.constraints) add(constraint.metric);
  return names;
}

/// The axes on which trials have got less, or may have.
std::vector<std::string> shown_axes(const std::vector<RankedTrial>& ranked) {
  std::set<std::string> axes;
  for (const RankedTrial& entry : ranked)
    for (const auto& [axis, amount] : entry.trial->fidelity) axes.insert(axis);
  return {axes.begin(), axes.end()};
}

std::string amount_on(const Trial& trial, const std::string& axis) {
  const auto amount = trial.fidelity.find(axis);
  return amount == trial.fidelity.end() ? "all" : format_number(amount->second);
}

std::string reason_of(const RankedTrial& ranked) {
  return ranked.trial->reason.empty() ? ranked.no_more : ranked.trial->reason;
}

std::string remark(const RankedTrial& ranked) {
  if (const std::string reason = reason_of(ranked); !reason.empty()) return "  (" + reason + ")";
  return ranked.has_result && !ranked.feasible ? "  (misses a constraint)" : "";
}

}  // namespace

std::vector<RankedTrial> rank_trials(const StudyRecord& study, const std::vector<Trial>& trials,
                                     const std::map<std::int64_t, std::string>& no_more) {
  const StrategySetup setup{.space = study.space, .objectives = study.objectives, .constraints = study.constraints};
  std::vector<RankedTrial> ranked;
  std::vector<Outcome> outcomes;
  /// Those that may be on a front of their fidelity.
  struct Comparable {
    std::vector<std::size_t> places;
    std::vector<LossVector> losses;
  };
  std::map<Fidelity, Comparable> comparable;
  for (const Trial& trial : trials) {
    const Outcome outcome = is_finished(trial.state) ? outcome_of(trial, setup) : Outcome{};
    if (outcome.kind == Outcome::Kind::kComplete && outcome.feasible()) {
      Comparable& others = comparable[trial.fidelity];
      others.places.push_back(ranked.size());
      others.losses.push_back(outcome.losses);
    }
    const auto reason = no_more.find(trial.number);
    ranked.push_back({.trial = &trial,
                      .has_result = outcome.has_result(),
                      .feasible = outcome.feasible(),
                      .no_more = reason == no_more.end() ? "" : reason->second});
    outcomes.push_back(outcome);
  }
  if (study.objectives.size() > 1) {
    for (const auto& [fidelity, those] : comparable) {
      const std::vector<std::size_t> fronts = non_dominated_ranks(those.losses);
      for (std::size_t i = 0; i < fronts.size(); ++i) ranked[those.places[i]].front = fronts[i];
    }
  }
  std::vector<std::size_t> order(ranked.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    if (ranked[a].front != ranked[b].front && outcomes[a].fidelity == outcomes[b].fidelity &&
        outcomes[a].kind == Outcome::Kind::kComplete && outcomes[b].kind == Outcome::Kind::kComplete &&
        ranked[a].feasible && ranked[b].feasible) {
      return ranked[a].front < ranked[b].front;
    }
    return ranks_before(outcomes[a], outcomes[b]);
  });
  std::vector<RankedTrial> sorted;
  sorted.reserve(order.size());
  for (const std::size_t i : order) sorted.push_back(ranked[i]);
  return sorted;
}

std::vector<RankedTrial> best_of(const StudyRecord& study, const std::vector<RankedTrial>& ranked) {
  std::vector<RankedTrial> best;
  for (const RankedTrial& entry : ranked) {
    if (!entry.feasible || entry.front > 0) break;
    if (!best.empty() && (study.objectives.size() == 1 || entry.trial->state != best.front().trial->state ||
                          entry.trial->fidelity != best.front().trial->fidelity))
      break;
    best.push_back(entry);
  }
  return best;
}

std::string study_table(const StudyRecord& study, const std::vector<RankedTrial>& ranked, std::size_t limit,
                        std::size_t width) {
  const std::vector<std::string> metrics = shown_metrics(study);
  std::string table = "rank  trial";
  for (const std::string& metric : metrics) table += fmt::format("  {:>10}", metric);
  const std::vector<std::string> axes = shown_axes(ranked);
  for (const std::string& axis : axes) table += fmt::format("  {:>6}", axis);
  table = cut_line(table + "  seconds  configuration", width) + "\n";
  std::size_t rank = 0;
  for (const RankedTrial& entry : ranked) {
    if (limit > 0 && rank >= limit) {
      table += fmt::format("... and {} more\n", ranked.size() - rank);
      break;
    }
    const Trial& trial = *entry.trial;
    std::string line = fmt::format("{:>4}  {:>5}", ++rank, trial.number);
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      const auto value = trial.result(metrics[i]);
      const std::string text = value ? format_number(*value) : i == 0 ? std::string(name_of(trial.state)) : "-";
      line += fmt::format("  {:>{}}", text, std::max<std::size_t>(10, metrics[i].size()));
    }
    for (const std::string& axis : axes)
      line += fmt::format("  {:>{}}", amount_on(trial, axis), std::max<std::size_t>(6, axis.size()));
    line += fmt::format("  {:>7.1f}  {}{}", trial.cost_seconds, describe(trial.configuration), remark(entry));
    table += cut_line(std::move(line), width) + "\n";
  }
  return table;
}

OrderedJson trial_json(const RankedTrial& ranked) {
  const Trial& trial = *ranked.trial;
  OrderedJson json{{"trial", trial.number},
                   {"state", name_of(trial.state)},
                   {"metrics", trial.metrics},
                   {"feasible", ranked.feasible},
                   {"seconds", trial.cost_seconds},
                   {"origin", trial.origin},
                   {"configuration", trial.configuration.to_json()}};
  if (!trial.fidelity.empty()) json["fidelity"] = trial.fidelity;
  if (trial.continues) json["continues"] = *trial.continues;
  if (const std::string reason = reason_of(ranked); !reason.empty()) json["reason"] = reason;
  if (!trial.reports.empty()) json["reports"] = trial.reports.size();
  if (!trial.details.is_null()) json["details"] = trial.details;
  return json;
}

OrderedJson study_json(const StudyRecord& study, const std::vector<RankedTrial>& ranked) {
  OrderedJson json{{"objectives", OrderedJson::array()}, {"constraints", OrderedJson::array()}};
  for (const Objective& objective : study.objectives)
    json["objectives"].push_back({{"metric", objective.metric}, {"maximize", objective.maximize}});
  for (const OutcomeConstraint& constraint : study.constraints)
    json["constraints"].push_back(
        fmt::format("{} {} {}", constraint.metric, constraint.at_most ? "<=" : ">=", format_number(constraint.bound)));
  json["strategy"] = study.strategy;
  json["seed"] = study.seed;
  json["trials"] = OrderedJson::array();
  for (const RankedTrial& entry : ranked) {
    json["trials"].push_back(trial_json(entry));
    if (study.objectives.size() > 1 && entry.feasible) json["trials"].back()["front"] = entry.front;
  }
  return json;
}

}  // namespace nascent::app
