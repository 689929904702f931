#include "search/cost_model.h"

#include <algorithm>
#include <cmath>

namespace nascent {
namespace {

constexpr std::size_t kFewest = 8;
/// What took less than so many seconds took no time.
constexpr double kShortest = 1e-3;
constexpr std::uint64_t kSeed = 0x636f7374;

}  // namespace

void CostModel::observe(const Trial& trial) {
  if (trial.state != TrialState::kComplete) return;
  Kind& kind = kinds_[{trial.fidelity, trial.continues.has_value()}];
  const std::vector<float> row = rows_.row(trial.configuration);
  kind.features.insert(kind.features.end(), row.begin(), row.end());
  kind.targets.push_back(std::log(std::max(trial.cost_seconds, kShortest)));
}

std::optional<double> CostModel::least_seconds(const Trial& trial) {
  const auto found = kinds_.find({trial.fidelity, trial.continues.has_value()});
  if (found == kinds_.end() || found->second.targets.size() < kFewest) return {};
  Kind& kind = found->second;
  // Grown anew for every eighth part more.
  if (!kind.forest || kind.targets.size() >= kind.grown + std::max<std::size_t>(1, kind.grown / 8)) {
    Random random(kSeed, kind.targets.size());
    kind.forest.emplace(rows_.categories(trial.configuration));
    kind.forest->fit(kind.features, kind.targets, random);
    kind.grown = kind.targets.size();
  }
  const RandomForest::Prediction prediction = kind.forest->predict(rows_.row(trial.configuration));
  return std::exp(prediction.mean - std::sqrt(prediction.variance));
}

}  // namespace nascent
