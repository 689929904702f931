#include "nascent/data/split.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "nascent/core/error.h"
#include "nascent/core/random.h"

namespace nascent {
namespace {

constexpr int kDefaultFolds = 5;
constexpr std::size_t kLargestCrossValidated = 10'000;
constexpr double kDefaultShare = 0.2;
constexpr double kLargestHoldout = 20'000.0;
constexpr std::size_t kQuantiles = 10;
constexpr int kMostFolds = 50;
constexpr int kMostRepeats = 100;

using Strata = std::vector<std::vector<std::uint32_t>>;

Strata strata_by_class(const Task& task, std::span<const double> target) {
  Strata strata(task.classes.size() + 1);  // the last: rows of a class that the task does not know
  for (std::uint32_t row = 0; row < target.size(); ++row) {
    const bool known = target[row] >= 0.0 && target[row] < static_cast<double>(task.classes.size());
    strata[known ? static_cast<std::size_t>(target[row]) : task.classes.size()].push_back(row);
  }
  return strata;
}

/// Up to ten groups of neighbouring values, each of at least `smallest` rows.
Strata strata_by_quantile(std::span<const double> target, std::size_t smallest) {
  std::vector<std::uint32_t> order(target.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto value = [&](std::uint32_t row) {
    return std::isnan(target[row]) ? -std::numeric_limits<double>::infinity() : target[row];
  };
  std::ranges::stable_sort(order, {}, value);
  const std::size_t groups = std::clamp<std::size_t>(target.size() / smallest, 1, kQuantiles);
  Strata strata(groups);
  for (std::size_t i = 0; i < order.size(); ++i) strata[i * groups / order.size()].push_back(order[i]);
  return strata;
}

/// Strata in random order within, from the seed alone.
Strata shuffled_strata(const Task& task, std::span<const double> target, std::size_t smallest, std::uint64_t seed) {
  if (target.size() < 2) {
    throw InputError("the table has " + std::to_string(target.size()) + (target.size() == 1 ? " row" : " rows") +
                     " with a target, but at least two are needed: one to learn from and one to validate on");
  }
  Strata strata = task.is_classification() ? strata_by_class(task, target) : strata_by_quantile(target, smallest);
  Random random(seed);
  for (auto& stratum : strata) random.shuffle(stratum);
  return strata;
}

}  // namespace

std::span<const std::uint8_t> Split::folds_in(int round) const {
  return std::span(fold).subspan(static_cast<std::size_t>(round / folds()) * rows(), rows());
}

std::vector<std::uint32_t> Split::training_rows(int round) const {
  const std::span<const std::uint8_t> folds_of_rows = folds_in(round);
  std::vector<std::uint32_t> found;
  for (std::uint32_t row = 0; row < rows(); ++row) {
    if (folds_of_rows[row] != round % folds() && (trains.empty() || trains[row])) found.push_back(row);
  }
  return found;
}

std::vector<std::uint32_t> Split::validation_rows(int round) const {
  const std::span<const std::uint8_t> folds_of_rows = folds_in(round);
  std::vector<std::uint32_t> found;
  for (std::uint32_t row = 0; row < rows(); ++row) {
    if (folds_of_rows[row] == round % folds()) found.push_back(row);
  }
  return found;
}

std::vector<std::uint32_t> Split::validated_rows() const {
  if (is_holdout()) return validation_rows(0);
  std::vector<std::uint32_t> all(rows());
  std::iota(all.begin(), all.end(), 0U);
  return all;
}

Split make_cross_validation(const Task& task, std::span<const double> target, int folds, std::uint64_t seed,
                            int repeats) {
  if (folds < 2 || folds > kMostFolds) {
    throw InputError("cross-validation with " + std::to_string(folds) + " folds is not possible; use 2 to " +
                     std::to_string(kMostFolds));
  }
  if (repeats < 1 || repeats > kMostRepeats) {
    throw InputError("cross-validation cannot be repeated " + std::to_string(repeats) + " times; use 1 to " +
                     std::to_string(kMostRepeats));
  }
  const std::size_t count = std::min(static_cast<std::size_t>(folds), target.size());
  Split split{.fold = {}, .rounds = static_cast<int>(count) * repeats, .repeats = repeats};
  for (int repeat = 0; repeat < repeats; ++repeat) {
    const std::uint64_t own = repeat == 0 ? seed : mix_seed(seed, static_cast<std::uint64_t>(repeat));
    std::vector<std::uint8_t> fold(target.size());
    std::size_t dealt = 0;  // goes on from stratum to stratum, so that the folds as a whole are even too
    for (const auto& stratum : shuffled_strata(task, target, static_cast<std::size_t>(folds), own)) {
      for (const std::uint32_t row : stratum) fold[row] = static_cast<std::uint8_t>(dealt++ % count);
    }
    split.fold.insert(split.fold.end(), fold.begin(), fold.end());
  }
  return split;
}

Split make_holdout(const Task& task, std::span<const double> target, double share, std::uint64_t seed) {
  if (!(share > 0.0 && share < 1.0)) {
    throw InputError("a holdout of " + std::to_string(share) +
                     " of the rows is not possible; use a share between 0 and 1");
  }
  const Strata strata = shuffled_strata(task, target, 2, seed);
  Split split{.fold = std::vector<std::uint8_t>(target.size(), 1), .rounds = 1};
  double owed = 0.0;  // what rounding took from the strata so far, so that the whole has its share
  for (const auto& stratum : strata) {
    if (stratum.size() < 2) continue;
    owed += share * static_cast<double>(stratum.size());
    const double most = static_cast<double>(stratum.size() - 1);
    const double taken = std::clamp(std::round(owed), 1.0, most);
    owed = std::clamp(owed - taken, -1.0, 1.0);
    for (std::size_t i = 0; i < static_cast<std::size_t>(taken); ++i) split.fold[stratum[i]] = 0;
  }
  // Only classes of a single row: validate on one of them rather than on nothing.
  if (std::ranges::find(split.fold, 0) == split.fold.end()) split.fold[Random(seed).below(split.fold.size())] = 0;
  return split;
}

Split make_default_split(const Task& task, std::span<const double> target, std::uint64_t seed) {
  if (target.size() <= kLargestCrossValidated) return make_cross_validation(task, target, kDefaultFolds, seed);
  const double share = std::min(kDefaultShare, kLargestHoldout / static_cast<double>(target.size()));
  return make_holdout(task, target, share, seed);
}

Split with_training_share(Split split, const Task& task, std::span<const double> target, double share,
                          std::uint64_t seed) {
  if (!(share > 0.0 && share <= 1.0)) {
    throw InputError("training on " + std::to_string(share) +
                     " of the rows is not possible; use a share above 0 and up to 1");
  }
  if (share == 1.0) return split;
  split.trains.assign(target.size(), false);
  for (const auto& stratum : shuffled_strata(task, target, 2, seed)) {
    // Within each fold (of the first repeat), so that every round has its share; a row's place in the shuffled order
    // never changes.
    std::vector<std::size_t> size(256, 0);
    std::vector<std::size_t> taken(256, 0);
    for (const std::uint32_t row : stratum) ++size[split.fold[row]];
    for (const std::uint32_t row : stratum) {
      const std::size_t fold = split.fold[row];
      const auto wanted = static_cast<std::size_t>(std::ceil(share * static_cast<double>(size[fold])));
      if (taken[fold] < wanted) {
        ++taken[fold];
        split.trains[row] = true;
      }
    }
  }
  return split;
}

}  // namespace nascent
