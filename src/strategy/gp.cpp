// Bayesian optimization with Gaussian processes. See docs/methods/gp.md.
//
// Snoek, Larochelle, Adams: Practical Bayesian optimization of machine learning algorithms. NeurIPS 2012.
// Ament et al.: Unexpected improvements to expected improvement for Bayesian optimization. NeurIPS 2023.

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "strategy/candidate_grid.h"
#include "strategy/improvement.h"
#include "strategy/improvement_search.h"
#include "strategy/loss_warp.h"
#include "strategy/outcome.h"
#include "strategy/point_coordinates.h"
#include "strategy/process_model.h"
#include "strategy/quasi_random_points.h"
#include "strategy/strategies.h"
#include "strategy/tried.h"

namespace nascent {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// The weight of the sum beside the maximum in the augmented Chebyshev scalarisation (Knowles 2006).
constexpr double kSumWeight = 0.05;

/// The most trials that a fit looks at: the better half of them the best so far, the others the newest.
constexpr Index kMostTrials = 500;
/// So many trials in a row without an improvement are a standstill. Then every second proposal aims further than the
/// best result, by so many standard deviations of the results: what is uncertain counts for more than what is near.
constexpr Index kStandstill = 20;
constexpr double kFurther = 2.0;

/// Quasi-random trials before the model is used, unless the user says: a few, and more where many coordinates (one for
/// each number and each category) have to be told apart; at most a third of a known budget.
std::size_t initial_trials(const StrategySetup& setup, Index coordinates) {
  if (setup.count("initial") > 0) return setup.count("initial");
  const std::size_t wanted = std::clamp<std::size_t>(4 + static_cast<std::size_t>(coordinates) / 4, 5, 15);
  return setup.budget > 0 ? std::clamp<std::size_t>(static_cast<std::size_t>(setup.budget) / 3, 2, wanted) : wanted;
}

/// The hyperparameters are fitted at every trial while that costs nothing, and then at every sixteenth part more.
Index next_fit(Index count) { return count + std::max<Index>(1, count / 16); }

/// A finished trial.
struct Observation {
  EncodedPoint point;
  VectorXd coordinates;
  Outcome outcome;
  std::vector<std::optional<double>> slacks;  ///< of each constraint by how much it is missed; negative where kept
};

class GaussianProcessSearch : public SearchStrategy {
 public:
  explicit GaussianProcessSearch(const StrategySetup& setup)
      : setup_(setup),
        tried_(setup),
        quasi_random_(setup),
        encoding_(setup.space),
        coordinates_(setup_.space, encoding_),
        search_(setup_.space, encoding_, coordinates_),
        grid_(CandidateGrid::make(setup_.space, encoding_, coordinates_)),
        initial_(initial_trials(setup, coordinates_.size())),
        models_(1 + setup.constraints.size(), ProcessModel(coordinates_.layout())) {}

  std::string_view name() const override { return "gp"; }

  std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) override {
    tried_.set_running(running);
    if (tried_.exhausted()) return {};
    std::optional<Configuration> configuration;
    if (with_result_ >= initial_ && coordinates_.size() > 0) {
      Random random(setup_.seed, static_cast<std::uint64_t>(number));
      configuration = propose(number, running, random);
    }
    if (!configuration) configuration = quasi_random_.draw(number, tried_);
    if (!configuration) return {};
    return Proposal{std::move(*configuration), {}};
  }

  void observe(const Trial& trial) override {
    tried_.add(trial.configuration);
    Observation observation{
        encoding_.encode(trial.configuration), coordinates_.of(trial.configuration), outcome_of(trial, setup_), {}};
    for (const OutcomeConstraint& constraint : setup_.constraints) {
      std::optional<double> slack = trial.result(constraint.metric);
      if (slack) slack = constraint.at_most ? *slack - constraint.bound : constraint.bound - *slack;
      observation.slacks.push_back(slack);
    }
    if (observation.outcome.has_result()) {
      ++with_result_;
      if (!highest_fidelity_ || lower_fidelity(*highest_fidelity_, trial.fidelity)) highest_fidelity_ = trial.fidelity;
    }
    const bool improves =
        observation.outcome.feasible() && (!best_loss_ || observation.outcome.losses.front() < *best_loss_);
    if (improves) best_loss_ = observation.outcome.losses.front();
    without_improvement_ = improves ? 0 : without_improvement_ + 1;
    observations_.push_back(std::move(observation));
    const auto count = static_cast<Index>(observations_.size());
    if (with_result_ >= initial_ && (fit_counts_.empty() || count >= next_fit(fit_counts_.back())))
      fit_counts_.push_back(count);
  }

