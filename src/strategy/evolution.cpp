// Regularized evolution. See docs/methods/evolution.md for what differs from the paper and why.
//
// Real, Aggarwal, Huang, Le: Regularized evolution for image classifier architecture search. AAAI 2019.

#include <algorithm>

#include "strategy/breeding.h"
#include "strategy/strategies.h"

namespace nascent {
namespace {

/// With a budget, a quarter of it may be alive, within these bounds.
constexpr std::int64_t kLeastPopulation = 8;
constexpr std::int64_t kMostPopulation = 30;
/// The random trials before the first tournament.
constexpr std::size_t kMostStart = 10;

std::size_t population_of(const StrategySetup& setup) {
  if (setup.option("population") > 0.0) return setup.count("population");
  if (setup.budget < 0) return kMostPopulation;
  return static_cast<std::size_t>(std::clamp(setup.budget / 4, kLeastPopulation, kMostPopulation));
}

class Evolution : public SearchStrategy {
 public:
  explicit Evolution(const StrategySetup& setup)
      : setup_(setup), tried_(setup), breeding_(breeding_of(setup)), size_(population_of(setup)) {
    sample_ = setup.option("sample") > 0.0 ? setup.count("sample") : (2 * size_ + 2) / 3;
    start_ = std::min(size_, setup.option("start") > 0.0 ? setup.count("start") : kMostStart);
  }

  std::string_view name() const override { return "evolution"; }

  std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) override {
    tried_.set_running(running);
    if (tried_.exhausted()) return {};
    Random random(setup_.seed, static_cast<std::uint64_t>(number));
    if (population_.size() >= start_) {
      const auto select = [&]() -> const Member& { return winner_of_tournament(random); };
      if (std::optional<Proposal> child = bred(setup_.space, breeding_, select, tried_, random)) return child;
    }
    std::optional<Configuration> drawn = tried_.draw_untried(random);
    if (!drawn) return {};
    return Proposal{std::move(*drawn), {}};
  }

  void observe(const Trial& trial) override {
    tried_.add(trial.configuration);
    Outcome outcome = outcome_of(trial, setup_);
    // A failure has nothing to pass on, and should not age those that have.
    if (!outcome.has_result()) return;
    population_.add({trial.number, trial.configuration, std::move(outcome)});
    if (population_.size() > size_) population_.remove_oldest();
  }

 private:
  /// The best of `sample_` members drawn without replacement. From the best rank downwards, a member whose betters were
  /// not drawn was drawn with this probability; so the draw needs no list of the sample.
  const Member& winner_of_tournament(Random& random) const {
    const std::size_t alive = population_.size();
    for (std::size_t rank = 0; rank + sample_ < alive; ++rank)
      if (random.chance(static_cast<double>(sample_) / static_cast<double>(alive - rank)))
        return population_.ranked(rank);
    return population_.ranked(alive > sample_ ? alive - sample_ : 0);
  }

  StrategySetup setup_;
  TriedConfigurations tried_;
  Breeding breeding_;
  std::size_t size_;
  std::size_t sample_ = 0;
  std::size_t start_ = 0;
  Population population_;
};

}  // namespace

std::unique_ptr<SearchStrategy> make_evolution(const StrategySetup& setup) {
  return std::make_unique<Evolution>(setup);
}

}  // namespace nascent
