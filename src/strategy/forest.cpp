// Bayesian optimization with a random forest, as SMAC. See docs/methods/forest.md.
//
// Hutter, Hoos, Leyton-Brown: Sequential model-based optimization for general algorithm configuration. LION 2011.
// Lindauer et al.: SMAC3: a versatile Bayesian optimization package. JMLR 2022.

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "nascent/space/variation.h"
#include "strategy/forest_rows.h"
#include "strategy/forest_targets.h"
#include "strategy/strategies.h"
#include "strategy/tried.h"
#include "surrogate/acquisition.h"
#include "surrogate/random_forest.h"

namespace nascent {
namespace {

/// A finite space of at most so many points is looked through as a whole.
constexpr std::uint64_t kSmallSpace = 20000;
/// Where local searches begin: so many of the best trials, and so many of the best random points.
constexpr std::size_t kStarts = 5;
constexpr int kMostSteps = 8;
/// How far the neighbours of a number lie, as a share of its range, one after the other.
constexpr double kSpreads[] = {0.2, 0.05, 0.01};
/// What took less than so many seconds took no time.
constexpr double kShortest = 1e-3;
/// Stream of the forest's own randomness, apart from those of the trials.
constexpr std::uint64_t kForestStream = 0x666f72657374;

/// A point and what is hoped for from it.
struct Candidate {
  Configuration configuration;
  double score = 0.0;
};

bool better(const Candidate& a, const Candidate& b) { return a.score > b.score; }

class Forest : public SearchStrategy {
 public:
  explicit Forest(const StrategySetup& setup) : setup_(setup), tried_(setup), rows_(setup.space) {}

  std::string_view name() const override { return "forest"; }

  std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) override {
    tried_.set_running(running);
    if (tried_.exhausted()) return {};
    Random random(setup_.seed, static_cast<std::uint64_t>(number));
    const bool at_random = random.chance(setup_.option("random_share"));
    if (with_result_ >= std::max<std::size_t>(2, setup_.count("startup")) && !at_random)
      if (std::optional<Configuration> configuration = promising(running, random))
        return Proposal{std::move(*configuration), {}};
    std::optional<Configuration> configuration = tried_.draw_untried(random);
    if (!configuration) return {};
    return Proposal{std::move(*configuration), {}};
  }

  void observe(const Trial& trial) override {
    tried_.add(trial.configuration);
    const std::vector<float> row = rows_.row(trial.configuration);
    features_.insert(features_.end(), row.begin(), row.end());
    width_ = row.size();
    configurations_.push_back(trial.configuration);
    outcomes_.push_back(outcome_of(trial, setup_));
    if (outcomes_.back().has_result()) ++with_result_;
    if (per_second()) costs_.push_back(std::log(std::max(trial.cost_seconds, kShortest)));
  }

 private:
  bool per_second() const { return setup_.option("per_second") != 0.0; }

  /// The forest is grown anew for every trial up to 512 of them, later for every 2, 4, ... (at most one in 256); the
  /// trials since then are added to its leaves.
  static std::size_t grown_from(std::size_t trials) {
    const std::size_t step = std::max<std::size_t>(1, std::bit_floor(trials) / 256);
    return trials / step * step;
  }

  std::span<const float> features(std::size_t trial) const {
    return std::span(features_).subspan(trial * width_, width_);
  }

  void update_model(Random& random) {
    const std::size_t count = outcomes_.size();
    if (modelled_ == count && setup_.objectives.size() == 1) return;
    // The weights of several objectives are of this proposal; all else depends on the trials only.
    const std::size_t grown = setup_.objectives.size() == 1 ? grown_from(count) : count;
    if (!forest_ || grown != grown_ || setup_.objectives.size() > 1) {
      grown_ = grown;
      targets_.emplace(std::span(outcomes_).first(grown), random);
      Random stream(mix_seed(setup_.seed, kForestStream), grown);
      std::vector<double> targets;
      for (std::size_t i = 0; i < grown; ++i) targets.push_back((*targets_)(outcomes_[i]));
      forest_.emplace(rows_.categories(configurations_.front()),
                      ForestOptions{.trees = setup_.count("trees"), .feature_share = setup_.option("feature_share")});
      forest_->fit(std::span(features_).first(grown * width_), targets, stream);
      if (per_second()) {
        cost_forest_.emplace(rows_.categories(configurations_.front()), ForestOptions{});
        cost_forest_->fit(std::span(features_).first(grown * width_), std::span(costs_).first(grown), stream);
      }
      modelled_ = grown;
    }
    for (; modelled_ < count; ++modelled_) forest_->add(features(modelled_), (*targets_)(outcomes_[modelled_]));
  }

