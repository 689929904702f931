#include "strategy/rank_reward.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "strategy/ranking.h"

namespace nascent {
namespace {

/// With so many the rank of a result is known well; and a comparison with all of them stays cheap.
constexpr std::size_t kLatest = 256;

double largest_share(const std::vector<double>& losses, const std::vector<double>& ideal,
                     const std::vector<double>& weights) {
  double largest = 0.0;
  for (std::size_t i = 0; i < losses.size(); ++i) largest = std::max(largest, weights[i] * (losses[i] - ideal[i]));
  return largest;
}

}  // namespace

double RankReward::reward_of(Outcome outcome, Random& random) {
  latest_.push_back(std::move(outcome));
  if (latest_.size() > kLatest) latest_.pop_front();
  const Outcome& newest = latest_.back();

  std::vector<double> ideal = newest.losses;
  std::vector<double> weights(ideal.size(), 1.0);
  if (ideal.size() > 1) {
    std::vector<double> worst = ideal;
    for (const Outcome& other : latest_) {
      if (!other.has_result()) continue;
      for (std::size_t i = 0; i < ideal.size(); ++i) {
        ideal[i] = std::min(ideal[i], other.losses[i]);
        worst[i] = std::max(worst[i], other.losses[i]);
      }
    }
    // Exponential draws are uniform on the simplex but for their sum, which no comparison depends on.
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double range = worst[i] - ideal[i];
      weights[i] = range > 0.0 ? -std::log(1.0 - random.uniform()) / range : 0.0;
    }
  }
  const bool one_objective = newest.losses.size() < 2;
  const auto before = [&](const Outcome& a, const Outcome& b) {
    if (one_objective || !differ_in_losses_only(a, b)) return ranks_before(a, b);
    return largest_share(a.losses, ideal, weights) < largest_share(b.losses, ideal, weights);
  };
  double place = 0.5;
  for (std::size_t i = 0; i + 1 < latest_.size(); ++i) {
    if (before(latest_[i], newest))
      place += 1.0;
    else if (!before(newest, latest_[i]))
      place += 0.5;
  }
  const double share = place / static_cast<double>(latest_.size());
  return std::log((1.0 - share) / share) * std::numbers::sqrt3 / std::numbers::pi;
}

}  // namespace nascent
