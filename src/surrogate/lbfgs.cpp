#include "surrogate/lbfgs.h"

#include <cmath>
#include <deque>

namespace nascent {
namespace {

using Eigen::VectorXd;

/// What the steps so far say of the curvature.
class History {
 public:
  explicit History(int memory) : memory_(static_cast<std::size_t>(memory)) {}

  void add(const VectorXd& step, const VectorXd& change) {
    const double curvature = step.dot(change);
    // Without positive curvature the approximation would no longer be positive definite.
    if (curvature <= 1e-12 * step.norm() * change.norm()) return;
    if (pairs_.size() == memory_) pairs_.pop_front();
    pairs_.push_back({step, change, 1.0 / curvature});
  }

  void clear() { pairs_.clear(); }
  bool empty() const { return pairs_.empty(); }

  /// Minus the approximate inverse Hessian times the gradient (the two-loop recursion), within the free variables.
  VectorXd direction(const VectorXd& gradient, const VectorXd& free) const {
    VectorXd q = gradient.cwiseProduct(free);
    std::vector<double> alphas(pairs_.size());
    for (std::size_t i = pairs_.size(); i-- > 0;) {
      alphas[i] = pairs_[i].rho * pairs_[i].step.dot(q);
      q -= alphas[i] * pairs_[i].change;
    }
    if (!pairs_.empty()) q /= pairs_.back().rho * pairs_.back().change.squaredNorm();
    for (std::size_t i = 0; i < pairs_.size(); ++i)
      q += (alphas[i] - pairs_[i].rho * pairs_[i].change.dot(q)) * pairs_[i].step;
    return -q.cwiseProduct(free);
  }

 private:
  struct Pair {
    VectorXd step;
    VectorXd change;
    double rho;
  };
  std::size_t memory_;
  std::deque<Pair> pairs_;
};

/// 1 for the variables that may move, 0 for those that their gradient presses against a bound.
VectorXd free_variables(const VectorXd& x, const VectorXd& gradient, const VectorXd& low, const VectorXd& high) {
  VectorXd free(x.size());
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    const bool held = (x[i] <= low[i] && gradient[i] > 0.0) || (x[i] >= high[i] && gradient[i] < 0.0);
    free[i] = held ? 0.0 : 1.0;
  }
  return free;
}

}  // namespace

LbfgsResult minimise_lbfgs(const std::function<double(const VectorXd&, VectorXd&)>& function, const VectorXd& start,
                           const VectorXd& low, const VectorXd& high, const LbfgsOptions& options) {
  constexpr double kSufficient = 1e-4;
  VectorXd gradient(start.size());
  LbfgsResult best{start, function(start, gradient), 1};
  if (start.size() == 0 || !std::isfinite(best.value) || !gradient.allFinite()) return best;
  History history(options.memory);
  VectorXd next_gradient(start.size());
  while (best.evaluations < options.evaluations) {
    const VectorXd free = free_variables(best.x, gradient, low, high);
    if (gradient.cwiseProduct(free).lpNorm<Eigen::Infinity>() <= options.tolerance) break;
    VectorXd direction = history.direction(gradient, free);
    if (direction.dot(gradient) >= 0.0) {
      history.clear();
      direction = -gradient.cwiseProduct(free);
    }
    const double longest = direction.lpNorm<Eigen::Infinity>();
    // Nothing is known of the curvature before the first step: a modest one.
    const double most = history.empty() ? 0.25 * options.longest_step : options.longest_step;
    double scale = history.empty() ? std::min(1.0, most / longest) : std::min(1.0, options.longest_step / longest);
    bool moved = false;
    double gain = 0.0;
    while (best.evaluations < options.evaluations) {
      const VectorXd next = (best.x + scale * direction).cwiseMax(low).cwiseMin(high);
      const VectorXd step = next - best.x;
      const double expected = gradient.dot(step);
      const double value = function(next, next_gradient);
      ++best.evaluations;
      if (std::isfinite(value) && next_gradient.allFinite() && value <= best.value + kSufficient * expected) {
        history.add(step, next_gradient - gradient);
        gain = best.value - value;
        best.x = next;
        best.value = value;
        gradient.swap(next_gradient);
        moved = step.lpNorm<Eigen::Infinity>() > 0.0;
        break;
      }
      scale *= std::isfinite(value) ? 0.4 : 0.1;
      if (scale * longest < 1e-10) break;
    }
    if (!moved || gain <= options.improvement) break;
  }
  return best;
}

}  // namespace nascent
