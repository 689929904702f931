#include "nascent/learner/family.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "nascent/core/error.h"
#include "support/seed.h"

namespace nascent::testing {
namespace {

Task task_of(TaskKind kind) {
  Task task{.kind = kind, .target = "y", .classes = {}};
  if (kind == TaskKind::kBinary) task.classes = {"no", "yes"};
  if (kind == TaskKind::kMulticlass) task.classes = {"a", "b", "c"};
  return task;
}

TableTraits mixed(TaskKind kind) {
  return {.task = task_of(kind),
          .rows = 1'000,
          .numeric_features = 5,
          .categorical_features = 3,
          .largest_cardinality = 12};
}

TableTraits only_numbers(TaskKind kind) {
  return {
      .task = task_of(kind), .rows = 1'000, .numeric_features = 5, .categorical_features = 0, .largest_cardinality = 0};
}

Family family_named(const TableTraits& traits, std::string_view name) {
  for (Family& family : table_families(traits, true)) {
    if (family.name == name) return std::move(family);
  }
  throw InputError("no family " + std::string(name));
}

std::vector<std::string> choices_of(const SearchSpace& space, std::string_view name) {
  std::vector<std::string> names;
  for (const Choice& choice : std::get<CategoricalDomain>(space.find(name)->domain).choices) {
    names.push_back(choice.name);
  }
  return names;
}

constexpr TaskKind kAllTasks[] = {TaskKind::kBinary, TaskKind::kMulticlass, TaskKind::kRegression};

TEST(TableFamilies, StartFromConfigurationsThatAreInTheirSpace) {
  for (const TaskKind kind : kAllTasks) {
    for (const TableTraits& traits : {mixed(kind), only_numbers(kind)}) {
      for (const Family& family : table_families(traits, true)) {
        ASSERT_FALSE(family.first.empty()) << family.name;
        for (const Configuration& first : family.first) {
          EXPECT_NO_THROW(family.space.validate(first)) << family.name << " " << first.canonical();
        }
      }
    }
  }
}

TEST(TableFamilies, StartFromValidConfigurationsOnTheSmallestAndOnVeryLargeTables) {
  for (const TaskKind kind : kAllTasks) {
    for (const std::size_t rows : {2U, 7U, 5'000'000U}) {
      TableTraits traits = mixed(kind);
      traits.rows = rows;
      traits.largest_cardinality = 100'000;
      for (const Family& family : table_families(traits, true)) {
        for (const Configuration& first : family.first) {
          EXPECT_NO_THROW(family.space.validate(first)) << family.name << " with " << rows << " rows";
        }
      }
    }
  }
}

TEST(TableFamilies, KnowThePreprocessingOfEveryPointOfTheirSpace) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed_note(seed));
  Random random(seed);
  for (const TaskKind kind : kAllTasks) {
    for (const Family& family : table_families(mixed(kind), true)) {
      for (int i = 0; i < 30; ++i) {
        const Configuration configuration = family.space.sample(random);
        EXPECT_NO_THROW(preprocessing_of(family.name, configuration)) << family.name << configuration.canonical();
      }
    }
  }
}

TEST(TableFamilies, BeginWithBoostedTreesAsXgboostHasThemByDefault) {
  const std::vector<Family> families = table_families(mixed(TaskKind::kBinary), true);
  ASSERT_EQ(families.front().name, kBoostedTrees);
  const Configuration& first = families.front().first.front();
  EXPECT_EQ(first.number("learning_rate"), 0.3);
  EXPECT_EQ(first.choice("growth"), "depthwise");
  EXPECT_EQ(first.branch("growth").integer("max_depth"), 6);
  EXPECT_EQ(first.number("min_child_weight"), 1.0);
  EXPECT_EQ(first.number("subsample"), 1.0);
  EXPECT_EQ(first.number("colsample"), 1.0);
  EXPECT_EQ(first.number("reg_lambda"), 1.0);
  // Their default is zero, which a logarithmic range does not have; against gains of order one this is zero.
  EXPECT_LE(first.number("reg_alpha"), 1e-6);
  EXPECT_LE(first.number("gamma"), 1e-6);
}

TEST(TableFamilies, LeaveTheNetworkOutOfABuildWithoutIt) {
  for (const Family& family : table_families(mixed(TaskKind::kBinary), false)) EXPECT_NE(family.name, kNeuralNetwork);
}

TEST(TableFamilies, HaveNoParameterForCategoriesWhereThereAreNone) {
  for (const Family& family : table_families(only_numbers(TaskKind::kBinary), true)) {
    EXPECT_EQ(family.space.find("categories"), nullptr) << family.name;
    EXPECT_EQ(family.space.find("embedding"), nullptr) << family.name;
  }
  const SearchSpace trees = family_named(mixed(TaskKind::kBinary), kBoostedTrees).space;
  EXPECT_EQ(choices_of(trees, "categories"), (std::vector<std::string>{"native", "one_hot", "target"}));
}

TEST(TableFamilies, OfferNoColumnForEachOfThousandsOfCategories) {
  TableTraits traits = mixed(TaskKind::kBinary);
  traits.largest_cardinality = 20'000;
  const SearchSpace trees = family_named(traits, kBoostedTrees).space;
  EXPECT_EQ(choices_of(trees, "categories"), (std::vector<std::string>{"native", "target"}));
}

TEST(TableFamilies, OfferNoTargetStatisticsForManyClasses) {
  TableTraits traits = mixed(TaskKind::kMulticlass);
  traits.task.classes.clear();
  for (int i = 10; i < 50; ++i) traits.task.classes.push_back("class" + std::to_string(i));
  const SearchSpace trees = family_named(traits, kBoostedTrees).space;
  EXPECT_EQ(choices_of(trees, "categories"), (std::vector<std::string>{"native", "one_hot"}));
}

TEST(TableFamilies, DoNotCompareEveryRowWithEveryOtherInALargeTable) {
  TableTraits traits = mixed(TaskKind::kBinary);
  traits.rows = 1'000'000;
  for (const Family& family : table_families(traits, true)) EXPECT_NE(family.name, kNearestNeighbours);
}

TEST(TableFamilies, LookAtNoMoreNeighboursThanHalfOfTheRows) {
  TableTraits traits = mixed(TaskKind::kBinary);
  traits.rows = 20;
  const SearchSpace space = family_named(traits, kNearestNeighbours).space;
  EXPECT_EQ(std::get<IntDomain>(space.find("k")->domain).high, 10);
}

TEST(TableFamilies, GiveLinearModelsThePenaltiesOfTheirTask) {
  EXPECT_EQ(choices_of(family_named(mixed(TaskKind::kMulticlass), kLinear).space, "penalty"),
            (std::vector<std::string>{"l2", "l1"}));
  EXPECT_EQ(choices_of(family_named(mixed(TaskKind::kRegression), kLinear).space, "penalty"),
            (std::vector<std::string>{"ridge", "elastic_net"}));
}

TEST(PreprocessingOf, KeepsMissingNumbersForTreesAndScalesForTheOthers) {
  for (const Family& family : table_families(mixed(TaskKind::kBinary), true)) {
    const bool trees = family.name == kBoostedTrees || family.name == kRandomForest;
    const Preprocessing how = preprocessing_of(family.name, family.first.front());
    EXPECT_EQ(how.numbers == Preprocessing::Numbers::kKeep, trees) << family.name;
  }
}

TEST(PreprocessingOf, DoesWhatTheConfigurationSays) {
  Configuration trees = family_named(mixed(TaskKind::kBinary), kBoostedTrees).first.front();
  trees.set("categories", ChoiceValue{"target", {}});
  EXPECT_EQ(preprocessing_of(kBoostedTrees, trees).categories, Preprocessing::Categories::kTarget);
  trees.set("categories", ChoiceValue{"one_hot", {}});
  EXPECT_EQ(preprocessing_of(kBoostedTrees, trees).categories, Preprocessing::Categories::kOneHot);
  Configuration linear = family_named(mixed(TaskKind::kBinary), kLinear).first.front();
  linear.set("scaling", ChoiceValue{"robust", {}});
  EXPECT_EQ(preprocessing_of(kLinear, linear).numbers, Preprocessing::Numbers::kRobust);
}

TEST(PreprocessingOf, NamesTheFamiliesWhenItDoesNotKnowOne) {
  try {
    preprocessing_of("boosted_bees", Configuration());
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("boosted_bees"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("boosted_trees"), std::string::npos);
  }
}

}  // namespace
}  // namespace nascent::testing
