#include "automl/lineage.h"

#include <gtest/gtest.h>

namespace nascent {
namespace {

Trial trial_of(std::int64_t number, Json details = nullptr) {
  Trial trial;
  trial.number = number;
  trial.details = std::move(details);
  return trial;
}

std::vector<std::int64_t> lineage_numbers(const std::vector<Trial>& trials, std::size_t of) {
  std::vector<std::int64_t> numbers;
  for (const Trial* trial : lineage_of(trials.at(of), trials)) numbers.push_back(trial->number);
  return numbers;
}

TEST(Lineage, GoesBackToTheTrialThatStartedFromScratch) {
  const std::vector<Trial> trials{
      trial_of(0), trial_of(1, {{"steps", 3}}), trial_of(2, {{"from", 0}, {"inherited_share", 0.5}}),
      trial_of(3, {{"from", 2}, {"inherited_share", 0.9}, {"exactness", "inference"}}), trial_of(4, {{"from", 9}})};
  EXPECT_EQ(lineage_numbers(trials, 3), (std::vector<std::int64_t>{3, 2, 0}));
  EXPECT_EQ(lineage_numbers(trials, 1), (std::vector<std::int64_t>{1}));
  EXPECT_EQ(lineage_numbers(trials, 4), (std::vector<std::int64_t>{4})) << "its parent is in no record";
  EXPECT_FALSE(inheritance_of(trials[1]).has_value());
  const std::optional<InheritanceRecord> record = inheritance_of(trials[3]);
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->from, 2);
  EXPECT_EQ(record->share, 0.9);
  EXPECT_EQ(record->exactness, "inference");
}

TEST(Lineage, OfADamagedRecordEnds) {
  const std::vector<Trial> trials{trial_of(0, {{"from", 1}}), trial_of(1, {{"from", 0}})};
  EXPECT_EQ(lineage_numbers(trials, 1), (std::vector<std::int64_t>{1, 0}));
}

}  // namespace
}  // namespace nascent
