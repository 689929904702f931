#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nascent/data/task.h"

namespace nascent {

/// Which rows train and which validate: every row has a fold. With k folds, fold f is validated by a model that learned
/// from all the others; with a holdout there is one round, and fold 0 is the holdout. Cross-validation may be repeated
/// with other folds.
struct Split {
  std::vector<std::uint8_t> fold;  ///< one for each row, of each repeat after those of the one before
  int rounds = 1;                  ///< 1 for a holdout, k for k-fold cross-validation, k times as many as its repeats
  int repeats = 1;
  /// For each row whether it may train (every row validates all the same); empty: all may.
  std::vector<bool> trains = {};

  bool is_holdout() const { return rounds == 1; }
  int folds() const { return rounds / repeats; }
  std::size_t rows() const { return fold.size() / static_cast<std::size_t>(repeats); }
  std::vector<std::uint32_t> training_rows(int round) const;
  std::vector<std::uint32_t> validation_rows(int round) const;
  /// The rows that any round validates, each once, in order.
  std::vector<std::uint32_t> validated_rows() const;

 private:
  /// The folds of all rows in a round.
  std::span<const std::uint8_t> folds_in(int round) const;
};

/// Stratified by class, or by quantile of a numeric target, so that folds differ by at most one row of each stratum. A
/// class with fewer rows than folds is spread over as many folds as it has rows; with a holdout, a class with one row
/// trains, and a class with more has at least one row on either side. Fewer rows than folds make as many folds as rows.
/// Throws `InputError` for fewer than two rows, and for folds (2 to 50), repeats (1 to 100) or a share (between 0 and
/// 1) out of range.
Split make_cross_validation(const Task& task, std::span<const double> target, int folds, std::uint64_t seed,
                            int repeats = 1);
Split make_holdout(const Task& task, std::span<const double> target, double share, std::uint64_t seed);

/// Five folds for up to 10,000 rows (fewer rows in a fold make the estimate too noisy), a holdout beyond: 20 % of the
/// rows, at most 20,000.
Split make_default_split(const Task& task, std::span<const double> target, std::uint64_t seed);

/// The same split, with so much of the rows (0 to 1) to train on: a cheaper stand-in for all of them, which the same
/// rows validate. Stratified as above; each class keeps a row in every fold where it can. Nested: for one seed, the
/// rows of a smaller share are among those of a larger one. Throws `InputError` for a share that is out of range.
Split with_training_share(Split split, const Task& task, std::span<const double> target, double share,
                          std::uint64_t seed);

}  // namespace nascent
