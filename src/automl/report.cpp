#include "automl/report.h"

#include <algorithm>
#include <cmath>

#include "automl/description.h"
#include "automl/lineage.h"
#include "nascent/data/metric.h"

namespace nascent {
namespace {

double rounded(double value, double unit = 1e-3) { return std::round(value / unit) * unit; }

OrderedJson number_or_null(double value) { return std::isfinite(value) ? OrderedJson(value) : OrderedJson(); }

OrderedJson describe_trials(const std::vector<Trial>& trials) {
  OrderedJson json{{"total", trials.size()}, {"complete", 0}, {"stopped", 0}, {"failed", 0}};
  OrderedJson failures = OrderedJson::array();
  for (const Trial& trial : trials) {
    if (trial.state == TrialState::kRunning) continue;
    const char* key = trial.state == TrialState::kComplete  ? "complete"
                      : trial.state == TrialState::kStopped ? "stopped"
                                                            : "failed";
    json[key] = json[key].get<int>() + 1;
    if (trial.state == TrialState::kFailed) failures.push_back({{"trial", trial.number}, {"reason", trial.reason}});
  }
  if (!failures.empty()) json["failures"] = std::move(failures);
  return json;
}

OrderedJson describe_members(const ReportContent& content) {
  OrderedJson members = OrderedJson::array();
  for (std::size_t m = 0; m < content.chosen->members.size(); ++m) {
    const Trial& trial = content.chosen->members[m].trial;
    members.push_back({{"trial", trial.number},
                       {"weight", rounded(content.chosen->weights[m])},
                       {"validation", trial.result(content.plan.metric).value_or(NAN)},
                       {"trained_on_all_rows", content.refitted.contains(trial.number)},
                       {"description", describe(trial.configuration)}});
  }
  return members;
}

OrderedJson describe_space(const NetworkSpaceOptions& options) {
  OrderedJson space{{"kind", options.kind}};
  if (!options.settings.empty()) space["settings"] = OrderedJson::parse(options.settings.dump());
  const NetworkLimits& limits = options.limits;
  if (limits.parameters > 0) space["limits"]["parameters"] = limits.parameters;
  if (limits.multiply_adds > 0) space["limits"]["multiply_adds"] = limits.multiply_adds;
  if (limits.latency_ms > 0.0) space["limits"]["latency_ms"] = limits.latency_ms;
  if (options.final_network != Enlargement{})
    space["final"] = {{"cells", options.final_network.cells}, {"filters", options.final_network.filters}};
  return space;
}

/// What a network is, and through which trials its weights have come, the latest first.
OrderedJson describe_network(const Trial& trial, const ReportContent& content) {
  OrderedJson network;
  if (trial.details.contains("network")) network["summary"] = trial.details.at("network").get<std::string>();
  for (const char* key : {"parameters", "multiply_adds", "latency_ms"})
    if (trial.details.contains(key)) network[key] = trial.details.at(key).get<double>();
  network["lineage"] = OrderedJson::array();
  for (const Trial* step : lineage_of(trial, content.trials)) {
    OrderedJson entry{{"trial", step->number}, {"fidelity", step->fidelity}};
    entry["validation"] = number_or_null(step->result(content.plan.metric).value_or(NAN));
    if (step->details.contains("parameters")) entry["parameters"] = step->details.at("parameters").get<std::int64_t>();
    if (const auto record = inheritance_of(*step))
      entry["start"] = {
          {"from", record->from}, {"inherited_share", rounded(record->share)}, {"exactness", record->exactness}};
    network["lineage"].push_back(std::move(entry));
  }
  return network;
}

OrderedJson describe_estimation(const ReportContent& content) {
  const EstimationPlan& plan = content.settings.estimation;
  OrderedJson estimation{{"scheduler", plan.scheduler}};
  if (!plan.axis.empty()) estimation[plan.axis] = {{"least", plan.least}, {"most", plan.most}};
  estimation["full"] = plan.full;
  if (!content.notice.empty()) estimation["notice"] = content.notice;
  return estimation;
}

}  // namespace

OrderedJson make_report(const ReportContent& content) {
  const FitPlan& plan = content.plan;
  const Metric& metric = metric_named(plan.metric, plan.task.kind);
  OrderedJson report;
  report["nascent"] = NASCENT_VERSION;
  report["command"] = content.settings.command;
  report["task"] = {{"kind", name_of(plan.task.kind)}, {"target", plan.task.target}, {"classes", plan.task.classes}};
  report["metric"] = {{"name", metric.name}, {"maximize", metric.maximize}};
  report["data"] = plan.source;
  report["data"].erase("split");
  report["data"].erase("notes");
  report["notes"] = plan.source.value("notes", OrderedJson::array());
  report["split"] = plan.source.value("split", OrderedJson::object());

  OrderedJson scores;
  scores["baseline"] = number_or_null(content.baseline_score);
  scores["validation"] = content.chosen != nullptr ? number_or_null(content.chosen->score) : OrderedJson();
  if (content.test)
    scores["test"] = *content.test;
  else
    scores["test"] = nullptr;
  if (!content.test)
    scores["test_missing_because"] =
        content.test_missing_because.empty() ? "no test data were given (--test FILE)" : content.test_missing_because;
  report["scores"] = std::move(scores);

  if (content.chosen != nullptr) {
    const auto& members = content.chosen->members;
    const auto best = std::min_element(members.begin(), members.end(), [&](const Candidate& a, const Candidate& b) {
      const double x = *a.trial.result(metric.name);
      const double y = *b.trial.result(metric.name);
      return metric.maximize ? x > y : x < y;
    });
    report["best"] = {{"trial", best->trial.number},
                      {"description", describe(best->trial.configuration)},
                      {"validation", *best->trial.result(metric.name)},
                      {"metrics", best->trial.metrics},
                      {"configuration", OrderedJson::parse(best->trial.configuration.to_json().dump())}};
    if (plan.network) report["best"]["network"] = describe_network(best->trial, content);
    report["model"] = {{"members", describe_members(content)}};
  } else {
    report["best"] = nullptr;
    report["model"] = {{"members", OrderedJson::array()}};
  }

  if (plan.network) report["space"] = describe_space(*plan.network);
  report["estimation"] = describe_estimation(content);
  report["search"] = {{"strategy", content.settings.strategy},
                      {"seed", plan.seed},
                      {"workers", content.machine.workers},
                      {"memory_per_worker", content.machine.memory_bytes},
                      {"device", plan.device},
                      {"precision", plan.precision},
                      {"inherit", plan.kind == DataKind::kImages && content.settings.inherit},
                      {"ended_because", content.ended_because}};
  report["trials"] = describe_trials(content.trials);
  OrderedJson seconds;
  seconds["session"] = rounded(content.session_seconds);
  seconds["all_sessions"] = rounded(content.total_seconds);
  if (content.settings.time_seconds) seconds["asked_for"] = *content.settings.time_seconds;
  for (const auto& [phase, spent] : content.phases) seconds[phase] = rounded(spent);
  double training = 0.0;
  for (const Trial& trial : content.trials) training += trial.cost_seconds;
  seconds["in_trials"] = rounded(training);
  seconds["in_strategy"] = rounded(content.strategy_seconds, 1e-6);
  seconds["in_record"] = rounded(content.store_seconds, 1e-6);
  report["seconds"] = std::move(seconds);
  if (!content.warnings.empty()) report["warnings"] = content.warnings;
  return report;
}

}  // namespace nascent
