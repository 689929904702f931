// NSGA-II: a genetic algorithm that keeps the best front, well spread. See docs/methods/nsga2.md.
//
// Deb, Pratap, Agarwal, Meyarivan: A fast and elitist multiobjective genetic algorithm: NSGA-II. IEEE Transactions on
// Evolutionary Computation 6 (2002).

#include <algorithm>

#include "strategy/genetic_variation.h"
#include "strategy/population.h"
#include "strategy/strategies.h"
#include "strategy/tried.h"

namespace nascent {
namespace {

/// Children that are bred before one is taken that has been tried or is forbidden.
constexpr int kChildren = 20;
/// The usual population, unless a budget leaves fewer than this many generations of it.
constexpr std::size_t kPopulation = 50;
constexpr std::int64_t kGenerations = 10;
constexpr std::size_t kLeastPopulation = 10;

std::size_t population_of(const StrategySetup& setup) {
  if (setup.option("population") > 0.0) return std::max<std::size_t>(4, setup.count("population"));
  if (setup.budget < 0) return kPopulation;
  return std::clamp(static_cast<std::size_t>(setup.budget / kGenerations), kLeastPopulation, kPopulation);
}

class Nsga2 : public SearchStrategy {
 public:
  explicit Nsga2(const StrategySetup& setup)
      : setup_(setup),
        tried_(setup),
        size_(population_of(setup)),
        genetics_{.crossover = setup.option("crossover"),
                  .crossover_eta = setup.option("crossover_eta"),
                  .mutation_eta = setup.option("mutation_eta"),
                  .mutations = setup.option("mutations")} {}

  std::string_view name() const override { return "nsga2"; }

  std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) override {
    tried_.set_running(running);
    if (tried_.exhausted()) return {};
    Random random(setup_.seed, static_cast<std::uint64_t>(number));
    if (parents_.size() >= 2) {
      if (std::optional<Proposal> child = bred(random)) return child;
    }
    std::optional<Configuration> drawn = tried_.draw_untried(random);
    if (!drawn) return {};
    return Proposal{std::move(*drawn), {}};
  }

  void observe(const Trial& trial) override {
    tried_.add(trial.configuration);
    Outcome outcome = outcome_of(trial, setup_);
    ++finished_;
    if (outcome.has_result()) newcomers_.push_back({trial.number, trial.configuration, std::move(outcome)});
    if (finished_ < size_) return;
    finished_ = 0;
    for (Member& newcomer : newcomers_) parents_.add(std::move(newcomer));
    newcomers_.clear();
    parents_.keep_best(size_);
  }

 private:
  std::optional<Proposal> bred(Random& random) const {
    for (int i = 0; i < kChildren; ++i) {
      const Member& a = winner(random);
      const Member& b = winner(random);
      Configuration child = genetic_child(setup_.space, a.configuration, b.configuration, genetics_, random);
      if (!tried_.may_propose(child)) {
        // Where the population has become alike, or the space allows little, one more edit leads out.
        std::optional<Configuration> edited = mutate(setup_.space, child, random);
        if (!edited || !tried_.may_propose(*edited)) continue;
        child = std::move(*edited);
      }
      return Proposal{std::move(child), a.trial};
    }
    return {};
  }

  /// The better of two members, by front and then by crowding distance.
  const Member& winner(Random& random) const {
    const std::size_t one = random.below(parents_.size());
    const std::size_t two = random.below(parents_.size());
    return parents_.ranked(std::min(one, two));
  }

  StrategySetup setup_;
  TriedConfigurations tried_;
  std::size_t size_;
  GeneticOptions genetics_;
  Population parents_;             ///< fixed until the next generation has finished
  std::vector<Member> newcomers_;  ///< finished since, whoever proposed them, with a result
  std::size_t finished_ = 0;       ///< all that have finished since
};

}  // namespace

std::unique_ptr<SearchStrategy> make_nsga2(const StrategySetup& setup) { return std::make_unique<Nsga2>(setup); }

}  // namespace nascent
