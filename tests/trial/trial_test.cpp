#include "nascent/trial/trial.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nascent {
namespace {

const Objective kLoss{"loss", false};

Trial finished(std::int64_t number, double loss, TrialState state = TrialState::kComplete, Fidelity fidelity = {}) {
  Trial trial;
  trial.number = number;
  trial.state = state;
  trial.fidelity = std::move(fidelity);
  trial.metrics = {{"loss", loss}};
  return trial;
}

std::int64_t best_number(const std::vector<Trial>& trials, const Objective& objective = kLoss) {
  const Trial* best = best_trial(trials, objective);
  return best == nullptr ? -1 : best->number;
}

TEST(Trial, HasNamesForItsStates) {
  EXPECT_EQ(name_of(TrialState::kRunning), "running");
  EXPECT_EQ(name_of(TrialState::kComplete), "complete");
  EXPECT_EQ(name_of(TrialState::kStopped), "stopped");
  EXPECT_EQ(name_of(TrialState::kFailed), "failed");
  EXPECT_FALSE(is_finished(TrialState::kRunning));
  EXPECT_TRUE(is_finished(TrialState::kStopped));
}

TEST(Trial, HasAResultOnlyWhereItIsFinite) {
  EXPECT_EQ(finished(0, 0.5).result("loss"), 0.5);
  EXPECT_EQ(finished(0, 0.5).result("accuracy"), std::nullopt);
  EXPECT_EQ(finished(0, NAN).result("loss"), std::nullopt);
  EXPECT_EQ(finished(0, INFINITY).result("loss"), std::nullopt);
}

TEST(Fidelity, IsOrderedAxisByAxisWithTheWholeOnTop) {
  EXPECT_TRUE(lower_fidelity({{"epochs", 3}}, {{"epochs", 9}}));
  EXPECT_FALSE(lower_fidelity({{"epochs", 9}}, {{"epochs", 3}}));
  EXPECT_FALSE(lower_fidelity({{"epochs", 3}}, {{"epochs", 3}}));
  EXPECT_TRUE(lower_fidelity({{"epochs", 1000}}, {}));
  EXPECT_FALSE(lower_fidelity({}, {{"epochs", 1000}}));
  EXPECT_FALSE(lower_fidelity({}, {}));
  EXPECT_TRUE(lower_fidelity({{"epochs", 3}, {"rows", 500}}, {{"epochs", 3}}));
  EXPECT_TRUE(lower_fidelity({{"epochs", 3}}, {{"rows", 500}})) << "rows is whole in the first, epochs in the second";
}

TEST(BestTrial, FollowsTheDirectionOfTheObjective) {
  const std::vector<Trial> trials{finished(0, 0.5), finished(1, 0.2), finished(2, 0.9), finished(3, 0.2)};
  EXPECT_EQ(best_number(trials), 1) << "the first of two equal results";
  EXPECT_EQ(best_number(trials, {"loss", true}), 2);
}

TEST(BestTrial, ComparesOnlyWithinTheHighestFidelity) {
  const std::vector<Trial> trials{finished(0, 0.1, TrialState::kComplete, {{"epochs", 3}}),
                                  finished(1, 0.4, TrialState::kComplete, {{"epochs", 27}}),
                                  finished(2, 0.3, TrialState::kComplete, {{"epochs", 27}}),
                                  finished(3, 0.2, TrialState::kComplete, {{"epochs", 9}})};
  EXPECT_EQ(best_number(trials), 2);
}

TEST(BestTrial, PrefersACompleteTrialToAStoppedOne) {
  EXPECT_EQ(best_number({finished(0, 0.1, TrialState::kStopped), finished(1, 0.4)}), 1);
  EXPECT_EQ(best_number({finished(0, 0.3, TrialState::kStopped), finished(1, 0.1, TrialState::kStopped)}), 1);
}

TEST(BestTrial, IgnoresTrialsWithoutAResult) {
  EXPECT_EQ(best_number({}), -1);
  EXPECT_EQ(best_number({finished(0, 0.1, TrialState::kRunning), finished(1, 0.1, TrialState::kFailed)}), -1);
  EXPECT_EQ(best_number({finished(0, NAN), finished(1, 0.7)}), 1);
}

Trial with_metrics(std::int64_t number, Metrics metrics, TrialState state = TrialState::kComplete) {
  Trial trial = finished(number, 0.0, state);
  trial.metrics = std::move(metrics);
  return trial;
}

TEST(BestTrial, PrefersFeasibleTrialsAndThenThoseThatMissTheConstraintsLeast) {
  const std::vector<OutcomeConstraint> constraints{{"latency", 20.0, true}, {"recall", 0.5, false}};
  const std::vector<Trial> trials{with_metrics(0, {{"loss", 0.1}, {"latency", 21.0}, {"recall", 0.6}}),
                                  with_metrics(1, {{"loss", 0.2}, {"latency", 20.5}, {"recall", 0.6}}),
                                  with_metrics(2, {{"loss", 0.0}, {"recall", 0.9}})};
  EXPECT_EQ(best_trial(trials, {"loss", false}, constraints)->number, 1);
  std::vector<Trial> with_feasible = trials;
  with_feasible.push_back(with_metrics(3, {{"loss", 0.9}, {"latency", 20.0}, {"recall", 0.5}}));
  EXPECT_EQ(best_trial(with_feasible, {"loss", false}, constraints)->number, 3);
}

TEST(ParetoFront, HoldsTheTrialsThatNoOtherBeats) {
  const std::vector<Objective> objectives{{"loss", false}, {"accuracy", true}};
  const std::vector<Trial> trials{with_metrics(0, {{"loss", 1.0}, {"accuracy", 0.5}}),
                                  with_metrics(1, {{"loss", 2.0}, {"accuracy", 0.9}}),
                                  with_metrics(2, {{"loss", 2.0}, {"accuracy", 0.8}}),  // beaten by 1
                                  with_metrics(3, {{"loss", 1.0}, {"accuracy", 0.5}}),  // equal to 0
                                  with_metrics(4, {{"loss", 0.5}, {"accuracy", 0.4}}),
                                  with_metrics(5, {{"loss", 3.0}, {"accuracy", 0.9}}),
                                  with_metrics(6, {{"loss", 0.1}}),
                                  with_metrics(7, {{"loss", 0.0}, {"accuracy", 1.0}}, TrialState::kStopped)};
  std::vector<std::int64_t> numbers;
  for (const Trial* trial : pareto_front(trials, objectives)) numbers.push_back(trial->number);
  EXPECT_EQ(numbers, (std::vector<std::int64_t>{0, 1, 3, 4}));
  numbers.clear();
  for (const Trial* trial : pareto_front(trials, objectives, {{"loss", 1.5, true}})) numbers.push_back(trial->number);
  EXPECT_EQ(numbers, (std::vector<std::int64_t>{0, 3, 4}));
}

TEST(ParetoFront, HoldsTrialsOfTheHighestFidelityOnly) {
  std::vector<Trial> trials{with_metrics(0, {{"loss", 0.1}}), with_metrics(1, {{"loss", 0.5}}),
                            with_metrics(2, {{"loss", 0.6}})};
  trials[0].fidelity = {{"epochs", 3}};
  const auto front = pareto_front(trials, {{"loss", false}});
  ASSERT_EQ(front.size(), 1U);
  EXPECT_EQ(front[0]->number, 1);
}

}  // namespace
}  // namespace nascent