 private:
  std::optional<Configuration> propose(std::int64_t number, std::span<const Trial> running, Random& random) {
    update_models(random);
    MatrixXd pending(coordinates_.size(), static_cast<Index>(running.size()));
    for (std::size_t i = 0; i < running.size(); ++i)
      pending.col(static_cast<Index>(i)) = coordinates_.of(running[i].configuration);
    const VectorXd believed = models_.front().believe(pending);
    for (std::size_t c = 1; c < models_.size(); ++c) models_[c].believe(pending);

    std::vector<Improvement::Bounded> constraints;
    for (std::size_t c = 1; c < models_.size(); ++c) constraints.push_back({&models_[c].process(), 0.0});
    const Improvement improvement(models_.front().process(), to_improve_on(number, believed), std::move(constraints));
    if (!grid_) return search_.best(improvement, good_points(), tried_, random);
    std::vector<Prediction> predictions;
    for (ProcessModel& model : models_) predictions.push_back(model.predict(grid_->coordinates()));
    const Prediction objective = std::move(predictions.front());
    predictions.erase(predictions.begin());
    return grid_->best(improvement.values(objective, predictions), tried_, running.empty());
  }

  void update_models(Random& random) {
    const auto count = static_cast<Index>(observations_.size());
    rows_ = rows_at(fit_counts_.back(), count);
    if (setup_.objectives.size() == 1) {
      models_.front().update(fit_counts_, count, [this](Index fit_count, Index now) {
        return chosen(rows_at(fit_count, now), warped_losses(losses(0, now)));
      });
    } else {
      models_.front().fit_anew(chosen(rows_, scalarised_targets(random)));
    }
    for (std::size_t c = 1; c < models_.size(); ++c)
      models_[c].update(fit_counts_, count, [this, c](Index fit_count, Index now) {
        return chosen(rows_at(fit_count, now), slack_targets(c - 1, now));
      });
  }

  /// The trials that a model sees, of the first `count`, when it was last fitted at the first `fit_count`.
  std::vector<std::size_t> rows_at(Index fit_count, Index count) const {
    std::vector<std::size_t> rows(static_cast<std::size_t>(fit_count));
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    if (fit_count > kMostTrials) {
      const auto newest = rows.end() - kMostTrials / 2;
      std::stable_sort(rows.begin(), newest, [this](std::size_t a, std::size_t b) {
        return ranks_before(observations_[a].outcome, observations_[b].outcome);
      });
      rows.erase(rows.begin() + kMostTrials / 2, newest);
    }
    for (Index i = fit_count; i < count; ++i) rows.push_back(static_cast<std::size_t>(i));
    return rows;
  }

  ProcessModel::Data chosen(const std::vector<std::size_t>& rows, const VectorXd& targets) const {
    const auto count = static_cast<Index>(rows.size());
    ProcessModel::Data data{MatrixXd(coordinates_.size(), count), VectorXd(count)};
    for (Index i = 0; i < count; ++i) {
      const std::size_t row = rows[static_cast<std::size_t>(i)];
      data.x.col(i) = observations_[row].coordinates;
      data.y[i] = targets[static_cast<Index>(row)];
    }
    return data;
  }

  /// The losses of one objective. A trial that was stopped, or evaluated less than others, has not shown its loss: it
  /// counts as no better than the median of those that have.
  std::vector<std::optional<double>> losses(std::size_t objective, Index count) const {
    std::vector<std::optional<double>> losses(static_cast<std::size_t>(count));
    std::vector<double> whole;
    for (std::size_t i = 0; i < losses.size(); ++i)
      if (is_whole(observations_[i].outcome)) whole.push_back(observations_[i].outcome.losses[objective]);
    const auto middle = whole.begin() + static_cast<std::ptrdiff_t>(whole.size() / 2);
    if (!whole.empty()) std::nth_element(whole.begin(), middle, whole.end());
    for (std::size_t i = 0; i < losses.size(); ++i) {
      const Outcome& outcome = observations_[i].outcome;
      if (!outcome.has_result()) continue;
      losses[i] = outcome.losses[objective];
      if (!is_whole(outcome) && !whole.empty()) losses[i] = std::max(*losses[i], *middle);
    }
    return losses;
  }

  bool is_whole(const Outcome& outcome) const {
    return outcome.kind == Outcome::Kind::kComplete && !lower_fidelity(outcome.fidelity, *highest_fidelity_);
  }

