#include "nascent/data/metric.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "nascent/core/error.h"
#include "nascent/core/near_match.h"

namespace nascent {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr double kSmallestProbability = 1e-15;

const std::vector<Metric> kClassification{
    {"accuracy", true, "accuracy"},
    {"balanced_accuracy", true, "balanced accuracy"},
    {"log_loss", false, "log loss"},
    {"roc_auc", true, "ROC AUC"},
    {"f1", true, "F1"},
};
const std::vector<Metric> kRegression{{"rmse", false, "RMSE"}, {"mae", false, "MAE"}, {"r2", true, "R²"}};

/// How the most probable class of each row compares with its true one, by class. The classes that training never saw
/// count together as one more, at the end, which nothing ever predicts.
struct Confusion {
  std::vector<double> rows;       ///< with this true class
  std::vector<double> predicted;  ///< with this predicted class
  std::vector<double> correct;    ///< both

  Confusion(std::size_t classes, std::span<const double> truth, const Matrix& predictions)
      : rows(classes + 1), predicted(classes + 1), correct(classes + 1) {
    for (std::size_t r = 0; r < truth.size(); ++r) {
      const auto probabilities = predictions.row(r);
      const auto guess = static_cast<std::size_t>(std::ranges::max_element(probabilities) - probabilities.begin());
      const std::size_t actual = truth[r] < 0.0 ? classes : static_cast<std::size_t>(truth[r]);
      rows[actual] += 1.0;
      predicted[guess] += 1.0;
      if (guess == actual) correct[actual] += 1.0;
    }
  }

  double accuracy() const {
    return std::accumulate(correct.begin(), correct.end(), 0.0) / std::accumulate(rows.begin(), rows.end(), 0.0);
  }

  double f1(std::size_t c) const { return 2.0 * correct[c] / (predicted[c] + rows[c]); }

  /// The mean over the classes that have a row.
  template <typename Value>
  double average(Value value) const {
    double sum = 0.0;
    double present = 0.0;
    for (std::size_t c = 0; c < rows.size(); ++c) {
      if (rows[c] == 0.0) continue;
      sum += value(c);
      present += 1.0;
    }
    return sum / present;
  }
};

double log_loss(std::span<const double> truth, const Matrix& predictions) {
  double sum = 0.0;
  double known = 0.0;
  for (std::size_t r = 0; r < truth.size(); ++r) {
    if (truth[r] < 0.0) continue;
    const double probability = predictions(r, static_cast<std::size_t>(truth[r]));
    sum -= std::log(std::clamp(probability, kSmallestProbability, 1.0));
    known += 1.0;
  }
  return known == 0.0 ? kUndefined : sum / known;
}

/// The probability that a row of class `positive` gets a higher score than one of another class, ties counting half:
/// the Mann-Whitney statistic from mean ranks. NaN when one side is empty.
double area_under_curve(std::span<const double> truth, const Matrix& predictions, std::size_t positive) {
  std::vector<std::pair<float, bool>> ranked;
  ranked.reserve(truth.size());
  for (std::size_t r = 0; r < truth.size(); ++r) {
    if (truth[r] >= 0.0) ranked.emplace_back(predictions(r, positive), static_cast<std::size_t>(truth[r]) == positive);
  }
  std::ranges::sort(ranked, {}, &std::pair<float, bool>::first);
  double positives = 0.0;
  double rank_sum = 0.0;
  for (std::size_t begin = 0, end = 0; begin < ranked.size(); begin = end) {
    double tied_positives = 0.0;
    for (; end < ranked.size() && ranked[end].first == ranked[begin].first; ++end) {
      if (ranked[end].second) tied_positives += 1.0;
    }
    rank_sum += tied_positives * 0.5 * static_cast<double>(begin + 1 + end);
    positives += tied_positives;
  }
  const double negatives = static_cast<double>(ranked.size()) - positives;
  if (positives == 0.0 || negatives == 0.0) return kUndefined;
  return (rank_sum - positives * (positives + 1.0) / 2.0) / (positives * negatives);
}

double roc_auc(const Task& task, std::span<const double> truth, const Matrix& predictions) {
  if (task.kind == TaskKind::kBinary) return area_under_curve(truth, predictions, 1);
  double sum = 0.0;
  double present = 0.0;
  for (std::size_t c = 0; c < task.classes.size(); ++c) {
    const double area = area_under_curve(truth, predictions, c);
    if (std::isnan(area)) continue;
    sum += area;
    present += 1.0;
  }
  return present == 0.0 ? kUndefined : sum / present;
}

/// Mean of `loss(truth - prediction)`.
template <typename Loss>
double mean_loss(std::span<const double> truth, const Matrix& predictions, Loss loss) {
  double sum = 0.0;
  for (std::size_t r = 0; r < truth.size(); ++r) sum += loss(truth[r] - static_cast<double>(predictions(r, 0)));
  return sum / static_cast<double>(truth.size());
}

double square(double x) { return x * x; }

double r2(std::span<const double> truth, const Matrix& predictions) {
  const auto [lowest, highest] = std::ranges::minmax(truth);
  if (lowest == highest) return kUndefined;
  const double mean = std::accumulate(truth.begin(), truth.end(), 0.0) / static_cast<double>(truth.size());
  double variance = 0.0;
  for (const double value : truth) variance += square(value - mean) / static_cast<double>(truth.size());
  return 1.0 - mean_loss(truth, predictions, square) / variance;
}

double score_classes(const std::string& name, const Task& task, std::span<const double> truth,
                     const Matrix& predictions) {
  if (name == "log_loss") return log_loss(truth, predictions);
  if (name == "roc_auc") return roc_auc(task, truth, predictions);
  const Confusion confusion(task.classes.size(), truth, predictions);
  if (name == "accuracy") return confusion.accuracy();
  if (name == "balanced_accuracy") {
    return confusion.average([&](std::size_t c) { return confusion.correct[c] / confusion.rows[c]; });
  }
  if (name == "f1") {
    if (task.kind == TaskKind::kBinary) return confusion.f1(1);
    return confusion.average([&](std::size_t c) { return confusion.f1(c); });
  }
  throw InternalError("no measure for classes is called " + name);
}

double score_values(const std::string& name, std::span<const double> truth, const Matrix& predictions) {
  if (name == "rmse") return std::sqrt(mean_loss(truth, predictions, square));
  if (name == "mae") return mean_loss(truth, predictions, [](double error) { return std::abs(error); });
  if (name == "r2") return r2(truth, predictions);
  throw InternalError("no measure for numbers is called " + name);
}

}  // namespace

