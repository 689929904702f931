#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "nascent/core/random.h"
#include "strategy/mixed_distribution.h"
#include "strategy/outcome.h"
#include "strategy/success_history.h"

namespace nascent {

/// A configuration in a population of differential evolution, with what it came to there.
struct Individual {
  std::int64_t trial = 0;
  std::int64_t first = 0;  ///< the first trial of the configuration, which may have gone on in others
  MixedPoint point;
  Outcome outcome;
};

/// The population of differential evolution with its archive of former members. All outcomes in it can be compared:
/// they are of one fidelity.
///
/// Storn, Price: Differential evolution. Journal of Global Optimization 11 (1997).
/// Zhang, Sanderson: JADE. IEEE Transactions on Evolutionary Computation 13 (2009).
class DifferentialPopulation {
 public:
  /// `start`: so many members before the first child, and in the archive. `greed`: the share of the members that the
  /// best are drawn from. The shape must outlive the population.
  DifferentialPopulation(const MixedShape& shape, std::size_t start, double greed)
      : shape_(&shape), start_(start), greed_(greed) {}

  std::size_t size() const { return members_.size(); }
  /// Whether there have been enough members for children; it stays so when the population shrinks.
  bool is_ready() const { return is_ready_; }
  /// The member whose turn it is.
  const Individual& parent_in_turn(std::int64_t number) const {
    return members_[static_cast<std::size_t>(number) % members_.size()];
  }

  /// current-to-pbest/1/bin: x + F (p - x) + F (a - b), of which each value comes with the chance CR.
  MixedPoint child_of(const MixedPoint& x, const StepControl& control, Random& random) const;

  /// Takes in an individual with a result; once the population is ready only in the place of a worse one: of its
  /// parent, the member with this first trial, or where there is none, of the worst. By how much it was better than its
  /// parent, 1 where that is not a matter of one loss; nothing if it has not taken its place.
  std::optional<double> add(Individual newcomer, std::optional<std::int64_t> parent);

  /// Drops the worst.
  void shrink_to(std::size_t count);

  /// Whether all members have the same loss, or nearly the same numbers and categories.
  bool has_converged() const;

 private:
  void rank();
  void archive(Individual former);
  int category(std::size_t variable, int x, int p, int a, int b, double F, Random& random) const;

  const MixedShape* shape_;
  std::size_t start_;
  double greed_;
  bool is_ready_ = false;
  std::vector<Individual> members_;
  std::vector<std::size_t> order_;   ///< places of members from the best to the worst
  std::vector<MixedPoint> archive_;  ///< former members, which keep the differences various
  std::size_t archived_ = 0;
};

}  // namespace nascent
