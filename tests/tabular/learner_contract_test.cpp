// Every learner of the room, in every task it has, against the contract of all learners.
#include "contract/learner_contract.h"

#include "nascent/learner/family.h"
#include "tabular/learner_factory.h"

namespace nascent::testing {
namespace {

constexpr TaskKind kAllTasks[] = {TaskKind::kBinary, TaskKind::kMulticlass, TaskKind::kRegression};

/// Codes for trees: their first configurations ask for native categories or for 0/1 columns, and both must work.
TableTraits traits_of(TaskKind kind) {
  return {.task = make_task(kind),
          .rows = 200,
          .numeric_features = kNumberColumns,
          .categorical_features = 1,
          .largest_cardinality = static_cast<std::size_t>(kCategories)};
}

LearnerCase case_of(std::string name, TaskKind kind, const std::string& family, Configuration configuration) {
  const Preprocessing preprocessing = preprocessing_of(family, configuration);
  return {.name = std::move(name),
          .kind = kind,
          .make = [family, configuration](const Task& task) { return make_learner(family, configuration, task); },
          .style = {.missing_numbers = preprocessing.numbers == Preprocessing::Numbers::kKeep,
                    .codes = preprocessing.categories == Preprocessing::Categories::kCodes}};
}

Configuration changed(Configuration configuration, const std::string& name, Value value) {
  configuration.set(name, std::move(value));
  return configuration;
}

std::vector<LearnerCase> cases() {
  std::vector<LearnerCase> all;
  for (const TaskKind kind : kAllTasks) {
    for (const Family& family : table_families(traits_of(kind), false)) {
      for (std::size_t i = 0; i < family.first.size(); ++i) {
        all.push_back(case_of(family.name + "_" + std::to_string(i + 1), kind, family.name, family.first[i]));
      }
      const Configuration& first = family.first.front();
      if (family.name == kBoostedTrees) {
        Configuration leaves;
        leaves.set("max_leaves", std::int64_t{16});
        all.push_back(case_of("boosted_trees_by_leaves", kind, family.name,
                              changed(first, "growth", ChoiceValue{"lossguide", leaves})));
      } else if (family.name == kNearestNeighbours) {
        all.push_back(case_of("nearest_neighbours_uniform", kind, family.name,
                              changed(first, "weights", ChoiceValue{"uniform", {}})));
      } else if (family.name == kLinear && kind == TaskKind::kRegression) {
        Configuration penalty;
        penalty.set("l1", 1e-3);
        penalty.set("l2", 1e-3);
        all.push_back(case_of("linear_elastic_net", kind, family.name,
                              changed(first, "penalty", ChoiceValue{"elastic_net", penalty})));
      } else if (family.name == kLinear) {
        Configuration penalty;
        penalty.set("c", 1.0);
        all.push_back(case_of("linear_l1", kind, family.name, changed(first, "penalty", ChoiceValue{"l1", penalty})));
      }
    }
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Tabular, LearnerContract, ::testing::ValuesIn(cases()), learner_case_name);

}  // namespace
}  // namespace nascent::testing
