// Differential evolution whose steps adapt to what succeeds, one child at a time. See docs/methods/de.md.
//
// Storn, Price: Differential evolution. Journal of Global Optimization 11 (1997).
// Tanabe, Fukunaga: Improving the search performance of SHADE using linear population size reduction. CEC 2014.

#include <algorithm>
#include <cmath>

#include "nascent/space/variation.h"
#include "strategy/mixed_distribution.h"
#include "strategy/ranking.h"
#include "strategy/strategies.h"
#include "strategy/success_history.h"
#include "strategy/tried.h"

namespace nascent {
namespace {

/// Children of one parent that are made before one is taken that has been tried or is forbidden.
constexpr int kChildren = 20;
/// The chance that a category of a child becomes any one, so that none is lost for ever.
constexpr double kOtherCategory = 0.05;
/// With a budget the population begins with this part of it and shrinks to the least one at its end.
constexpr std::int64_t kBudgetShare = 10;
constexpr std::size_t kLeastPopulation = 4;
constexpr std::size_t kLeastStart = 8;
/// A population has converged when its losses differ by less than this part of them, or its numbers by less than this
/// part of their range.
constexpr double kSmallestDifference = 1e-12;
constexpr double kSmallestSpread = 1e-9;

/// A member of the population or a former one.
struct Individual {
  std::int64_t trial = 0;
  MixedPoint point;
  Outcome outcome;
};

class DifferentialEvolution : public SearchStrategy {
 public:
  explicit DifferentialEvolution(const StrategySetup& setup)
      : setup_(setup), shape_(setup.space), tried_(setup), start_(start_of(setup, shape_)) {}

  std::string_view name() const override { return "de"; }

