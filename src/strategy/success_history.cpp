#include "strategy/success_history.h"

#include <algorithm>
#include <cmath>

namespace nascent {
namespace {

constexpr double kScale = 0.1;

}  // namespace

StepControl SuccessHistory::draw(Random& random) const {
  const StepControl& mean = means_[random.below(means_.size())];
  StepControl control;
  do {
    control.F = mean.F + kScale * std::tan(std::acos(-1.0) * (random.uniform() - 0.5));
  } while (control.F <= 0.0);
  control.F = std::min(control.F, 1.0);
  control.CR = std::clamp(mean.CR + kScale * random.normal(), 0.0, 1.0);
  return control;
}

void SuccessHistory::add_success(const StepControl& control, double improvement) {
  successes_.push_back({control, improvement});
}

void SuccessHistory::end_generation() {
  double total = 0.0;
  for (const Success& success : successes_) total += success.improvement;
  // Lehmer means, which lean to the larger values: small steps succeed more often, but bring less.
  double f1 = 0.0, f2 = 0.0, c1 = 0.0, c2 = 0.0;
  for (const auto& [control, improvement] : successes_) {
    const double weight = total > 0.0 ? improvement / total : 1.0;
    f1 += weight * control.F;
    f2 += weight * control.F * control.F;
    c1 += weight * control.CR;
    c2 += weight * control.CR * control.CR;
  }
  if (!successes_.empty()) {
    means_[oldest_] = {f2 / f1, c1 > 0.0 ? c2 / c1 : 0.0};
    oldest_ = (oldest_ + 1) % means_.size();
  }
  successes_.clear();
}

}  // namespace nascent
