#include "tabular/cross_validation.h"

#include <algorithm>
#include <cmath>

#include "nascent/core/random.h"
#include "nascent/data/metric.h"

namespace nascent {

namespace {

std::map<std::string, double> all_metrics(const Task& task, std::span<const double> truth, const Matrix& predictions) {
  std::map<std::string, double> metrics;
  for (const Metric& metric : metrics_for(task.kind)) metrics[metric.name] = score(metric, task, truth, predictions);
  return metrics;
}

Deadline share_of(Deadline deadline, int folds_left) {
  return deadline.exists() ? Deadline::in(deadline.remaining() / folds_left) : deadline;
}

}  // namespace

CrossValidationResult cross_validate(const Table& table, const Split& split, const Task& task,
                                     const std::string& family, const Configuration& configuration,
                                     const CrossValidation& options) {
  const Stopwatch watch;
  CrossValidationResult result;
  result.notes = Json::array();
  result.predictions.columns = task.outputs();
  std::vector<double> truth;
  double rounds = 0.0;
  for (int fold = 0; fold < split.rounds; ++fold) {
    const std::vector<std::uint32_t> training = split.training_rows(fold);
    const std::vector<std::uint32_t> validation = split.validation_rows(fold);
    Pipeline pipeline(family, configuration, task, options.factory);
    const Json note = pipeline.fit(table, {.training_rows = training,
                                           .validation_rows = validation,
                                           .seed = mix_seed(options.seed, static_cast<std::uint64_t>(fold)),
                                           .deadline = share_of(options.deadline, split.rounds - fold),
                                           .should_stop = options.should_stop,
                                           .most_trees = options.most_trees,
                                           .metric = options.metric});
    const Matrix predictions = pipeline.predict(table, validation);
    result.rows.insert(result.rows.end(), validation.begin(), validation.end());
    result.predictions.values.insert(result.predictions.values.end(), predictions.values.begin(),
                                     predictions.values.end());
    result.predictions.rows += predictions.rows;
    std::vector<double> fold_truth;
    for (const std::uint32_t row : validation) fold_truth.push_back(table.target()[row]);
    truth.insert(truth.end(), fold_truth.begin(), fold_truth.end());
    rounds += note.value("rounds", 0);
    result.cut = result.cut || note.value("cut", false);
    result.notes.push_back(note);
    result.pipelines.push_back(std::move(pipeline));

    result.metrics = all_metrics(task, truth, result.predictions);
    result.complete = fold + 1 == split.rounds;
    const FoldReport report{.step = fold + 1,
                            .metrics = result.metrics,
                            .of_fold = all_metrics(task, fold_truth, predictions),
                            .seconds = watch.seconds()};
    if (options.on_fold && !options.on_fold(report)) break;
  }
  result.rounds = static_cast<int>(std::lround(rounds / static_cast<double>(result.pipelines.size())));
  result.seconds = watch.seconds();
  return result;
}

int rounds_for_all_rows(int rounds, std::size_t training_rows, std::size_t all_rows) {
  if (rounds <= 0 || training_rows == 0) return rounds;
  return static_cast<int>(std::lround(rounds * static_cast<double>(all_rows) / static_cast<double>(training_rows)));
}

Pipeline refit(const Table& table, const Split& split, const Task& task, const std::string& family,
               const Configuration& configuration, const Refit& options) {
  Pipeline pipeline(family, configuration, task, options.factory);
  const std::vector<std::uint32_t> rows = all_rows(table.rows());
  pipeline.fit(table, {.training_rows = rows,
                       .seed = options.seed,
                       .deadline = options.deadline,
                       .should_stop = options.should_stop,
                       .rounds = rounds_for_all_rows(options.rounds, split.training_rows(0).size(), table.rows())});
  return pipeline;
}

}  // namespace nascent
