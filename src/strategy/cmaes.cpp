// CMA-ES for every kind of space, with restarts. See docs/methods/cmaes.md for the formulas and how they are carried
// over.
//
// Hansen: The CMA evolution strategy, a tutorial. arXiv 1604.00772 (2016).
// Hamano et al.: CatCMA with margin. GECCO 2025.
// Hansen: Benchmarking a BI-population CMA-ES on the BBOB-2009 function testbed. GECCO 2009 (the restarts).

#include <algorithm>
#include <cmath>
#include <deque>
#include <unordered_map>

#include "nascent/space/variation.h"
#include "strategy/mixed_distribution.h"
#include "strategy/ranking.h"
#include "strategy/strategies.h"
#include "strategy/tried.h"

namespace nascent {
namespace {

/// Draws from the distribution before one is taken that has been tried, is running or is forbidden; and how many more
/// there are, each wider than the one before by this factor.
constexpr int kDraws = 10;
constexpr int kWiderDraws = 10;
constexpr double kWider = 1.25;
/// Distributions before the current one from which a trial that ends now may have been drawn.
constexpr std::size_t kRemembered = 3;
/// A run is over when all numbers vary by less than this part of their range, or when the best losses of its last
/// generations differ by less than this part of them.
constexpr double kSmallestDeviation = 1e-9;
constexpr double kSmallestDifference = 1e-12;

class CmaEsSearch : public SearchStrategy {
 public:
  explicit CmaEsSearch(const StrategySetup& setup)
      : setup_(setup),
        shape_(setup.space),
        tried_(setup),
        finite_(setup.space.size().has_value()),
        options_{.sigma = setup.option("sigma"), .population = setup.count("population")},
        distributions_{MixedDistribution(shape_, std::vector<double>(shape_.split.numbers.size(), 0.5), options_)},
        first_population_(current().population()),
        large_population_(first_population_) {}

  std::string_view name() const override { return "cmaes"; }

  std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) override {
    tried_.set_running(running);
    if (tried_.exhausted()) return {};
    Random random(setup_.seed, static_cast<std::uint64_t>(number));
    Configuration configuration;
    for (int i = 0; i < kDraws + kWiderDraws; ++i) {
      configuration = shape_.encoding.decode(shape_.encoded(draw(current(), i, random)));
      if (tried_.may_propose(configuration)) return Proposal{std::move(configuration), {}};
    }
    std::optional<Configuration> other = repaired(setup_.space, std::move(configuration), random);
    if (!other || !tried_.may_propose(*other)) other = tried_.draw_untried(random);
    if (!other) return {};
    return Proposal{std::move(*other), {}};
  }

  void observe(const Trial& trial) override {
    tried_.add(trial.configuration);
    Outcome outcome = outcome_of(trial, setup_);
    if (finite_) known_.insert_or_assign(setup_.space.key(trial.configuration), outcome);
    const EncodedPoint encoded = shape_.encoding.encode(trial.configuration);
    if (trial.origin == "first" && run_ == 0 && current().generation() == 0) {
      start_at(encoded, outcome);
    } else if (std::optional<MixedPoint> point = point_of(trial, encoded)) {
      ++evaluations_;
      add(std::move(*point), std::move(outcome));
    }
  }

 private:
  struct Member {
    MixedPoint point;
    Outcome outcome;
  };

  const MixedDistribution& current() const { return distributions_.back(); }

  /// The draw of this index for a trial. Draws of the same random stream come in order, so a trial that ends can be
  /// found among them again.
  static MixedPoint draw(const MixedDistribution& distribution, int index, Random& random) {
    return distribution.sample(random, index < kDraws ? 1.0 : std::pow(kWider, index - kDraws + 1));
  }

  /// The search begins at the best of the given first configurations.
  void start_at(const EncodedPoint& encoded, Outcome& outcome) {
    if (!outcome.has_result() || (first_ && !ranks_before(outcome, *first_))) return;
    MixedDistribution moved = current();
    moved.set_numbers(moved.point_of(encoded).numbers);
    first_ = std::move(outcome);
    replace(std::move(moved));
  }

  /// The place of a finished trial, with the numbers that were drawn where they can be found. None if it says nothing
  /// about this run.
  std::optional<MixedPoint> point_of(const Trial& trial, const EncodedPoint& encoded) {
    // In a continuous space the configuration says all; a later run learns from its own draws only, because the points
    // of the run before would draw it back to where that one has ended.
    if (!shape_.has_cells && !shape_.has_conditions && run_ == 0) return current().point_of(encoded);
    for (auto distribution = distributions_.rbegin(); distribution != distributions_.rend(); ++distribution) {
      Random random(setup_.seed, static_cast<std::uint64_t>(trial.number));
      std::vector<Member> passed_over;
      for (int i = 0; i < kDraws + kWiderDraws; ++i) {
        MixedPoint point = draw(*distribution, i, random);
        const std::vector<double> values = shape_.encoded(point);
        if (is_same(values, encoded)) {
          for (Member& member : passed_over) add(std::move(member.point), std::move(member.outcome));
          deactivate(encoded, point);
          return point;
        }
        if (finite_) remember(std::move(point), values, passed_over);
      }
    }
    if (run_ > 0 && !finite_) return {};
    return current().point_of(encoded);
  }

