#include "automl/candidates.h"

#include <gtest/gtest.h>

#include "automl/trial_folders.h"
#include "nascent/core/files.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

using testing::TemporaryFolder;

const Objective kAccuracy{"accuracy", true};

/// A plan with four rows, two of which validate.
FitPlan small_plan() {
  FitPlan plan;
  plan.task = {.kind = TaskKind::kBinary, .target = "y", .classes = {"no", "yes"}};
  plan.metric = "accuracy";
  plan.split = {.fold = {0, 1, 0, 1}, .rounds = 1};
  return plan;
}

Trial trial_of(std::int64_t number, const std::string& family, double accuracy, double log_loss,
               Fidelity fidelity = {}) {
  Trial trial;
  trial.number = number;
  trial.configuration.set(kModelParameter, ChoiceValue{family, {}});
  trial.state = TrialState::kComplete;
  trial.metrics = {{"accuracy", accuracy}, {"log_loss", log_loss}};
  trial.fidelity = std::move(fidelity);
  return trial;
}

void leave_predictions(const RunFolder& folder, std::int64_t number, std::vector<std::uint32_t> rows = {0, 2}) {
  std::filesystem::create_directories(folder.trial(number));
  const std::size_t count = rows.size();
  save_predictions(folder.predictions(number), {.rows = std::move(rows), .values = Matrix(count, 2, 0.5F)});
}

std::vector<std::int64_t> numbers_of(const std::vector<Candidate>& candidates) {
  std::vector<std::int64_t> numbers;
  for (const Candidate& candidate : candidates) numbers.push_back(candidate.trial.number);
  return numbers;
}

TEST(Candidates, AreTheBestOfEachFamilyWithEqualScoresToldApartByLogLoss) {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary.path());
  const std::vector<Trial> trials{trial_of(0, "linear", 0.8, 0.5), trial_of(1, "linear", 0.8, 0.4),
                                  trial_of(2, "linear", 0.7, 0.6), trial_of(3, "trees", 0.6, 0.7)};
  for (const Trial& trial : trials) leave_predictions(folder, trial.number);
  EXPECT_EQ(numbers_of(find_candidates(trials, folder, small_plan(), kAccuracy, 2)),
            (std::vector<std::int64_t>{1, 0, 3}));
}

TEST(Candidates, LowFidelityCountsOnlyWhileNothingWasTrainedFully) {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary.path());
  std::vector<Trial> trials{trial_of(0, "a", 0.99, 0.1, {{"epochs", 0.5}}), trial_of(1, "a", 0.6, 0.6)};
  for (const Trial& trial : trials) leave_predictions(folder, trial.number);
  EXPECT_EQ(numbers_of(find_candidates(trials, folder, small_plan(), kAccuracy, 5)), (std::vector<std::int64_t>{1}));
  trials.pop_back();
  EXPECT_EQ(numbers_of(find_candidates(trials, folder, small_plan(), kAccuracy, 5)), (std::vector<std::int64_t>{0}));
}

TEST(Candidates, WithoutWholePredictionsThereIsNone) {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary.path());
  const std::vector<Trial> trials{trial_of(0, "a", 0.9, 0.1), trial_of(1, "a", 0.8, 0.1), trial_of(2, "a", 0.7, 0.1)};
  leave_predictions(folder, 1, {0});  // one of two validation rows
  leave_predictions(folder, 2);
  write_file(folder.predictions(2), "damaged");
  EXPECT_TRUE(find_candidates(trials, folder, small_plan(), kAccuracy, 5).empty());
}

TEST(TrialFolders, KeepTheBestOfEachFamilyAndRemoveTheRest) {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary.path());
  TrialFolders folders(folder, kAccuracy, {.best = 2});
  const std::vector<Trial> trials{trial_of(0, "a", 0.5, 0.1), trial_of(1, "a", 0.9, 0.1), trial_of(2, "b", 0.1, 0.1),
                                  trial_of(3, "a", 0.8, 0.1)};
  for (const Trial& trial : trials) {
    leave_predictions(folder, trial.number);
    folders.finished(trial);
  }
  Trial failed = trial_of(4, "a", 0.0, 0.0);
  failed.metrics.clear();
  failed.state = TrialState::kFailed;
  leave_predictions(folder, 4);
  folders.finished(failed);
  std::vector<bool> kept;
  for (std::int64_t number = 0; number < 5; ++number) kept.push_back(std::filesystem::exists(folder.trial(number)));
  EXPECT_EQ(kept, (std::vector<bool>{false, true, true, true, false}));
}

TEST(TrialFolders, KeepTheWeightsOfPossibleParentsWithinTheirBounds) {
  const Fidelity low{{"epochs", 1.0}};
  const auto kept_of = [&](const FolderBounds& bounds, const Fidelity& fidelity) {
    const TemporaryFolder temporary;
    const RunFolder folder(temporary.path());
    TrialFolders folders(folder, kAccuracy, bounds);
    for (std::int64_t number = 0; number < 6; ++number) {
      std::filesystem::create_directories(folder.trial(number) / "fold-0");
      write_file(folder.trial(number) / "fold-0" / "weights.pt", std::string(1000, 'w'));
      folders.finished(trial_of(number, "a", 0.5 + 0.01 * static_cast<double>(number), 0.1, fidelity));
    }
    std::vector<std::int64_t> kept;
    for (std::int64_t number = 0; number < 6; ++number)
      if (std::filesystem::exists(folder.trial(number))) kept.push_back(number);
    return kept;
  };
  EXPECT_EQ(kept_of({.best = 2, .parents = 4, .parent_bytes = 1000000}, low), (std::vector<std::int64_t>{2, 3, 4, 5}));
  EXPECT_EQ(kept_of({.best = 2, .parents = 4, .parent_bytes = 3500}, low), (std::vector<std::int64_t>{3, 4, 5}));
  EXPECT_EQ(kept_of({.best = 2, .parents = 4, .parent_bytes = 10}, low), (std::vector<std::int64_t>{4, 5}));
  EXPECT_EQ(kept_of({.best = 2, .parents = 4, .parent_bytes = 1000000}, {}), (std::vector<std::int64_t>{4, 5}));
}

}  // namespace
}  // namespace nascent
