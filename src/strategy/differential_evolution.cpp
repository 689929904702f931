// Differential evolution whose steps adapt to what succeeds, one child at a time, with a population for each fidelity.
// See docs/methods/de.md and docs/methods/dehb.md.
//
// Storn, Price: Differential evolution. Journal of Global Optimization 11 (1997).
// Tanabe, Fukunaga: Improving the search performance of SHADE using linear population size reduction. CEC 2014.
// Awad, Mallik, Hutter: DEHB: evolutionary Hyperband for scalable, robust and efficient hyperparameter optimization.
// IJCAI 2021.

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "nascent/space/variation.h"
#include "strategy/differential_population.h"
#include "strategy/strategies.h"
#include "strategy/tried.h"

namespace nascent {
namespace {

/// Children of one parent that are made before one is taken that has been tried or is forbidden.
constexpr int kChildren = 20;
/// With a budget the population begins with this part of it and shrinks to the least one at its end.
constexpr std::int64_t kBudgetShare = 10;
constexpr std::size_t kLeastPopulation = 4;
constexpr std::size_t kLeastStart = 8;
/// Populations of higher fidelities hold what was promoted, which is little but good, and take over with so many
/// members.
constexpr std::size_t kPromotedStart = 5;

class DifferentialEvolution : public SearchStrategy {
 public:
  explicit DifferentialEvolution(const StrategySetup& setup)
      : setup_(setup), shape_(setup.space), tried_(setup), start_(start_of(setup, shape_)) {}

  std::string_view name() const override { return "de"; }

  std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) override {
    tried_.set_running(running);
    if (tried_.exhausted()) return {};
    Random random(setup_.seed, static_cast<std::uint64_t>(number));
    if (const DifferentialPopulation* population = best_informed()) {
      const StepControl control = history_.draw(random);
      const Individual& parent = population->parent_in_turn(number);
      Configuration child;
      for (int i = 0; i < kChildren; ++i) {
        child = shape_.encoding.decode(shape_.encoded(population->child_of(parent.point, control, random)));
        if (tried_.may_propose(child)) return Proposal{std::move(child), parent.trial};
      }
      // The population has become alike, or the space allows little: one edit leads out.
      std::optional<Configuration> edited = mutate(setup_.space, child, random);
      if (edited && tried_.may_propose(*edited)) return Proposal{std::move(*edited), parent.trial};
    }
    std::optional<Configuration> drawn = tried_.draw_untried(random);
    if (!drawn) return {};
    return Proposal{std::move(*drawn), {}};
  }

  void observe(const Trial& trial) override {
    tried_.add(trial.configuration);
    const Origin origin = origin_of(trial);
    const bool is_new = origin.first == trial.number;
    if (is_new) ++finished_;
    const bool has_children = best_informed() != nullptr;
    if (Outcome outcome = outcome_of(trial, setup_); outcome.has_result()) add(trial, origin, std::move(outcome));
    if (has_children && is_new && ++since_generation_ >= best_informed()->size()) end_generation();
  }

 private:
  /// Where the configuration of a trial has come from.
  struct Origin {
    std::int64_t first;                  ///< its first trial
    std::optional<std::int64_t> parent;  ///< the first trial of its parent
  };

  struct Level {
    Fidelity fidelity;
    DifferentialPopulation population;
  };

  static std::size_t start_of(const StrategySetup& setup, const MixedShape& shape) {
    if (setup.option("population") > 0.0) return std::max(kLeastPopulation, setup.count("population"));
    const std::size_t usual = 10 + 2 * (shape.split.numbers.size() + shape.split.categories.size());
    if (setup.budget < 0) return usual;
    return std::clamp(static_cast<std::size_t>(setup.budget / kBudgetShare), kLeastStart, std::max(kLeastStart, usual));
  }

  /// The population of the highest fidelity that has enough members; null when none has.
  const DifferentialPopulation* best_informed() const {
    for (const Level& level : levels_)
      if (level.population.is_ready()) return &level.population;
    return nullptr;
  }

  DifferentialPopulation& population_of(const Fidelity& fidelity) {
    const auto place =
        std::ranges::find_if_not(levels_, [&](const Level& level) { return lower_fidelity(fidelity, level.fidelity); });
    if (place != levels_.end() && place->fidelity == fidelity) return place->population;
    const bool is_lowest = place == levels_.end();
    const DifferentialPopulation empty(shape_, is_lowest ? start_ : std::min(start_, kPromotedStart),
                                       setup_.option("greed"));
    return levels_.insert(place, {fidelity, empty})->population;
  }

  Origin origin_of(const Trial& trial) {
    Origin origin{trial.number, trial.parent};
    const std::optional<std::int64_t> earlier = trial.continues ? trial.continues : trial.parent;
    if (const auto known = earlier ? origins_.find(*earlier) : origins_.end(); known != origins_.end()) {
      if (trial.continues) {
        origin = known->second;
      } else {
        origin.parent = known->second.first;
      }
    }
    if (trial.continues || !trial.fidelity.empty()) origins_[trial.number] = origin;
    newest_ = std::max(newest_, origin.first);
    return origin;
  }

  void add(const Trial& trial, const Origin& origin, Outcome outcome) {
    // What was made before a restart would lead back to where the populations before have ended.
    if (origin.first <= newest_before_restart_ || origin.parent.value_or(kNone) <= newest_before_restart_) return;
    Individual newcomer{trial.number, origin.first, shape_.point_of(shape_.encoding.encode(trial.configuration)),
                        std::move(outcome)};
    const std::optional<double> improvement = population_of(trial.fidelity).add(std::move(newcomer), origin.parent);
    // What was drawn first for the child, from the history as it is now: exact unless other children have changed it in
    // between.
    if (improvement && origin.first == trial.number) {
      Random random(setup_.seed, static_cast<std::uint64_t>(trial.number));
      history_.add_success(history_.draw(random), *improvement);
    }
  }

  /// Linear reduction of the populations over the budget, and a restart of converged ones.
  void end_generation() {
    since_generation_ = 0;
    history_.end_generation();
    if (setup_.budget > 0) {
      const double spent = std::min(1.0, static_cast<double>(finished_) / static_cast<double>(setup_.budget));
      const auto wanted = static_cast<std::size_t>(
          std::lround(static_cast<double>(start_) - spent * static_cast<double>(start_ - kLeastPopulation)));
      for (Level& level : levels_)
        if (level.population.is_ready()) level.population.shrink_to(std::max(wanted, kLeastPopulation));
    }
    if (setup_.option("restarts") > 0.0 && best_informed()->has_converged()) {
      levels_.clear();
      history_ = SuccessHistory();
      newest_before_restart_ = newest_;
    }
  }

  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();

  StrategySetup setup_;
  MixedShape shape_;
  TriedConfigurations tried_;
  std::size_t start_;                        ///< the size of the first population
  std::vector<Level> levels_;                ///< from the full evaluation downwards
  std::map<std::int64_t, Origin> origins_;   ///< of trials that may go on or have gone on, by number
  std::int64_t newest_ = -1;                 ///< of the first trials of configurations
  std::int64_t newest_before_restart_ = -1;  ///< as it was then
  SuccessHistory history_;
  std::int64_t finished_ = 0;
  std::size_t since_generation_ = 0;
};

}  // namespace

std::unique_ptr<SearchStrategy> make_differential_evolution(const StrategySetup& setup) {
  return std::make_unique<DifferentialEvolution>(setup);
}

}  // namespace nascent