  /// A draw that was not proposed because its result is known takes part in its generation as if it had been
  /// evaluated again. Without this the distribution would be pushed away from the best points of a finite space.
  void remember(MixedPoint point, const std::vector<double>& values, std::vector<Member>& passed_over) const {
    const Configuration configuration = shape_.encoding.decode(values);
    const auto known = known_.find(setup_.space.key(configuration));
    if (known == known_.end()) return;
    deactivate(shape_.encoding.encode(configuration), point);
    passed_over.push_back({std::move(point), known->second});
  }

  bool is_same(const std::vector<double>& values, const EncodedPoint& encoded) const {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!encoded.active[i]) continue;
      if (std::fabs(values[i] - encoded.values[i]) > 1e-9 * (1.0 + std::fabs(values[i]))) return false;
    }
    return true;
  }

  void deactivate(const EncodedPoint& encoded, MixedPoint& point) const {
    for (std::size_t i = 0; i < point.categories.size(); ++i)
      if (!encoded.active[shape_.split.categories[i]]) point.categories[i] = CategoricalDistribution::kInactive;
  }

  /// A generation ends with its last member, and not before half of it has results.
  void add(MixedPoint point, Outcome outcome) {
    with_result_ += outcome.has_result() ? 1 : 0;
    members_.push_back({std::move(point), std::move(outcome)});
    const std::size_t population = current().population();
    if (members_.size() < population || 2 * with_result_ < population) return;

    std::vector<const Outcome*> outcomes;
    for (const Member& member : members_) outcomes.push_back(&member.outcome);
    std::vector<std::size_t> order = order_from_best(outcomes);
    order.resize(population);
    const double best_loss = outcomes[order.front()]->losses.front();
    std::vector<MixedPoint> ranked;
    for (const std::size_t place : order) ranked.push_back(std::move(members_[place].point));
    members_.clear();
    with_result_ = 0;

    MixedDistribution next = current();
    next.update(ranked);
    replace(std::move(next));
    best_losses_.push_back(best_loss);
    if (setup_.option("restarts") > 0.0 && is_over()) restart();
  }

  void replace(MixedDistribution distribution) {
    distributions_.push_back(std::move(distribution));
    if (distributions_.size() > kRemembered) distributions_.pop_front();
  }

  bool is_over() {
    if (current().has_converged(kSmallestDeviation)) return true;
    const auto variables = static_cast<double>(shape_.split.numbers.size() + shape_.split.categories.size());
    const auto generations =
        static_cast<std::size_t>(10.0 + std::ceil(30.0 * variables / static_cast<double>(current().population())));
    if (best_losses_.size() > generations) best_losses_.pop_front();
    if (best_losses_.size() < generations || setup_.objectives.size() > 1) return false;
    const auto [least, most] = std::minmax_element(best_losses_.begin(), best_losses_.end());
    return *most - *least <= kSmallestDifference * std::max(std::fabs(*least), std::fabs(*most));
  }

  /// BIPOP: runs of a population that doubles, and between them runs of small populations and steps, as long as those
  /// have had fewer trials.
  void restart() {
    (small_run_ ? small_evaluations_ : large_evaluations_) += run_ > 0 ? evaluations_ : 0;
    evaluations_ = 0;
    ++run_;
    Random random(mix_seed(setup_.seed, 0xcae5), static_cast<std::uint64_t>(run_));
    MixedOptions options = options_;
    small_run_ = run_ > 1 && small_evaluations_ < large_evaluations_;
    if (small_run_) {
      const double share = random.uniform() * random.uniform();
      const double ratio = 0.5 * static_cast<double>(large_population_) / static_cast<double>(first_population_);
      options.population =
          static_cast<std::size_t>(static_cast<double>(first_population_) * std::pow(std::max(1.0, ratio), share));
      options.sigma *= std::pow(10.0, -2.0 * random.uniform());
    } else {
      large_population_ *= 2;
      options.population = large_population_;
    }
    distributions_ = {MixedDistribution(shape_, mean_of(random), options)};
    best_losses_.clear();
  }

  std::vector<double> mean_of(Random& random) const {
    std::vector<double> mean(shape_.split.numbers.size());
    for (double& x : mean) x = random.uniform();
    return mean;
  }

  StrategySetup setup_;
  MixedShape shape_;
  TriedConfigurations tried_;
  bool finite_;
  MixedOptions options_;
  std::deque<MixedDistribution> distributions_;       ///< the current one is the last
  std::unordered_map<std::uint64_t, Outcome> known_;  ///< by key; of finite spaces only
  std::optional<Outcome> first_;                      ///< the best of the given first configurations
  std::vector<Member> members_;                       ///< of the generation that is not complete
  std::size_t with_result_ = 0;                       ///< of them
  std::deque<double> best_losses_;                    ///< of the last generations
  std::int64_t run_ = 0;
  bool small_run_ = false;
  std::size_t first_population_;
  std::size_t large_population_;  ///< of the last run of doubled population
  std::int64_t evaluations_ = 0;  ///< of this run
  std::int64_t small_evaluations_ = 0;
  std::int64_t large_evaluations_ = 0;
};

}  // namespace

std::unique_ptr<SearchStrategy> make_cmaes(const StrategySetup& setup) { return std::make_unique<CmaEsSearch>(setup); }

}  // namespace nascent
