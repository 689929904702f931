#include "tabular/random_forest.h"

#include <algorithm>

#include "nascent/core/error.h"
#include "nascent/core/random.h"
#include "tabular/learner_checks.h"
#include "tabular/target_scale.h"

namespace nascent {

namespace {

constexpr const char* kLabel = "random forest";

std::string text(double value) { return Json(value).dump(); }

XgboostModel::Parameters parameters_of(const Configuration& configuration, std::size_t outputs) {
  XgboostModel::Parameters parameters = {
      {"tree_method", "hist"},
      // Deep trees spend their time on the histograms of their many nodes; half of XGBoost's 256 bins cost little
      // accuracy.
      {"max_bin", "128"},
      {"learning_rate", "1"},
      {"base_score", "0"},
      {"max_depth", std::to_string(configuration.integer("max_depth"))},
      {"min_child_weight", text(configuration.number("min_child_rows"))},
      {"subsample", text(configuration.number("subsample"))},
      {"colsample_bynode", text(configuration.number("colsample"))},
      {"reg_lambda", text(configuration.number("smoothing"))},
  };
  // Only the number of outputs matters: the derivatives are given and the prediction is the sum of the leaves.
  if (outputs > 1) {
    parameters.insert(parameters.end(), {{"objective", "multi:softprob"}, {"num_class", std::to_string(outputs)}});
  } else {
    parameters.emplace_back("objective", "reg:squarederror");
  }
  return parameters;
}

}  // namespace

Json RandomForest::fit(const LabelledRows& training, const FitContext& context) {
  require_start(training, context, kLabel);
  task_ = context.task;
  const std::size_t rows = training.target.size();
  const std::size_t outputs = task_.kind == TaskKind::kMulticlass ? task_.outputs() : 1;

  // The derivatives of half the squared distance to the prediction zero: minus the target, and one.
  std::vector<float> gradient(rows * outputs);
  std::vector<float> hessian(rows * outputs, 1.0F);
  mean_.assign(outputs, 0.0);
  if (outputs > 1) {
    for (const double label : training.target)
      mean_[static_cast<std::size_t>(label)] += 1.0 / static_cast<double>(rows);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t k = 0; k < outputs; ++k) {
        gradient[r * outputs + k] =
            static_cast<float>(mean_[k] - (training.target[r] == static_cast<double>(k) ? 1.0 : 0.0));
      }
    }
  } else {
    const TargetScale scale(training.target);
    mean_[0] = scale.centre();
    scale_ = scale.scale();
    const std::vector<float> scaled = scale.scaled(training.target);
    std::transform(scaled.begin(), scaled.end(), gradient.begin(), [](float value) { return -value; });
  }

  XgboostRows matrix(training.features);
  matrix.set_labels(std::vector<float>(rows, 0.0F));
  model_ = XgboostModel(parameters_of(configuration_, outputs), {&matrix});
  const auto trees = static_cast<int>(configuration_.integer("trees"));
  const int goal = context.most_trees > 0 ? std::min(trees, context.most_trees) : trees;
  bool cut = false;
  double slowest = 0.0;
  for (trees_ = 0; trees_ < goal; ++trees_) {
    if (has_to_stop(context) || context.deadline.remaining() < slowest) {
      cut = true;
      break;
    }
    const Stopwatch watch;
    // XGBoost counts rounds with given derivatives as round 0, so the seed has to make the difference.
    model_.set("seed", std::to_string(mix_seed(context.seed, static_cast<std::uint64_t>(trees_)) & 0x7fffffff));
    model_.set("seed_per_iteration", "1");
    model_.update(matrix, gradient, hessian);
    slowest = std::max(slowest, watch.seconds());
  }
  if (trees_ == 0) throw Error("There was no time for a single tree of the random forest.");
  return {{"rounds", trees_}, {"cut", cut}};
}

Matrix RandomForest::predict(const FeatureRows& features) const {
  Matrix out = model_.predict(XgboostRows(features), true);
  const double share = scale_ / trees_;
  for (std::size_t r = 0; r < out.rows; ++r) {
    for (std::size_t k = 0; k < out.columns; ++k) out(r, k) = static_cast<float>(mean_[k] + share * out(r, k));
  }
  require_finite(out, kLabel);
  if (task_.kind == TaskKind::kBinary) {
    for (float& value : out.values) value = std::clamp(value, 0.0F, 1.0F);
    return with_both_classes(out);
  }
  // The trees of different classes do not know of each other, so their shares need not add up.
  if (task_.kind == TaskKind::kMulticlass) normalise_rows(out);
  return out;
}

void RandomForest::save(const std::filesystem::path& folder) const {
  model_.save(folder / "trees.ubj");
  write_facts(folder, {{"trees", trees_}, {"mean", mean_}, {"scale", scale_}});
}

void RandomForest::load(const std::filesystem::path& folder, const Task& task) {
  task_ = task;
  const Json facts = read_facts(folder);
  trees_ = facts.at("trees");
  facts.at("mean").get_to(mean_);
  scale_ = facts.at("scale");
  model_.load(folder / "trees.ubj");
}

}  // namespace nascent
