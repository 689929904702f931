#pragma once

#include <cstddef>
#include <memory>

#include "nascent/strategy/search_strategy.h"

namespace nascent {

struct RepeatsOptions {
  std::size_t repeats = 5;  ///< evaluations that a promising configuration gets, at most
  std::size_t best = 3;     ///< how many configurations are promising: those with the best means
  /// Configurations that are tried before any is repeated: the best of a few is no better than others.
  std::size_t first = 10;
};

/// For noisy objectives: lets a strategy propose, and evaluates again what seems best, so that the best at the end is
/// not the luckiest. When a configuration enters the best few by the mean of its evaluations, it is proposed again
/// until it has its repeats, as long as it may still be the best: a race (Maron & Moore, NeurIPS 1993), in which one
/// drops out when its mean lies more than two standard errors of the difference behind the best. The noise is taken to
/// be alike everywhere and is estimated from all repeats together.
///
/// The inner strategy observes every evaluation and keeps its own check of duplicates: what is repeated here it has
/// tried. Of several objectives the first counts, infeasible trials come last, failed ones are used up repeats without
/// a value. A suggestion costs O(log n) beside that of the inner strategy.
std::unique_ptr<SearchStrategy> make_repeats(std::unique_ptr<SearchStrategy> inner, const StrategySetup& setup,
                                             const RepeatsOptions& options = {});

}  // namespace nascent
