#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nascent/space/encoding.h"
#include "strategy/tpe_split.h"
#include "surrogate/parzen.h"

namespace nascent {

/// The dimensions of a space that are active together, those with the same condition, and the two densities of the
/// tree- structured Parzen estimator over them: of the good trials and of the others.
///
/// The densities are brought up to date from the last proposal to the next, trial by trial. They depend only on which
/// trials there are, so that a replayed record gives the same.
class TpeGroup {
 public:
  /// `indices` are the dimensions of the group; they share parent and condition. `split` has no trials yet.
  TpeGroup(const std::vector<Dimension>& all, std::vector<std::size_t> indices, const TpeSplit& split,
           ParzenWeights good_weights);

  const std::vector<std::size_t>& indices() const { return indices_; }
  bool is_active(const std::vector<double>& values, const std::vector<bool>& active) const;

  /// Learns that the trial `id`, at this point, was observed; if the group is not active there, it is none of its own.
  void add(std::uint32_t id, const EncodedPoint& point, const std::vector<Outcome>& outcomes);
  /// Results of trials in which the group is active.
  std::size_t with_result() const { return split_.with_result(); }

  /// Brings the densities up to date. A running trial counts as bad (the "constant liar"), which keeps others away from
  /// it until its result is known. Trials are named by their numbers.
  void refresh(std::span<const std::pair<std::int64_t, EncodedPoint>> running, const std::vector<Outcome>& outcomes);

  /// Points of the good density, those with the largest ratio of good to bad first; each has one value for each of
  /// `indices`. Needs `refresh`.
  std::vector<std::vector<double>> propose(std::size_t candidates, Random& random) const;

 private:
  struct Member {
    std::uint32_t id;
    std::vector<double> values;
  };

  std::vector<double> values_of(const EncodedPoint& point) const;
  const std::vector<double>& values_of(std::uint32_t id) const;
  void refresh_running(std::span<const std::pair<std::int64_t, EncodedPoint>> running);

  std::vector<std::size_t> indices_;
  int parent_;
  bool parent_is_length_;
  std::int64_t condition_;
  TpeSplit split_;
  std::vector<Member> members_;  ///< from old to new

  ParzenEstimator good_;
  ParzenEstimator bad_;
  std::size_t modelled_ = 0;             ///< so many of the members are in the densities
  std::vector<std::uint32_t> good_ids_;  ///< from old to new
  std::vector<std::uint32_t> running_ids_;
};

}  // namespace nascent
