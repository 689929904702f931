#include "nascent/data/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nascent/core/error.h"
#include "nascent/core/random.h"
#include "support/seed.h"

namespace nascent {
namespace {

Task classes(std::size_t count) {
  Task task{.kind = count == 2 ? TaskKind::kBinary : TaskKind::kMulticlass, .target = "y", .classes = {}};
  for (std::size_t c = 0; c < count; ++c) task.classes.push_back("class " + std::to_string(c));
  return task;
}

const Task kNumber{.kind = TaskKind::kRegression, .target = "y", .classes = {}};

std::vector<double> numbers(std::size_t rows, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> target(rows);
  std::ranges::generate(target, [&] { return random.normal(); });
  return target;
}

std::size_t count_class(const std::vector<std::uint32_t>& rows, const std::vector<double>& target, double wanted) {
  return static_cast<std::size_t>(std::ranges::count_if(rows, [&](std::uint32_t r) { return target[r] == wanted; }));
}

double mean_of(const std::vector<std::uint32_t>& rows, const std::vector<double>& target) {
  double sum = 0.0;
  for (const std::uint32_t row : rows) sum += target[row];
  return sum / static_cast<double>(rows.size());
}

TEST(CrossValidation, ValidatesEveryRowOnceAndNeverTrainsOnIt) {
  const std::vector<double> target = numbers(103, 1);
  const Split split = make_cross_validation(kNumber, target, 5, 7);
  ASSERT_EQ(split.rounds, 5);
  std::vector<int> validated(target.size());
  for (int round = 0; round < 5; ++round) {
    std::vector<std::uint32_t> all = split.training_rows(round);
    const std::vector<std::uint32_t> validation = split.validation_rows(round);
    for (const std::uint32_t row : validation) ++validated[row];
    all.insert(all.end(), validation.begin(), validation.end());
    std::ranges::sort(all);
    std::vector<std::uint32_t> expected(target.size());
    std::iota(expected.begin(), expected.end(), 0U);
    EXPECT_EQ(all, expected);
  }
  EXPECT_THAT(validated, ::testing::Each(1));
}

TEST(CrossValidation, RepeatsItWithOtherFolds) {
  const std::vector<double> target = numbers(103, 1);
  const Split split = make_cross_validation(kNumber, target, 4, 7, 3);
  ASSERT_EQ(split.rounds, 12);
  EXPECT_EQ(split.folds(), 4);
  EXPECT_EQ(split.rows(), target.size());
  for (int repeat = 0; repeat < 3; ++repeat) {
    std::vector<int> validated(target.size());
    for (int round = 4 * repeat; round < 4 * repeat + 4; ++round) {
      const std::vector<std::uint32_t> validation = split.validation_rows(round);
      for (const std::uint32_t row : validation) ++validated[row];
      EXPECT_EQ(split.training_rows(round).size(), target.size() - validation.size());
    }
    EXPECT_THAT(validated, ::testing::Each(1)) << repeat;
  }
  const Split once = make_cross_validation(kNumber, target, 4, 7);
  EXPECT_EQ(split.validation_rows(2), once.validation_rows(2)) << "the first repeat is that of a single one";
  EXPECT_NE(split.validation_rows(2), split.validation_rows(6));
  EXPECT_NE(split.validation_rows(6), split.validation_rows(10));
  EXPECT_THROW(make_cross_validation(kNumber, target, 4, 7, 0), InputError);
}

TEST(CrossValidation, NamesTheRowsThatAreValidated) {
  const std::vector<double> target = numbers(20, 1);
  EXPECT_EQ(make_cross_validation(kNumber, target, 4, 7, 2).validated_rows().size(), 20U);
  const Split holdout = make_holdout(kNumber, target, 0.25, 7);
  EXPECT_EQ(holdout.validated_rows(), holdout.validation_rows(0));
}

TEST(CrossValidation, FoldsDifferByAtMostOneRowOfEachClass) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  for (int repeat = 0; repeat < 50; ++repeat) {
    const std::size_t class_count = 2 + random.below(6);
    const int folds = static_cast<int>(2 + random.below(6));
    std::vector<double> target(folds + random.below(200));
    // Squaring makes some classes rare, and some have fewer rows than there are folds.
    std::ranges::generate(target, [&] {
      const double u = random.uniform();
      return static_cast<double>(static_cast<std::size_t>(u * u * static_cast<double>(class_count)));
    });
    const Split split = make_cross_validation(classes(class_count), target, folds, random.next());
    for (std::size_t c = 0; c < class_count; ++c) {
      std::vector<std::size_t> counts;
      for (int f = 0; f < folds; ++f) counts.push_back(count_class(split.validation_rows(f), target, double(c)));
      EXPECT_LE(std::ranges::max(counts) - std::ranges::min(counts), 1U);
    }
    std::vector<std::size_t> sizes;
    for (int f = 0; f < folds; ++f) sizes.push_back(split.validation_rows(f).size());
    EXPECT_LE(std::ranges::max(sizes) - std::ranges::min(sizes), 1U);
  }
}

TEST(CrossValidation, FoldsOfANumberHaveTheSameDistribution) {
  const std::vector<double> target = numbers(1000, 3);
  const Split split = make_cross_validation(kNumber, target, 5, 11);
  for (int round = 0; round < 5; ++round) {
    // Each tenth of the values is dealt evenly, so a fold's mean (200 values of deviation 1) is much nearer to the
    // whole's than the 0.07 of a blind draw; the outer tenths bring in most of what remains, about 0.03.
    EXPECT_NEAR(mean_of(split.validation_rows(round), target), mean_of(split.training_rows(round), target), 0.12);
    EXPECT_EQ(split.validation_rows(round).size(), 200U);
  }
}

TEST(CrossValidation, FewerRowsThanFoldsMakeAsManyFoldsAsRows) {
  const std::vector<double> target{1, 2, 3};
  EXPECT_EQ(make_cross_validation(kNumber, target, 5, 1).rounds, 3);
}

TEST(Holdout, TakesItsShareOfEveryClass) {
  std::vector<double> target(1000);
  for (std::size_t i = 0; i < target.size(); ++i) target[i] = i < 700 ? 0.0 : i < 950 ? 1.0 : 2.0;
  const Split split = make_holdout(classes(3), target, 0.2, 5);
  EXPECT_TRUE(split.is_holdout());
  const auto rows = split.validation_rows(0);
  EXPECT_EQ(count_class(rows, target, 0), 140U);
  EXPECT_EQ(count_class(rows, target, 1), 50U);
  EXPECT_EQ(count_class(rows, target, 2), 10U);
  EXPECT_EQ(split.training_rows(0).size(), 800U);
}

TEST(Holdout, AClassOfOneRowTrainsAndOneOfTwoIsOnBothSides) {
  std::vector<double> target(100, 0.0);
  target[40] = 1.0;
  target[10] = target[90] = 2.0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Split split = make_holdout(classes(3), target, 0.2, seed);
    EXPECT_EQ(count_class(split.training_rows(0), target, 1), 1U);
    EXPECT_EQ(count_class(split.training_rows(0), target, 2), 1U);
    EXPECT_EQ(count_class(split.validation_rows(0), target, 2), 1U);
  }
}

