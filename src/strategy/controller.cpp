// A recurrent controller, trained by policy gradient. See docs/methods/controller.md.
//
// Zoph, Le: Neural architecture search with reinforcement learning. ICLR 2017.
// Schulman, Wolski, Dhariwal, Radford, Klimov: Proximal policy optimization algorithms. arXiv 1707.06347 (the
// clipping).

#include <cmath>
#include <deque>

#include "strategy/policy_search.h"
#include "strategy/strategies.h"
#include "surrogate/recurrent_policy.h"

namespace nascent {
namespace {

/// Sets the first weights apart from what is drawn for trials.
constexpr std::uint64_t kWeightsStream = 0x77656967687473;

std::vector<RecurrentPolicy::Point> points_of(const Decisions& decisions) {
  std::vector<RecurrentPolicy::Point> points;
  for (const DecisionPoint& point : decisions.points()) points.push_back({point.options, point.kind});
  return points;
}

class Controller : public DecisionPolicy {
 public:
  Controller(const Decisions& decisions, const StrategySetup& setup)
      : policy_(points_of(decisions), {.hidden = setup.count("hidden"), .embedding = setup.count("embedding")},
                mix_seed(setup.seed, kWeightsStream)),
        rate_(setup.option("rate")),
        entropy_(setup.option("entropy")),
        batch_(setup.count("batch")),
        epochs_(setup.count("epochs")),
        clip_(setup.option("clip")) {}

  std::function<std::size_t(std::size_t)> walk(double temperature, Random& random) const override {
    const auto walk = std::make_shared<RecurrentPolicy::Walk>(policy_);
    return [walk, temperature, &random](std::size_t point) {
      const std::size_t option = random.weighted(walk->probabilities(point, temperature));
      walk->take(option);
      return option;
    };
  }

  void learn(const std::vector<MadeDecision>& made, double advantage) override {
    Episode episode;
    for (const MadeDecision& decision : made) episode.steps.push_back({decision.point, decision.option});
    episode.advantage = advantage;
    episode.log_probability = policy_.trace(episode.steps).log_probability();
    recent_.push_back(std::move(episode));
    if (recent_.size() > batch_) recent_.pop_front();
    for (std::size_t epoch = 0; epoch < epochs_; ++epoch) improve();
  }

 private:
  struct Episode {
    std::vector<RecurrentPolicy::Step> steps;
    double advantage;
    double log_probability;  ///< when it was learned from first
  };

  /// One step along the gradient of the clipped objective: where the policy has moved far enough in the direction of an
  /// episode's advantage, that episode has no say any more.
  void improve() {
    const double share = 1.0 / static_cast<double>(recent_.size());
    for (const Episode& episode : recent_) {
      const RecurrentPolicy::Trace trace = policy_.trace(episode.steps);
      const double ratio = std::exp(trace.log_probability() - episode.log_probability);
      const bool far = episode.advantage > 0.0 ? ratio > 1.0 + clip_ : ratio < 1.0 - clip_;
      policy_.add_gradient(trace, far ? 0.0 : share * ratio * episode.advantage, share * entropy_);
    }
    policy_.ascend(rate_);
  }

  RecurrentPolicy policy_;
  double rate_;
  double entropy_;
  std::size_t batch_;
  std::size_t epochs_;
  double clip_;
  std::deque<Episode> recent_;
};

}  // namespace

std::unique_ptr<SearchStrategy> make_controller(const StrategySetup& setup) {
  return make_policy_search("controller", setup,
                            [&](const Decisions& decisions) { return std::make_unique<Controller>(decisions, setup); });
}

}  // namespace nascent