  /// A random augmented Chebyshev scalarisation of all objectives (ParEGO).
  VectorXd scalarised_targets(Random& random) const {
    std::vector<double> weights;
    for (std::size_t k = 0; k < setup_.objectives.size(); ++k) weights.push_back(-std::log1p(-random.uniform()));
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    const auto count = static_cast<Index>(observations_.size());
    VectorXd largest = VectorXd::Constant(count, -INFINITY);
    VectorXd sum = VectorXd::Zero(count);
    for (std::size_t k = 0; k < weights.size(); ++k) {
      VectorXd warped = warped_losses(losses(k, count));
      warped.array() -= warped.minCoeff();
      warped *= weights[k] / total;
      largest = largest.cwiseMax(warped);
      sum += warped;
    }
    std::vector<std::optional<double>> scalarised;
    for (Index i = 0; i < count; ++i) scalarised.push_back(largest[i] + kSumWeight * sum[i]);
    return warped_losses(scalarised);
  }

  /// By how much a constraint is missed, in units of its own spread; 0 stays the bound.
  VectorXd slack_targets(std::size_t constraint, Index count) const {
    std::vector<double> sizes;
    double worst = 0.0;
    for (Index i = 0; i < count; ++i) {
      const std::optional<double>& slack = observations_[static_cast<std::size_t>(i)].slacks[constraint];
      if (!slack) continue;
      sizes.push_back(std::fabs(*slack));
      worst = std::max(worst, *slack);
    }
    if (sizes.empty()) return VectorXd::Ones(count);
    const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
    std::nth_element(sizes.begin(), middle, sizes.end());
    const double unit = *middle > 0.0 ? *middle : 1.0;
    VectorXd targets(count);
    for (Index i = 0; i < count; ++i) {
      const std::optional<double>& slack = observations_[static_cast<std::size_t>(i)].slacks[constraint];
      // Beyond three units all that counts is the side.
      targets[i] = slack ? std::clamp(*slack / unit, -3.0, 3.0) : std::clamp(worst / unit, 1.0, 3.0);
    }
    return targets;
  }

  /// What has to be improved on: the least mean of the model at a feasible trial, or what a running one is believed to
  /// give. Not the least loss, which under noise is the luckiest.
  std::optional<double> to_improve_on(std::int64_t number, const VectorXd& believed) const {
    std::optional<double> best;
    const VectorXd& means = models_.front().means();
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (observations_[rows_[i]].outcome.feasible() && (!best || means[static_cast<Index>(i)] < *best))
        best = means[static_cast<Index>(i)];
    if (best && believed.size() > 0 && setup_.constraints.empty()) best = std::min(*best, believed.minCoeff());
    if (best && without_improvement_ >= kStandstill && number % 2 == 0) *best -= kFurther;
    return best;
  }

  std::vector<const EncodedPoint*> good_points() const {
    const VectorXd& means = models_.front().means();
    std::vector<std::size_t> order(rows_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const bool feasible_a = observations_[rows_[a]].outcome.feasible();
      const bool feasible_b = observations_[rows_[b]].outcome.feasible();
      if (feasible_a != feasible_b) return feasible_a;
      return means[static_cast<Index>(a)] < means[static_cast<Index>(b)];
    });
    std::vector<const EncodedPoint*> points;
    for (const std::size_t i : order) points.push_back(&observations_[rows_[i]].point);
    return points;
  }

  StrategySetup setup_;
  TriedConfigurations tried_;
  QuasiRandomPoints quasi_random_;
  Encoding encoding_;
  PointCoordinates coordinates_;
  ImprovementSearch search_;
  std::unique_ptr<CandidateGrid> grid_;
  std::size_t initial_;
  std::vector<Observation> observations_;
  std::size_t with_result_ = 0;
  std::optional<Fidelity> highest_fidelity_;  ///< of the trials with a result
  std::optional<double> best_loss_;           ///< of a feasible trial
  Index without_improvement_ = 0;             ///< trials since it was found
  std::vector<Index> fit_counts_;             ///< numbers of trials at which the hyperparameters are fitted
  std::vector<std::size_t> rows_;             ///< the trials that the models see now
  std::vector<ProcessModel> models_;
};

}  // namespace

std::unique_ptr<SearchStrategy> make_gp(const StrategySetup& setup) {
  return std::make_unique<GaussianProcessSearch>(setup);
}

}  // namespace nascent
