// Networks of dense layers for tables: the contract of all learners, and what their training promises.
#include "training/dense_network.h"

#include <gtest/gtest.h>

#include "contract/learner_contract.h"
#include "nascent/learner/dense_network.h"
#include "support/seed.h"
#include "training/runtime.h"

namespace nascent::testing {
namespace {

Family family_for(TaskKind kind) {
  const Task task = make_task(kind);
  return dense_network_family({},
                              {.input = {static_cast<int>(kNumberColumns) + kCategories, 0, 0},
                               .outputs = static_cast<int>(task.outputs()),
                               .count = 200},
                              task);
}

std::vector<LearnerCase> cases() {
  prepare_torch_worker();
  std::vector<LearnerCase> all;
  for (const TaskKind kind : {TaskKind::kBinary, TaskKind::kMulticlass, TaskKind::kRegression}) {
    int index = 0;
    for (Configuration& first : family_for(kind).first) {
      first.set("epochs", std::int64_t{32});
      all.push_back({.name = "network_" + std::to_string(++index),
                     .kind = kind,
                     .make = [first](const Task& task) { return make_dense_network(first, task); },
                     .style = {.missing_numbers = false, .codes = false}});
    }
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(DenseNetwork, LearnerContract, ::testing::ValuesIn(cases()), learner_case_name);

TEST(DenseNetwork, LearnsEveryKindOfConfigurationOfItsFamily) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed_note(seed));
  Random random(seed);
  for (const TaskKind kind : {TaskKind::kMulticlass, TaskKind::kRegression}) {
    const Family family = family_for(kind);
    const LearnerProblem problem = make_learner_problem(kind, {}, 100, seed);
    for (int i = 0; i < 6; ++i) {
      Configuration configuration = family.space.sample(random);
      configuration.set("epochs", std::int64_t{3});
      SCOPED_TRACE(configuration.to_json().dump());
      const auto learner = make_dense_network(configuration, problem.task);
      try {
        learner->fit(problem.training, {.task = problem.task, .seed = seed, .validation = &problem.validation});
      } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("diverged"), std::string::npos) << error.what();
        continue;
      }
      EXPECT_EQ(learner->predict(problem.validation.features).columns, problem.task.outputs());
    }
  }
}

TEST(DenseNetwork, KeepsTheEpochThatDidBest) {
  // On noise, a network only gets worse after its first epochs.
  LearnerProblem problem = make_learner_problem(TaskKind::kRegression, {}, 60, 3);
  Random random(4);
  for (double& value : problem.training.target) value = random.normal();
  for (double& value : problem.validation.target) value = random.normal();
  Configuration configuration = family_for(TaskKind::kRegression).first.back();
  configuration.set("epochs", std::int64_t{200});
  const auto learner = make_dense_network(configuration, problem.task);
  const Json details = learner->fit(
      problem.training, {.task = problem.task, .seed = 1, .validation = &problem.validation, .metric = "rmse"});
  EXPECT_LT(details["rounds"].get<int>(), details["epochs"].get<int>());
  EXPECT_LT(details["epochs"].get<int>(), 200) << "it stops early";
  EXPECT_EQ(details["cut"], false);
}

TEST(DenseNetwork, LearnsForAsManyEpochsAsWereBestBefore) {
  const LearnerProblem problem = make_learner_problem(TaskKind::kBinary, {}, 100, 3);
  const auto learner = make_dense_network(family_for(TaskKind::kBinary).first.front(), problem.task);
  const Json details = learner->fit(problem.training, {.task = problem.task, .seed = 1, .rounds = 7});
  EXPECT_EQ(details["rounds"], 7);
  EXPECT_EQ(details["epochs"], 7);
}

TEST(DenseNetwork, LearnsValuesOfAnyScale) {
  LearnerProblem problem = make_learner_problem(TaskKind::kRegression, {}, 400, 3);
  for (LabelledRows* rows : {&problem.training, &problem.validation}) {
    for (double& value : rows->target) value = 1e6 + 1e4 * value;
  }
  const auto learner = make_dense_network(family_for(TaskKind::kRegression).first.at(1), problem.task);
  learner->fit(problem.training, {.task = problem.task, .seed = 1, .validation = &problem.validation});
  const Metric& r2 = metric_named("r2", TaskKind::kRegression);
  EXPECT_GT(score(r2, problem.task, problem.validation.target, learner->predict(problem.validation.features)), 0.7);
}

}  // namespace
}  // namespace nascent::testing
