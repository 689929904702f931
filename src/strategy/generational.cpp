// Evolution in generations: truncation selection, (mu + lambda). See docs/methods/generational.md.
//
// Bäck, Schwefel: An overview of evolutionary algorithms for parameter optimization. Evolutionary Computation 1993.

#include <algorithm>

#include "strategy/breeding.h"
#include "strategy/strategies.h"

namespace nascent {
namespace {

/// With a budget there are 25 generations, within these bounds.
constexpr std::int64_t kGenerations = 25;
constexpr std::int64_t kLeastPopulation = 8;
constexpr std::int64_t kMostPopulation = 40;
constexpr std::size_t kPopulation = 12;

std::size_t population_of(const StrategySetup& setup) {
  if (setup.option("population") > 0.0) return std::max<std::size_t>(2, setup.count("population"));
  if (setup.budget < 0) return kPopulation;
  return static_cast<std::size_t>(std::clamp(setup.budget / kGenerations, kLeastPopulation, kMostPopulation));
}

class Generational : public SearchStrategy {
 public:
  explicit Generational(const StrategySetup& setup)
      : setup_(setup), tried_(setup), breeding_(breeding_of(setup)), size_(population_of(setup)) {
    const std::size_t parents = setup.option("parents") > 0.0 ? setup.count("parents") : size_ / 3;
    parents_count_ = std::clamp<std::size_t>(parents, 1, size_ - 1);
  }

  std::string_view name() const override { return "generational"; }

  std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) override {
    tried_.set_running(running);
    if (tried_.exhausted()) return {};
    Random random(setup_.seed, static_cast<std::uint64_t>(number));
    if (parents_.size() > 0) {
      const auto select = [&]() -> const Member& { return parents_.ranked(random.below(parents_.size())); };
      if (std::optional<Proposal> child = bred(setup_.space, breeding_, select, tried_, random)) return child;
    }
    std::optional<Configuration> drawn = tried_.draw_untried(random);
    if (!drawn) return {};
    return Proposal{std::move(*drawn), {}};
  }

  void observe(const Trial& trial) override {
    tried_.add(trial.configuration);
    Outcome outcome = outcome_of(trial, setup_);
    if (!outcome.has_result()) return;
    newcomers_.push_back({trial.number, trial.configuration, std::move(outcome)});
    if (parents_.size() + newcomers_.size() < size_) return;
    for (Member& member : newcomers_) parents_.add(std::move(member));
    newcomers_.clear();
    parents_.keep_best(parents_count_);
  }

 private:
  StrategySetup setup_;
  TriedConfigurations tried_;
  Breeding breeding_;
  std::size_t size_;
  std::size_t parents_count_ = 1;
  Population parents_;             ///< fixed until the generation is full
  std::vector<Member> newcomers_;  ///< finished since, whoever proposed them
};

}  // namespace

std::unique_ptr<SearchStrategy> make_generational(const StrategySetup& setup) {
  return std::make_unique<Generational>(setup);
}

}  // namespace nascent
