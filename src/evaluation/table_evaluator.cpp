#include "evaluation/table_evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "evaluation/learners.h"
#include "evaluation/split_at.h"
#include "nascent/core/error.h"
#include "nascent/trial/fold_metric.h"
#include "run/fidelity_axes.h"
#include "run/prediction_file.h"
#include "tabular/cross_validation.h"

namespace nascent {
namespace {

namespace fs = std::filesystem;

/// One prediction for each of the rows that are validated, in their order. Out of fold they come fold by fold, and of a
/// repeated cross-validation each row has several, of which the mean counts.
ValidationPredictions by_row(std::vector<std::uint32_t> validated, const std::vector<std::uint32_t>& rows,
                             const Matrix& values) {
  std::vector<float> count(validated.size(), 0.0F);
  Matrix means(validated.size(), values.columns);
  const auto place_of = [&](std::uint32_t row) {
    return static_cast<std::size_t>(std::ranges::lower_bound(validated, row) - validated.begin());
  };
  for (const std::uint32_t row : rows) count[place_of(row)] += 1.0F;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t place = place_of(rows[i]);
    for (std::size_t c = 0; c < values.columns; ++c) means(place, c) += values(i, c) / count[place];
  }
  return {std::move(validated), std::move(means)};
}

Deadline deadline_of(const Json& payload, const JobContext& context) {
  if (!payload.contains("time_limit")) return context.deadline();
  return earlier(context.deadline(), Deadline::in(payload.at("time_limit").get<double>()));
}

Metrics reported(const FoldReport& fold) {
  Metrics metrics = fold.metrics;
  for (const auto& [name, value] : fold.of_fold) metrics[fold_metric(name)] = value;
  return metrics;
}

/// What a designed network is. Those of the folds differ by the categories that are rare there: the largest speaks for
/// all.
Json network_details(const Json& notes) {
  const auto largest =
      std::ranges::max_element(notes, {}, [](const Json& note) { return note.at("parameters").get<std::int64_t>(); });
  Json details;
  for (const char* key : {"network", "parameters", "multiply_adds"}) details[key] = largest->at(key);
  return details;
}

}  // namespace

TableEvaluator::TableEvaluator(const RunFolder& folder, const FitPlan& plan)
    : folder_(folder), plan_(plan), table_(Table::map(folder.training_data())) {}

Json TableEvaluator::run_trial(const Json& payload, JobContext& context) const {
  const std::int64_t number = payload.at("trial");
  const Configuration configuration = plan_.space.configuration_from_json(payload.at("configuration"));
  const auto fidelity = payload.value("fidelity", Fidelity());
  const auto trees = fidelity.find(kTreesAxis);
  const Split split = split_at(fidelity, plan_.split, plan_.task, table_.target());
  const CrossValidationResult result = cross_validate(
      table_, split, plan_.task, configuration.choice(kModelParameter), configuration.branch(kModelParameter),
      {.seed = payload.at("seed"),
       .most_trees = trees == fidelity.end() ? 0 : static_cast<int>(std::lround(trees->second)),
       .metric = plan_.metric,
       .deadline = deadline_of(payload, context),
       .should_stop = [&] { return context.should_stop(); },
       .on_fold =
           [&](const FoldReport& fold) {
             return context.report({.step = fold.step, .metrics = reported(fold), .cost_seconds = fold.seconds});
           },
       .factory = make_any_learner});

  Json details{{"fit_seconds", result.seconds / std::max(1, plan_.split.rounds)},
               {"rounds", result.rounds},
               {"fits", result.notes}};
  if (plan_.network) details.update(network_details(result.notes));
  if (result.cut) details["cut"] = true;
  // The score of some folds is not comparable with that of all: it is no result.
  if (!result.complete) throw Error("stopped before all folds were validated");
  const fs::path folder = folder_.trial(number);
  fs::create_directories(folder);
  for (std::size_t fold = 0; fold < result.pipelines.size(); ++fold)
    result.pipelines[fold].save(folder / fmt::format("fold-{}", fold));
  save_predictions(folder_.predictions(number), by_row(split.validated_rows(), result.rows, result.predictions));
  return {{"metrics", result.metrics}, {"details", std::move(details)}};
}

Json TableEvaluator::refit(const Json& payload, JobContext& context) const {
  const Configuration configuration = plan_.space.configuration_from_json(payload.at("configuration"));
  const Pipeline pipeline = nascent::refit(table_, plan_.split, plan_.task, configuration.choice(kModelParameter),
                                           configuration.branch(kModelParameter),
                                           {.seed = payload.at("seed"),
                                            .rounds = payload.at("rounds"),
                                            .deadline = context.deadline(),
                                            .should_stop = [&] { return context.should_stop(); },
                                            .factory = make_any_learner});
  if (context.should_stop()) throw Error("the time was up before all rows were learned");
  const fs::path folder = folder_.trial(payload.at("trial").get<std::int64_t>()) / "all";
  fs::path fresh = folder;
  fresh += ".new";
  fs::remove_all(fresh);
  pipeline.save(fresh);
  fs::remove_all(folder);
  fs::rename(fresh, folder);
  return {{"metrics", Json::object()}};
}

}  // namespace nascent