TEST(Holdout, HasRowsOnBothSidesEvenIfEveryClassHasOne) {
  const std::vector<double> target{0, 1, 2};
  const Split split = make_holdout(classes(3), target, 0.2, 9);
  EXPECT_EQ(split.validation_rows(0).size(), 1U);
  EXPECT_EQ(split.training_rows(0).size(), 2U);
}

TEST(DefaultSplit, CrossValidatesUpToTenThousandRowsAndHoldsOutBeyond) {
  EXPECT_EQ(make_default_split(kNumber, numbers(10'000, 1), 1).rounds, 5);
  const Split holdout = make_default_split(kNumber, numbers(10'001, 1), 1);
  EXPECT_TRUE(holdout.is_holdout());
  EXPECT_NEAR(static_cast<double>(holdout.validation_rows(0).size()), 2000.0, 1.0);
  EXPECT_NEAR(static_cast<double>(make_default_split(kNumber, numbers(300'000, 1), 1).validation_rows(0).size()),
              20'000.0, 1.0);
}

TEST(Split, IsAFunctionOfTheSeed) {
  const std::vector<double> target = numbers(200, 2);
  EXPECT_EQ(make_cross_validation(kNumber, target, 5, 1).fold, make_cross_validation(kNumber, target, 5, 1).fold);
  EXPECT_NE(make_cross_validation(kNumber, target, 5, 1).fold, make_cross_validation(kNumber, target, 5, 2).fold);
  EXPECT_EQ(make_holdout(kNumber, target, 0.3, 1).fold, make_holdout(kNumber, target, 0.3, 1).fold);
  EXPECT_NE(make_holdout(kNumber, target, 0.3, 1).fold, make_holdout(kNumber, target, 0.3, 2).fold);
}

TEST(Split, OfASingleRowIsAnErrorThatSaysWhy) {
  const std::vector<double> target{1};
  try {
    make_default_split(kNumber, target, 1);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("1 row with a target"));
  }
  EXPECT_THROW(make_cross_validation(kNumber, numbers(10, 1), 1, 1), InputError);
  EXPECT_THROW(make_holdout(kNumber, numbers(10, 1), 1.0, 1), InputError);
}

TEST(TrainingShare, SmallerSharesAreWithinLargerOnesAndKeepTheClassesAndTheValidationRows) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  std::vector<double> target(1000);
  std::ranges::generate(target, [&] { return random.chance(0.1) ? 2.0 : random.chance(0.3) ? 1.0 : 0.0; });
  for (const bool holdout : {false, true}) {
    const Split all =
        holdout ? make_holdout(classes(3), target, 0.2, seed) : make_cross_validation(classes(3), target, 4, seed);
    std::vector<std::uint32_t> smaller;
    for (const double share : {0.02, 0.1, 0.5, 1.0}) {
      const Split split = with_training_share(all, classes(3), target, share, seed);
      for (int round = 0; round < all.rounds; ++round)
        EXPECT_EQ(split.validation_rows(round), all.validation_rows(round));
      const std::vector<std::uint32_t> rows = split.training_rows(0);
      const std::vector<std::uint32_t> full = all.training_rows(0);
      EXPECT_TRUE(std::ranges::includes(rows, smaller)) << share;
      EXPECT_TRUE(std::ranges::includes(full, rows));
      for (const double label : {0.0, 1.0, 2.0}) {
        // Rounded up in each fold of each class.
        const double exact = share * static_cast<double>(count_class(full, target, label));
        EXPECT_GE(static_cast<double>(count_class(rows, target, label)), exact - 1e-9);
        EXPECT_LE(static_cast<double>(count_class(rows, target, label)), exact + all.rounds);
      }
      smaller = rows;
    }
    EXPECT_EQ(smaller, all.training_rows(0));
  }
}

TEST(TrainingShare, OfNumbersCoversTheirWholeRange) {
  std::vector<double> target(500);
  std::iota(target.begin(), target.end(), 0.0);
  const Split split = with_training_share(make_holdout(kNumber, target, 0.2, 3), kNumber, target, 0.1, 4);
  const std::vector<std::uint32_t> rows = split.training_rows(0);
  for (std::size_t tenth = 0; tenth < 10; ++tenth) {
    EXPECT_TRUE(std::ranges::any_of(rows, [&](std::uint32_t row) { return row / 50 == tenth; })) << tenth;
  }
}

TEST(TrainingShare, OutOfRangeIsRefused) {
  const std::vector<double> target = numbers(10, 1);
  const Split split = make_holdout(kNumber, target, 0.2, 3);
  for (const double share : {0.0, -0.5, 1.5, std::nan("")})
    EXPECT_THROW(with_training_share(split, kNumber, target, share, 1), InputError) << share;
}

}  // namespace
}  // namespace nascent