  std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) override {
    tried_.set_running(running);
    if (tried_.exhausted()) return {};
    Random random(setup_.seed, static_cast<std::uint64_t>(number));
    if (members_.size() >= start_size()) {
      const StepControl control = history_.draw(random);
      const Individual& parent = members_[static_cast<std::size_t>(number) % members_.size()];
      Configuration child;
      for (int i = 0; i < kChildren; ++i) {
        child = shape_.encoding.decode(shape_.encoded(child_of(parent.point, control, random)));
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
    Individual newcomer{trial.number, shape_.point_of(shape_.encoding.encode(trial.configuration)),
                        outcome_of(trial, setup_)};
    ++finished_;
    if (members_.size() < start_size()) {
      // A child that ends after a restart would lead back to where the population before has ended.
      if (!newcomer.outcome.has_result() || (restarted_ && trial.parent)) return;
      members_.push_back(std::move(newcomer));
      rank();
      return;
    }
    ++since_generation_;
    if (newcomer.outcome.has_result()) compete(trial, std::move(newcomer));
    if (since_generation_ >= members_.size()) {
      since_generation_ = 0;
      history_.end_generation();
      shrink();
      if (setup_.option("restarts") > 0.0 && has_converged()) restart();
    }
  }

 private:
  static std::size_t start_of(const StrategySetup& setup, const MixedShape& shape) {
    if (setup.option("population") > 0.0) return std::max(kLeastPopulation, setup.count("population"));
    const std::size_t usual = 10 + 2 * (shape.split.numbers.size() + shape.split.categories.size());
    if (setup.budget < 0) return usual;
    return std::clamp(static_cast<std::size_t>(setup.budget / kBudgetShare), kLeastStart, std::max(kLeastStart, usual));
  }

  /// How many members there are before the first child; fewer after the population has shrunk.
  std::size_t start_size() const { return started_ ? 0 : start_; }

  /// The child takes the place of its parent if it is better. One whose parent is gone, or that was proposed by
  /// somebody else, competes with the worst.
  void compete(const Trial& trial, Individual newcomer) {
    auto rival = std::find_if(members_.begin(), members_.end(),
                              [&](const Individual& member) { return trial.parent && member.trial == *trial.parent; });
    const bool is_child = rival != members_.end();
    if (!is_child) rival = members_.begin() + static_cast<std::ptrdiff_t>(order_.back());
    if (!improves_on(newcomer.outcome, rival->outcome)) return;
    if (is_child) {
      // What was drawn first for the trial, from the history as it is now: exact unless other children have changed it
      // in between.
      Random random(setup_.seed, static_cast<std::uint64_t>(trial.number));
      history_.add_success(history_.draw(random), improvement(newcomer.outcome, rival->outcome));
    }
    archive(std::move(*rival));
    *rival = std::move(newcomer);
    rank();
  }

  /// By how much a child was better, 1 where that is not a matter of one loss.
  double improvement(const Outcome& child, const Outcome& parent) const {
    if (setup_.objectives.size() > 1 || child.kind != parent.kind || child.violation != parent.violation) return 1.0;
    return std::fabs(parent.losses.front() - child.losses.front());
  }

  void archive(Individual former) {
    if (archive_.size() < start_) {
      archive_.push_back(std::move(former.point));
    } else {
      archive_[archived_ % archive_.size()] = std::move(former.point);
    }
    ++archived_;
  }

  void rank() {
    std::vector<const Outcome*> outcomes;
    for (const Individual& member : members_) outcomes.push_back(&member.outcome);
    order_ = order_from_best(outcomes);
    started_ = started_ || members_.size() >= start_;
  }

  /// Linear reduction of the population over the budget.
  void shrink() {
    if (setup_.budget <= 0) return;
    const double spent = std::min(1.0, static_cast<double>(finished_) / static_cast<double>(setup_.budget));
    const auto wanted = static_cast<std::size_t>(
        std::lround(static_cast<double>(start_) - spent * static_cast<double>(start_ - kLeastPopulation)));
    while (members_.size() > std::max(wanted, kLeastPopulation)) {
      members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(order_.back()));
      rank();
    }
  }

  /// Whether all members have the same loss, or nearly the same numbers and categories.
  bool has_converged() const {
    const Individual& first = members_.front();
    if (setup_.objectives.size() == 1) {
      const double best = members_[order_.front()].outcome.losses.front();
      const double worst = members_[order_.back()].outcome.losses.front();
      if (std::fabs(worst - best) <= kSmallestDifference * std::fabs(best)) return true;
    }
    return std::all_of(members_.begin(), members_.end(), [&](const Individual& member) {
      for (std::size_t i = 0; i < first.point.numbers.size(); ++i)
        if (std::fabs(member.point.numbers[i] - first.point.numbers[i]) > kSmallestSpread) return false;
      return member.point.categories == first.point.categories;
    });
  }

  void restart() {
    members_.clear();
    archive_.clear();
    history_ = SuccessHistory();
    started_ = false;
    restarted_ = true;
  }

  /// current-to-pbest/1/bin: x + F (p - x) + F (a - b), of which each value comes with the chance CR.
  MixedPoint child_of(const MixedPoint& x, const StepControl& control, Random& random) const {
    const auto best = std::max<std::size_t>(
        2, static_cast<std::size_t>(std::lround(setup_.option("greed") * static_cast<double>(members_.size()))));
    const MixedPoint& p = members_[order_[random.below(std::min(best, order_.size()))]].point;
    const MixedPoint& a = members_[random.below(members_.size())].point;
    const std::size_t other = random.below(members_.size() + archive_.size());
    const MixedPoint& b = other < members_.size() ? members_[other].point : archive_[other - members_.size()];

    MixedPoint child = x;
    const std::size_t variables = x.numbers.size() + x.categories.size();
    const std::size_t always = variables > 0 ? random.below(variables) : 0;
    for (std::size_t i = 0; i < x.numbers.size(); ++i) {
      // What a parent does not have it takes from one of the others.
      const double own = first_number({x.numbers[i], p.numbers[i], a.numbers[i]}, random);
      const bool crossed = random.chance(control.CR) || i == always;
      child.numbers[i] = crossed ? stepped(own, p.numbers[i], a.numbers[i], b.numbers[i], control.F) : own;
    }
    for (std::size_t i = 0; i < x.categories.size(); ++i) {
      const bool crossed = random.chance(control.CR) || x.numbers.size() + i == always;
      child.categories[i] = category(i, x.categories[i], p.categories[i], a.categories[i], b.categories[i],
                                     crossed ? control.F : 0.0, random);
    }
    return child;
  }

  static double first_number(std::initializer_list<double> candidates, Random& random) {
    for (const double candidate : candidates)
      if (!std::isnan(candidate)) return candidate;
    return random.uniform();
  }

  /// Differences with a value that is not there count as none. Beyond a bound lies the middle between it and x (JADE).
  static double stepped(double x, double p, double a, double b, double F) {
    double v = x;
    if (!std::isnan(p)) v += F * (p - x);
    if (!std::isnan(a) && !std::isnan(b)) v += F * (a - b);
    if (v < 0.0) return x / 2.0;
    if (v > 1.0) return (x + 1.0) / 2.0;
    return v;
  }

  /// The step in a category: to that of p with the chance F, and where a and b differ to that of a with the chance F.
  int category(std::size_t variable, int x, int p, int a, int b, double F, Random& random) const {
    constexpr int kInactive = CategoricalDistribution::kInactive;
    int value = x;
    if (p != kInactive && random.chance(F)) value = p;
    if (a != kInactive && a != b && random.chance(F)) value = a;
    if (value == kInactive || (F > 0.0 && random.chance(kOtherCategory)))
      value = p != kInactive && value == kInactive ? p : static_cast<int>(random.below(shape_.counts[variable]));
    return value;
  }

  StrategySetup setup_;
  MixedShape shape_;
  TriedConfigurations tried_;
  std::size_t start_;       ///< the size of the first population
  bool started_ = false;    ///< whether that has been reached, since the last restart
  bool restarted_ = false;  ///< whether there was one
  std::vector<Individual> members_;
  std::vector<std::size_t> order_;   ///< places of members from the best to the worst
  std::vector<MixedPoint> archive_;  ///< former members, which keep the differences various
  std::size_t archived_ = 0;
  SuccessHistory history_;
  std::int64_t finished_ = 0;
  std::size_t since_generation_ = 0;
};

}  // namespace

std::unique_ptr<SearchStrategy> make_differential_evolution(const StrategySetup& setup) {
  return std::make_unique<DifferentialEvolution>(setup);
}

}  // namespace nascent