  std::optional<Configuration> promising(std::span<const Trial> running, Random& random) {
    update_model(random);
    best_ = targets_->best();
    for (std::size_t i = grown_; i < outcomes_.size(); ++i) best_ = std::min(best_, (*targets_)(outcomes_[i]));
    RandomForest believer = *forest_;
    // A running trial is believed to give what the forest expects, which lowers the hope around it.
    for (const Trial& trial : running) {
      const std::vector<float> row = rows_.row(trial.configuration);
      believer.add(row, believer.predict(row).mean);
    }
    const std::optional<std::uint64_t> size = setup_.space.size();
    if (size && *size <= kSmallSpace) return best_of_all(believer, *size);
    std::vector<Candidate> candidates = searched(believer, random);
    std::stable_sort(candidates.begin(), candidates.end(), better);
    for (Candidate& candidate : candidates)
      if (tried_.may_propose(candidate.configuration)) return std::move(candidate.configuration);
    return {};
  }

  double score(const RandomForest& forest, std::span<const float> row) const {
    const auto [mean, variance] = forest.predict(row);
    const double improvement = log_expected_improvement(mean, std::sqrt(variance), best_);
    return cost_forest_ ? improvement - cost_forest_->predict(row).mean : improvement;
  }

  std::optional<Configuration> best_of_all(const RandomForest& forest, std::uint64_t size) {
    if (all_rows_.empty())
      for (std::uint64_t i = 0; i < size; ++i) {
        const std::vector<float> row = rows_.row(setup_.space.point(i));
        all_rows_.insert(all_rows_.end(), row.begin(), row.end());
      }
    std::vector<double> scores;
    for (std::uint64_t i = 0; i < size; ++i)
      scores.push_back(score(forest, std::span(all_rows_).subspan(i * width_, width_)));
    std::vector<std::uint64_t> order(size);
    std::iota(order.begin(), order.end(), std::uint64_t{0});
    // From the best on, as far as is needed.
    const auto worse = [&](std::uint64_t a, std::uint64_t b) { return scores[a] < scores[b]; };
    std::make_heap(order.begin(), order.end(), worse);
    for (auto end = order.end(); end != order.begin(); --end) {
      std::pop_heap(order.begin(), end, worse);
      Configuration configuration = setup_.space.point(*(end - 1));
      if (tried_.may_propose(configuration)) return configuration;
    }
    return {};
  }

  /// Random points, and what local searches from the best of them and of the trials found.
  std::vector<Candidate> searched(const RandomForest& forest, Random& random) const {
    const auto scored = [&](Configuration configuration) {
      const double value = score(forest, rows_.row(configuration));
      return Candidate{std::move(configuration), value};
    };
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < setup_.count("random_points"); ++i)
      candidates.push_back(scored(setup_.space.sample(random)));
    std::stable_sort(candidates.begin(), candidates.end(), better);
    std::vector<Candidate> starts(
        candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(std::min(kStarts, candidates.size())));
    for (const std::size_t trial : best_trials()) starts.push_back(scored(configurations_[trial]));
    for (Candidate& current : starts) {
      for (const double spread : kSpreads) {
        for (int step = 0; step < kMostSteps; ++step) {
          std::vector<Candidate> near;
          for (Configuration& neighbour : neighbours(setup_.space, current.configuration, random, spread))
            near.push_back(scored(std::move(neighbour)));
          const auto next = std::min_element(near.begin(), near.end(), better);
          const bool improved = next != near.end() && next->score > current.score;
          if (improved) current = *next;
          candidates.insert(candidates.end(), near.begin(), near.end());
          if (!improved) break;
        }
      }
    }
    return candidates;
  }

  std::vector<std::size_t> best_trials() const {
    std::vector<std::size_t> order(outcomes_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::vector<double> targets;
    for (const Outcome& outcome : outcomes_) targets.push_back((*targets_)(outcome));
    const std::size_t count = std::min(kStarts, order.size());
    std::partial_sort(
        order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
        [&](std::size_t a, std::size_t b) { return std::pair(targets[a], a) < std::pair(targets[b], b); });
    order.resize(count);
    return order;
  }

  StrategySetup setup_;
  TriedConfigurations tried_;
  ForestRows rows_;
  std::vector<Configuration> configurations_;  ///< of the trials, in the order of arrival
  std::vector<Outcome> outcomes_;
  std::vector<float> features_;  ///< their rows
  std::size_t width_ = 0;
  std::size_t with_result_ = 0;

  std::vector<double> costs_;  ///< logarithms of their seconds

  std::optional<RandomForest> forest_;
  std::optional<RandomForest> cost_forest_;  ///< of the logarithm of the seconds, if these count
  std::optional<ForestTargets> targets_;
  std::size_t grown_ = 0;        ///< the forest was grown from so many trials
  std::size_t modelled_ = 0;     ///< and has so many in its leaves
  double best_ = 0.0;            ///< the lowest target
  std::vector<float> all_rows_;  ///< of every point of a small space
};

}  // namespace

std::unique_ptr<SearchStrategy> make_forest(const StrategySetup& setup) { return std::make_unique<Forest>(setup); }

}  // namespace nascent
