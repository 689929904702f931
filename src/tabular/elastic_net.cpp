#include "tabular/elastic_net.h"

#include <cmath>
#include <limits>

#include "nascent/core/error.h"
#include "tabular/learner_checks.h"

namespace nascent {

namespace {

constexpr const char* kLabel = "elastic net";
constexpr int kMostPasses = 500;

/// Passes between two looks at the fit, and the relative change by which it still has to move.
constexpr int kPassesBetween = 5;
constexpr double kStill = 1e-5;

std::string text(double value) { return Json(value).dump(); }

double mean_square(const Matrix& predictions, const std::vector<float>& truth) {
  double sum = 0.0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double difference = static_cast<double>(predictions.values[i]) - static_cast<double>(truth[i]);
    sum += difference * difference;
  }
  return sum / static_cast<double>(truth.size());
}

}  // namespace

Json ElasticNet::fit(const LabelledRows& training, const FitContext& context) {
  require_start(training, context, kLabel);
  const Configuration& penalty = configuration_.branch("penalty");
  scale_ = TargetScale(training.target);
  const std::vector<float> target = scale_.scaled(training.target);
  XgboostRows rows(training.features);
  rows.set_labels(target);
  model_ = XgboostModel({{"booster", "gblinear"},
                         {"objective", "reg:squarederror"},
                         {"updater", "coord_descent"},
                         {"feature_selector", "cyclic"},
                         {"base_score", "0"},
                         {"learning_rate", "1"},
                         {"reg_lambda", text(penalty.number("l2"))},
                         {"reg_alpha", text(penalty.number("l1"))}},
                        {&rows});
  double before = std::numeric_limits<double>::infinity();
  int pass = 0;
  bool cut = false;
  while (pass < kMostPasses) {
    if (has_to_stop(context)) {
      cut = true;
      break;
    }
    model_.update(pass, rows);
    if (++pass % kPassesBetween != 0) continue;
    const double now = mean_square(model_.predict(rows), target);
    if (std::abs(before - now) <= kStill * now) break;
    before = now;
  }
  if (pass == 0) throw Error("There was no time for a single pass of the elastic net.");
  return {{"passes", pass}, {"cut", cut}};
}

Matrix ElasticNet::predict(const FeatureRows& features) const {
  Matrix out = model_.predict(XgboostRows(features));
  scale_.restore(out);
  require_finite(out, kLabel);
  return out;
}

void ElasticNet::save(const std::filesystem::path& folder) const {
  model_.save(folder / "weights.ubj");
  write_facts(folder, {{"target", scale_.to_json()}});
}

void ElasticNet::load(const std::filesystem::path& folder, const Task&) {
  scale_ = TargetScale::from_json(read_facts(folder).at("target"));
  model_.load(folder / "weights.ubj");
}

}  // namespace nascent
