#include "strategy/policy_search.h"

#include <algorithm>

#include "nascent/space/variation.h"
#include "strategy/rank_reward.h"
#include "strategy/tried.h"

namespace nascent {
namespace {

/// A policy that has learned draws the same again and again. After the first few draws that had been tried the
/// temperature rises by a quarter with each further one, so that what comes is new and near to what the policy prefers.
constexpr int kColdDraws = 4;
constexpr double kWarming = 0.25;
constexpr int kMostDraws = 60;
/// Sets what is drawn for the reward of a trial apart from what is drawn for the proposal of the same number.
constexpr std::uint64_t kRewardStream = 0x726577617264;

class PolicySearch : public SearchStrategy {
 public:
  PolicySearch(std::string name, const StrategySetup& setup,
               const std::function<std::unique_ptr<DecisionPolicy>(const Decisions&)>& make_policy)
      : name_(std::move(name)),
        setup_(setup),
        tried_(setup),
        decisions_(setup.space, setup.count("bins")),
        policy_(make_policy(decisions_)),
        memory_(setup.option("baseline")) {}

  std::string_view name() const override { return name_; }

  std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) override {
    tried_.set_running(running);
    if (tried_.exhausted()) return {};
    Random random(setup_.seed, static_cast<std::uint64_t>(number));
    for (int draw = 0; draw < kMostDraws; ++draw) {
      const double temperature = 1.0 + kWarming * std::max(0, draw + 1 - kColdDraws);
      std::optional<Configuration> drawn = decisions_.walk(policy_->walk(temperature, random), random);
      if (!setup_.space.allows(*drawn)) drawn = repaired(setup_.space, std::move(*drawn), random);
      if (drawn && tried_.may_propose(*drawn)) return Proposal{std::move(*drawn), {}};
    }
    std::optional<Configuration> drawn = tried_.draw_untried(random);
    if (!drawn) return {};
    return Proposal{std::move(*drawn), {}};
  }

  void observe(const Trial& trial) override {
    tried_.add(trial.configuration);
    Random random(mix_seed(setup_.seed, kRewardStream), static_cast<std::uint64_t>(trial.number));
    const double reward = rewards_.reward_of(outcome_of(trial, setup_), random);
    // The average of so few rewards would be pulled to its start; dividing by the weight of what it holds corrects
    // that.
    const double baseline = weight_ > 0.0 ? average_ / weight_ : 0.0;
    average_ = memory_ * average_ + (1.0 - memory_) * reward;
    weight_ = memory_ * weight_ + (1.0 - memory_);
    policy_->learn(decisions_.of(trial.configuration), reward - baseline);
  }

 private:
  std::string name_;
  StrategySetup setup_;
  TriedConfigurations tried_;
  Decisions decisions_;
  std::unique_ptr<DecisionPolicy> policy_;
  RankReward rewards_;
  double memory_;
  double average_ = 0.0;
  double weight_ = 0.0;
};

}  // namespace

std::unique_ptr<SearchStrategy> make_policy_search(
    std::string name, const StrategySetup& setup,
    const std::function<std::unique_ptr<DecisionPolicy>(const Decisions&)>& make_policy) {
  return std::make_unique<PolicySearch>(std::move(name), setup, make_policy);
}

}  // namespace nascent
