// REINFORCE on a table of logits. See docs/methods/reinforce.md.
//
// Williams: Simple statistical gradient-following algorithms for connectionist reinforcement learning. Machine Learning
// 8, 1992. Dong, Liu, Musial, Gabrys: NATS-Bench. IEEE TPAMI 2021 (the table as a baseline for architectures).

#include <algorithm>
#include <cmath>

#include "strategy/policy_search.h"
#include "strategy/strategies.h"

namespace nascent {
namespace {

/// The softmax of every decision point, side by side. Points do not know of each other, but those of one kind (the
/// elements of a list) share what they learn: a point's logits are the sum of its own row and that of its kind.
class LogitTable : public DecisionPolicy {
 public:
  LogitTable(const Decisions& decisions, double rate, double entropy) : rate_(rate), entropy_(entropy) {
    std::vector<int> places(decisions.kinds(), 0);
    for (const DecisionPoint& point : decisions.points()) ++places[point.kind];
    shared_.resize(decisions.kinds());
    for (const DecisionPoint& point : decisions.points()) {
      own_.emplace_back(point.options, 0.0);
      kinds_.push_back(point.kind);
      if (places[point.kind] > 1) shared_[point.kind].assign(point.options, 0.0);
    }
  }

  std::function<std::size_t(std::size_t)> walk(double temperature, Random& random) const override {
    return
        [this, temperature, &random](std::size_t point) { return random.weighted(probabilities(point, temperature)); };
  }

  void learn(const std::vector<MadeDecision>& made, double advantage) override {
    // All gradients are those at the policy as it was.
    std::vector<std::vector<double>> gradients;
    for (const MadeDecision& decision : made) gradients.push_back(gradient(decision, advantage));
    for (std::size_t i = 0; i < made.size(); ++i) {
      const std::size_t point = made[i].point;
      std::vector<double>& shared = shared_[kinds_[point]];
      const double rate = shared.empty() ? rate_ : 0.5 * rate_;
      for (std::size_t option = 0; option < gradients[i].size(); ++option) {
        own_[point][option] += rate * gradients[i][option];
        if (!shared.empty()) shared[option] += rate * gradients[i][option];
      }
    }
  }

 private:
  std::vector<double> probabilities(std::size_t point, double temperature) const {
    std::vector<double> p = own_[point];
    const std::vector<double>& shared = shared_[kinds_[point]];
    for (std::size_t option = 0; option < shared.size(); ++option) p[option] += shared[option];
    const double highest = *std::max_element(p.begin(), p.end());
    double sum = 0.0;
    for (double& logit : p) sum += logit = std::exp((logit - highest) / temperature);
    for (double& weight : p) weight /= sum;
    return p;
  }

  /// Of advantage * log p(option) + entropy of p.
  std::vector<double> gradient(const MadeDecision& decision, double advantage) const {
    std::vector<double> g = probabilities(decision.point, 1.0);
    double mean_log = 0.0;
    for (const double p : g) mean_log += p > 0.0 ? p * std::log(p) : 0.0;
    for (double& p : g) p = -advantage * p - (p > 0.0 ? entropy_ * p * (std::log(p) - mean_log) : 0.0);
    g[decision.option] += advantage;
    return g;
  }

  double rate_;
  double entropy_;
  std::vector<std::size_t> kinds_;           ///< by point
  std::vector<std::vector<double>> own_;     ///< by point and option
  std::vector<std::vector<double>> shared_;  ///< by kind and option; empty for a kind of one point
};

}  // namespace

std::unique_ptr<SearchStrategy> make_reinforce(const StrategySetup& setup) {
  return make_policy_search("reinforce", setup, [&](const Decisions& decisions) {
    return std::make_unique<LogitTable>(decisions, setup.option("rate"), setup.option("entropy"));
  });
}

}  // namespace nascent
