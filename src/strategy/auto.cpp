// Chooses among the other strategies. See docs/methods/auto.md.

#include <algorithm>
#include <memory>
#include <vector>

#include "nascent/space/encoding.h"
#include "strategy/outcome.h"
#include "strategy/strategies.h"

namespace nascent {
namespace {

/// Up to so many dimensions a Gaussian process learns its length-scales from a few hundred trials.
constexpr std::size_t kMostModelDimensions = 60;
/// From so many trials on, a suggestion of the Gaussian process costs more than it gains over the cheap strategies.
constexpr std::int64_t kModelTrials = 300;

/// Up to so many points a space of numbers is a table to be looked through rather than a landscape to descend.
constexpr std::uint64_t kFewPoints = 1000000;

/// From `first_trial` trials with a result on, `strategy` proposes.
struct Stage {
  std::int64_t first_trial;
  std::string strategy;
};

/// How long the model proposes where an evolution strategy can follow, which needs several hundred trials of its own.
std::int64_t model_trials_before_evolution(std::int64_t budget) {
  return budget < 0 ? 200 : std::clamp<std::int64_t>(budget / 8, 100, 200);
}

std::vector<Stage> stages_for(const StrategySetup& setup) {
  const Encoding encoding(setup.space);
  const std::vector<Dimension>& dimensions = encoding.dimensions();
  const bool model_fits = dimensions.size() <= kMostModelDimensions;
  if (setup.objectives.size() > 1) {
    if (!model_fits) return {{0, "nsga2"}};
    return {{0, "gp"}, {model_trials_before_evolution(setup.budget), "nsga2"}};
  }
  const bool numbers_only = std::all_of(dimensions.begin(), dimensions.end(), [](const Dimension& dimension) {
    return dimension.is_numeric() && dimension.parent < 0 && dimension.kind != Dimension::Kind::kLength;
  });
  if (!model_fits) return {{0, numbers_only ? "cmaes" : "tpe"}};
  const std::optional<std::uint64_t> size = setup.space.size();
  if (!numbers_only || (size && *size <= kFewPoints)) return {{0, "gp"}, {kModelTrials, "evolution"}};
  // It starts where the model has brought it, and so with smaller steps than from the middle of the space.
  return {{0, "gp"}, {model_trials_before_evolution(setup.budget), "cmaes:sigma=0.1"}};
}

/// One strategy after the other.
class Staged : public SearchStrategy {
 public:
  Staged(std::string_view name, const StrategySetup& setup, const std::vector<Stage>& stages)
      : name_(name), setup_(setup) {
    setup_.options.clear();  // each strategy has its own defaults
    for (const Stage& stage : stages) strategies_.push_back({stage.first_trial, make_strategy(stage.strategy, setup_)});
  }

  std::string_view name() const override { return name_; }

  std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) override {
    return strategies_.front().strategy->suggest(number, running);
  }

  void observe(const Trial& trial) override {
    for (Candidate& candidate : strategies_) {
      // To the strategy that proposes later, these are given starting points.
      Trial known = trial;
      if (candidate.first_trial > with_result_) known.origin = "first";
      candidate.strategy->observe(known);
    }
    if (outcome_of(trial, setup_).has_result()) ++with_result_;
    if (strategies_.size() > 1 && with_result_ >= strategies_[1].first_trial) strategies_.erase(strategies_.begin());
  }

 private:
  struct Candidate {
    std::int64_t first_trial;
    std::unique_ptr<SearchStrategy> strategy;
  };

  std::string_view name_;
  StrategySetup setup_;
  std::vector<Candidate> strategies_;  ///< the first proposes
  std::int64_t with_result_ = 0;
};

}  // namespace

std::unique_ptr<SearchStrategy> make_auto(const StrategySetup& setup) {
  return std::make_unique<Staged>("auto", setup, stages_for(setup));
}

std::unique_ptr<SearchStrategy> make_bayesian(const StrategySetup& setup) {
  const char* model = Encoding(setup.space).dimensions().size() <= kMostModelDimensions ? "gp" : "tpe";
  return std::make_unique<Staged>("bayesian", setup, std::vector<Stage>{{0, model}});
}

}  // namespace nascent
