// Local search. See docs/methods/local.md.
//
// White, Nolen, Savani: Exploring the loss landscape in neural architecture search. UAI 2021 (arXiv 2005.02960).

#include <unordered_set>

#include "nascent/space/variation.h"
#include "strategy/population.h"
#include "strategy/ranking.h"
#include "strategy/strategies.h"
#include "strategy/tried.h"

namespace nascent {
namespace {

/// Sets what is drawn for the neighbours of a trial apart from what is drawn for the proposal of the same number.
constexpr std::uint64_t kNeighboursStream = 0x6e65696768626f75;
/// Where no neighbour is better, drawn numbers are drawn again at half the spread, down to this.
constexpr double kLeastSpread = 0.004;
/// How many points are kept to go on from.
constexpr std::size_t kMostKept = 100;

/// It stands at a point and tries the neighbours of that in a random order; the first that is better is where it stands
/// next. Where none is, it starts again from random points or goes on from the best point known whose neighbours have
/// not been tried.
class LocalSearch : public SearchStrategy {
 public:
  explicit LocalSearch(const StrategySetup& setup)
      : setup_(setup), tried_(setup), start_(setup.count("start")), spread_(setup.option("spread")) {}

  std::string_view name() const override { return "local"; }

  std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) override {
    tried_.set_running(running);
    if (tried_.exhausted()) return {};
    std::unordered_set<std::uint64_t> busy;
    for (const Trial& trial : running) busy.insert(setup_.space.key(trial.configuration));
    for (std::size_t i = next_; i < neighbours_.size(); ++i)
      if (const std::uint64_t key = key_of_neighbour(i); !finished_.contains(key) && !busy.contains(key))
        return Proposal{neighbours_[i], here_->trial};
    // At the start of a descent; or the last neighbours are running, and meanwhile a random point does no harm.
    Random random(setup_.seed, static_cast<std::uint64_t>(number));
    std::optional<Configuration> drawn = tried_.draw_untried(random);
    if (!drawn) return {};
    return Proposal{std::move(*drawn), {}};
  }

  void observe(const Trial& trial) override {
    tried_.add(trial.configuration);
    finished_.insert(setup_.space.key(trial.configuration));
    Random random(mix_seed(setup_.seed, kNeighboursStream), static_cast<std::uint64_t>(trial.number));
    Member member{trial.number, trial.configuration, outcome_of(trial, setup_)};
    if (member.outcome.has_result()) learn(std::move(member), trial.parent, random);
    leave_local_optima(random);
  }

 private:
  /// A key costs about as much as a proposal, and most neighbours are never looked at.
  std::uint64_t key_of_neighbour(std::size_t i) {
    if (!keys_[i]) keys_[i] = setup_.space.key(neighbours_[i]);
    return *keys_[i];
  }

  void learn(Member member, std::optional<std::int64_t> parent, Random& random) {
    const bool is_best = !best_ || improves_on(member.outcome, *best_);
    if (is_best) best_ = member.outcome;
    const bool of_this_descent = parent && descent_.contains(*parent);
    if (here_ && (is_best || (of_this_descent && improves_on(member.outcome, here_->outcome)))) {
      stand_at(std::move(member), random);
      return;
    }
    // The late neighbours of the last descent would lead the next one back to where that ended.
    const bool is_start = !here_ && !of_this_descent;
    (is_start ? starting_points_ : not_expanded_).add(std::move(member));
    if (!is_start) not_expanded_.keep_best(kMostKept);
    if (!here_ && starting_points_.size() >= start_) begin_descent(random);
  }

  void begin_descent(Random& random) {
    descent_.clear();
    spread_ = setup_.option("spread");
    stand_at(starting_points_.take_best(), random);
    while (starting_points_.size() > 0) not_expanded_.add(starting_points_.take_best());
    not_expanded_.keep_best(kMostKept);
  }

  void stand_at(Member member, Random& random) {
    here_ = std::move(member);
    descent_.insert(here_->trial);
    find_neighbours(random);
  }

  void find_neighbours(Random& random) {
    neighbours_ = neighbours(setup_.space, here_->configuration, random, spread_);
    random.shuffle(neighbours_);
    keys_.assign(neighbours_.size(), std::nullopt);
    next_ = 0;
  }

  /// While all neighbours have been tried without success, looks closer, starts again or goes on from elsewhere.
  void leave_local_optima(Random& random) {
    while (here_) {
      while (next_ < neighbours_.size() && finished_.contains(key_of_neighbour(next_))) ++next_;
      if (next_ < neighbours_.size()) return;
      if (spread_ / 2.0 >= kLeastSpread) {
        spread_ /= 2.0;
        find_neighbours(random);
      } else if (not_expanded_.size() == 0 || random.chance(setup_.option("restart"))) {
        here_.reset();
        neighbours_.clear();
        next_ = 0;
      } else {
        spread_ = setup_.option("spread");
        stand_at(not_expanded_.take_best(), random);
      }
    }
  }

  StrategySetup setup_;
  TriedConfigurations tried_;
  std::size_t start_;
  double spread_;
  std::unordered_set<std::uint64_t> finished_;  ///< keys; none is visited again even where duplicates are allowed
  std::optional<Outcome> best_;
  std::optional<Member> here_;                      ///< none while starting points are drawn
  std::vector<Configuration> neighbours_;           ///< of `here_`, shuffled
  std::vector<std::optional<std::uint64_t>> keys_;  ///< of the neighbours, where known
  std::size_t next_ = 0;                            ///< the neighbours before it are finished
  std::unordered_set<std::int64_t> descent_;        ///< the trials at which this descent, or the last one, has stood
  Population starting_points_;
  Population not_expanded_;
};

}  // namespace

std::unique_ptr<SearchStrategy> make_local_search(const StrategySetup& setup) {
  return std::make_unique<LocalSearch>(setup);
}

}  // namespace nascent
