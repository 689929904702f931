#include "tabular/boosted_trees.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "nascent/core/error.h"
#include "tabular/early_stopping.h"
#include "tabular/learner_checks.h"

namespace nascent {

namespace {

constexpr const char* kLabel = "boosted trees";
constexpr int kMostRounds = 4'000;

std::string text(double value) { return Json(value).dump(); }

XgboostModel::Parameters parameters_of(const Configuration& configuration, const FitContext& context) {
  XgboostModel::Parameters parameters = {
      {"tree_method", "hist"},
      {"seed", std::to_string(context.seed & 0x7fffffff)},
      // Otherwise the random numbers of a round depend on what else this thread has done.
      {"seed_per_iteration", "1"},
      {"learning_rate", text(configuration.number("learning_rate"))},
      {"min_child_weight", text(configuration.number("min_child_weight"))},
      {"subsample", text(configuration.number("subsample"))},
      {"colsample_bylevel", text(configuration.number("colsample"))},
      {"reg_lambda", text(configuration.number("reg_lambda"))},
      {"reg_alpha", text(configuration.number("reg_alpha"))},
      {"gamma", text(configuration.number("gamma"))},
  };
  const Configuration& growth = configuration.branch("growth");
  if (configuration.choice("growth") == "lossguide") {
    parameters.insert(parameters.end(), {{"grow_policy", "lossguide"},
                                         {"max_depth", "0"},
                                         {"max_leaves", std::to_string(growth.integer("max_leaves"))}});
  } else {
    parameters.emplace_back("max_depth", std::to_string(growth.integer("max_depth")));
  }
  switch (context.task.kind) {
    case TaskKind::kBinary:
      parameters.emplace_back("objective", "binary:logistic");
      break;
    case TaskKind::kMulticlass:
      parameters.emplace_back("objective", "multi:softprob");
      parameters.emplace_back("num_class", std::to_string(context.task.outputs()));
      break;
    case TaskKind::kRegression:
      parameters.emplace_back("objective", "reg:squarederror");
      parameters.emplace_back("base_score", "0");
      break;
  }
  return parameters;
}

/// Slow learners improve in smaller steps, so they are given more rounds to show one: 20 at XGBoost's rate of 0.3.
int patience_of(double learning_rate) { return static_cast<int>(std::clamp(6.0 / learning_rate, 20.0, 150.0)); }

/// 100 rounds at the rate of 0.3, as is XGBoost's habit, and as much learning at any other.
int usual_rounds(double learning_rate) {
  return std::clamp(static_cast<int>(std::lround(30.0 / learning_rate)), 50, kMostRounds);
}

}  // namespace

Json BoostedTrees::fit(const LabelledRows& training, const FitContext& context) {
  require_start(training, context, kLabel);
  task_ = context.task;
  XgboostRows rows(training.features);
  if (task_.is_classification()) {
    rows.set_labels(std::vector<float>(training.target.begin(), training.target.end()));
  } else {
    scale_ = TargetScale(training.target);
    rows.set_labels(scale_.scaled(training.target));
  }
  const bool validated = context.validation != nullptr && !context.validation->target.empty();
  std::optional<XgboostRows> validation;
  if (validated) validation.emplace(context.validation->features);

  const double learning_rate = configuration_.number("learning_rate");
  EarlyStopping stopping(task_, context.metric, patience_of(learning_rate));
  const int enough = validated ? kMostRounds : context.rounds > 0 ? context.rounds : usual_rounds(learning_rate);
  const int goal = context.most_trees > 0 ? std::min(enough, context.most_trees) : enough;
  model_ = XgboostModel(parameters_of(configuration_, context), {&rows, validation ? &*validation : nullptr});
  int round = 0;
  bool cut = false;
  double slowest = 0.0;  // seconds of a round, recent ones counting more
  while (round < goal) {
    if (has_to_stop(context) || context.deadline.remaining() < slowest) {
      cut = true;
      break;
    }
    const Stopwatch watch;
    model_.update(round, rows);
    ++round;
    if (validated && !stopping.observe(round, context.validation->target, finished(model_.predict(*validation)))) break;
    slowest = std::max(watch.seconds(), 0.9 * slowest);
  }
  if (round == 0) throw Error("There was no time for a single round of boosted trees.");
  const int kept = validated && stopping.best_round() > 0 ? stopping.best_round() : round;
  if (kept < round) model_.truncate(kept);
  return {{"rounds", kept}, {"cut", cut}};
}

Matrix BoostedTrees::finished(Matrix raw) const {
  if (task_.kind == TaskKind::kBinary) raw = with_both_classes(raw);
  if (task_.kind == TaskKind::kRegression) scale_.restore(raw);
  return raw;
}

Matrix BoostedTrees::predict(const FeatureRows& features) const {
  Matrix out = finished(model_.predict(XgboostRows(features)));
  require_finite(out, kLabel);
  return out;
}

void BoostedTrees::save(const std::filesystem::path& folder) const {
  model_.save(folder / "trees.ubj");
  write_facts(folder, {{"target", scale_.to_json()}});
}

void BoostedTrees::load(const std::filesystem::path& folder, const Task& task) {
  task_ = task;
  scale_ = TargetScale::from_json(read_facts(folder).at("target"));
  model_.load(folder / "trees.ubj");
}

}  // namespace nascent