const std::vector<Metric>& metrics_for(TaskKind kind) {
  return kind == TaskKind::kRegression ? kRegression : kClassification;
}

const Metric& metric_named(const std::string& name, TaskKind kind) {
  const std::vector<Metric>& fitting = metrics_for(kind);
  const auto found = std::ranges::find(fitting, name, &Metric::name);
  if (found != fitting.end()) return *found;

  std::vector<std::string> names;
  std::string list;
  for (const Metric& metric : fitting) {
    list += (names.empty() ? "" : names.size() + 1 == fitting.size() ? " or " : ", ") + metric.name;
    names.push_back(metric.name);
  }
  const std::string purpose = kind == TaskKind::kRegression ? "predicting numbers" : "predicting classes";
  const bool known_elsewhere = std::ranges::find(kClassification, name, &Metric::name) != kClassification.end() ||
                               std::ranges::find(kRegression, name, &Metric::name) != kRegression.end();
  if (known_elsewhere) {
    throw InputError("the metric " + name + " does not fit the task, which is " + purpose + "; use " + list);
  }
  throw InputError("there is no metric \"" + name + "\" for " + purpose + " (use " + list + ")" +
                   did_you_mean(name, names));
}

double score(const Metric& metric, const Task& task, std::span<const double> truth, const Matrix& predictions) {
  if (predictions.rows != truth.size() || predictions.columns != task.outputs()) {
    throw InternalError("predictions of " + std::to_string(predictions.rows) + " x " +
                        std::to_string(predictions.columns) + " for " + std::to_string(truth.size()) + " rows and " +
                        std::to_string(task.outputs()) + " outputs");
  }
  const bool has_nan = std::ranges::any_of(predictions.values, [](float value) { return std::isnan(value); });
  if (truth.empty() || has_nan) return kUndefined;
  return task.is_classification() ? score_classes(metric.name, task, truth, predictions)
                                  : score_values(metric.name, truth, predictions);
}

std::map<std::string, double> score_all(const Task& task, std::span<const double> truth, const Matrix& predictions) {
  std::map<std::string, double> scores;
  for (const Metric& metric : metrics_for(task.kind)) {
    const double value = score(metric, task, truth, predictions);
    if (std::isfinite(value)) scores[metric.name] = value;
  }
  return scores;
}

}  // namespace nascent
