#include "nascent/replay/recorded_table.h"

#include <gtest/gtest.h>

#include <cmath>

#include "replay/written_table.h"

namespace nascent {
namespace {

using testing::complaint_about;
using testing::grid_options;
using testing::grid_table;
using testing::table_of;

Configuration chosen(std::initializer_list<std::pair<std::string, std::string>> choices) {
  Configuration configuration;
  for (const auto& [name, category] : choices) configuration.set(name, ChoiceValue{category, {}});
  return configuration;
}

std::vector<std::string> categories_of(const SearchSpace& space, const std::string& name) {
  std::vector<std::string> names;
  for (const Choice& choice : std::get<CategoricalDomain>(space.find(name)->domain).choices)
    names.push_back(choice.name);
  return names;
}

bool is_ordered(const SearchSpace& space, const std::string& name) {
  return std::get<CategoricalDomain>(space.find(name)->domain).ordered;
}

TEST(RecordedTable, HasAnOrderedParameterForNumbersAndAnUnorderedOneForText) {
  const RecordedTable table = table_of(grid_table(), grid_options());
  EXPECT_EQ(table.points(), 60U);
  EXPECT_EQ(table.space().size(), 60U);
  EXPECT_EQ(categories_of(table.space(), "width"), (std::vector<std::string>{"8", "16", "32", "64"}));
  EXPECT_TRUE(is_ordered(table.space(), "width"));
  EXPECT_FALSE(is_ordered(table.space(), "activation"));
  EXPECT_TRUE(table.notes().empty());
}

TEST(RecordedTable, OrderCanBeTakenFromNumbersAndGivenToText) {
  RecordedTableOptions options = grid_options();
  options.categorical = {"depth"};
  options.ordered = {"activation"};
  const RecordedTable table = table_of(grid_table(), options);
  EXPECT_FALSE(is_ordered(table.space(), "depth"));
  EXPECT_TRUE(is_ordered(table.space(), "activation"));
  EXPECT_EQ(categories_of(table.space(), "activation"), (std::vector<std::string>{"tanh", "relu", "gelu"}));
}

TEST(RecordedTable, FindsWhatWasRecordedOfEveryPoint) {
  RecordedTableOptions options = grid_options();
  options.cost = "seconds";
  const RecordedTable table = table_of(grid_table(), options);
  const RecordedPoint* best = table.find(chosen({{"width", "32"}, {"depth", "3"}, {"activation", "relu"}}));
  ASSERT_NE(best, nullptr);
  EXPECT_DOUBLE_EQ(best->mean, 0.0);
  EXPECT_EQ(best->steps.back().values, (std::vector<double>{-0.25, 0.25}));
  EXPECT_DOUBLE_EQ(best->cost_seconds, 3.0);
  EXPECT_DOUBLE_EQ(table.objective().best, 0.0);
  EXPECT_DOUBLE_EQ(table.objective().worst, 10.0);  // width 8, depth 1 or 5, not relu: 4 + 4 + 2
  for (std::uint64_t i = 0; i < *table.space().size(); ++i) EXPECT_NE(table.find(table.space().point(i)), nullptr);
}

TEST(RecordedTable, RegretIsMeasuredOnAColumnOfItsOwn) {
  const RecordedTable table =
      table_of("a,valid,test\n1,0.5,0.1\n2,0.7,0.3\n3,0.6,0.9\n",
               {.path = {}, .inputs = {"a"}, .objectives = {"valid"}, .maximize = true, .regret = "test"});
  EXPECT_DOUBLE_EQ(table.objective().best, 0.7);
  EXPECT_DOUBLE_EQ(table.measure().best, 0.9);
  EXPECT_DOUBLE_EQ(table.measure().median, 0.3);
  EXPECT_DOUBLE_EQ(table.find(chosen({{"a", "2"}}))->measure, 0.3);
}

TEST(RecordedTable, LeavesOutInputsWithOneValueAndAveragesEqualRows) {
  const RecordedTable table = table_of("a,b,y\n1,7,2\n1.0,7,4\n2,7,5\n2,7,nan\n3,7,1\n",
                                       {.path = {}, .inputs = {"a", "b"}, .objectives = {"y"}});
  EXPECT_EQ(table.space().parameters().size(), 1U);
  EXPECT_EQ(table.points(), 3U);
  EXPECT_DOUBLE_EQ(table.find(chosen({{"a", "1"}}))->mean, 3.0);
  EXPECT_TRUE(std::isnan(table.find(chosen({{"a", "2"}}))->mean));
  ASSERT_EQ(table.notes().size(), 2U);
  EXPECT_NE(table.notes()[0].find("one value only: b"), std::string::npos) << table.notes()[0];
  EXPECT_NE(table.notes()[1].find("5 rows are 3 different points"), std::string::npos) << table.notes()[1];
}

TEST(RecordedTable, SaysHowManyCombinationsAreMissing) {
  const RecordedTable table =
      table_of("a,b,y\n1,1,2\n1,2,4\n2,1,5\n", {.path = {}, .inputs = {"a", "b"}, .objectives = {"y"}});
  EXPECT_EQ(table.find(chosen({{"a", "2"}, {"b", "2"}})), nullptr);
  ASSERT_EQ(table.notes().size(), 1U);
  EXPECT_NE(table.notes()[0].find("1 of 4 combinations"), std::string::npos) << table.notes()[0];
}

TEST(RecordedTable, AStarStandsForTheRestOfAName) {
  RecordedTableOptions options = grid_options();
  options.objectives = {"seed*"};
  EXPECT_EQ(table_of(grid_table(), options)
                .find(chosen({{"width", "8"}, {"depth", "1"}, {"activation", "gelu"}}))
                ->steps.back()
                .values.size(),
            2U);
}

TEST(RecordedTable, JoinsRowsThatShareAKey) {
  RecordedTable table = table_of("a,b,y\n0,0,1\n0,1,2\n1,0,4\n1,1,9\n",
                                 {.path = {}, .inputs = {"a", "b"}, .objectives = {"y"}, .maximize = true});
  SpaceTraits traits;
  traits.key = [](const Configuration& c) {  // the order of a and b does not matter
    return std::min(c.choice("a"), c.choice("b")) + std::max(c.choice("a"), c.choice("b"));
  };
  table.set_traits(traits);
  EXPECT_EQ(table.points(), 3U);
  EXPECT_DOUBLE_EQ(table.find(chosen({{"a", "1"}, {"b", "0"}}))->mean, 3.0);
  EXPECT_EQ(table.find(chosen({{"a", "1"}, {"b", "0"}}))->rows, 2U);
}

TEST(RecordedTable, ReadsRowsByASpaceThatWasGiven) {
  RecordedTableOptions options{.path = {}, .inputs = {}, .objectives = {"y"}};
  options.space = SearchSpace()
                      .add_int("depth", 1, 2)
                      .add_float("rate", 0.1, 0.3, {.step = 0.1})
                      .add_categorical("model", {{"flat"}, {"deep", SearchSpace().add_int("layers", 1, 2)}});
  std::string text = "depth,rate,model,model.layers,y\n";
  for (const char* depth : {"1", "2"})
    for (const char* rate : {"0.1", "0.2", "0.3"})
      for (const char* model : {"flat,", "deep,1", "deep,2"})
        text += std::string(depth) + "," + rate + "," + model + "," + depth + "\n";
  const RecordedTable table = table_of(text, options);
  EXPECT_EQ(table.points(), 18U);
  // 0.3 in the file is not the same double as 0.1 + 2 * 0.1 of the grid; both must be found.
  for (std::uint64_t i = 0; i < *table.space().size(); ++i) EXPECT_NE(table.find(table.space().point(i)), nullptr) << i;
}

struct BadTable {
  std::string name;
  std::string text;
  RecordedTableOptions options;
  std::vector<std::string> says;
};

void PrintTo(const BadTable& bad, std::ostream* out) { *out << bad.name; }

class BadTableTest : public ::testing::TestWithParam<BadTable> {};

TEST_P(BadTableTest, IsRefusedWithASentenceThatNamesIt) {
  const std::string message = complaint_about(GetParam().text, GetParam().options);
  for (const std::string& part : GetParam().says)
    EXPECT_NE(message.find(part), std::string::npos) << "missing \"" << part << "\" in: " << message;
}

const std::vector<BadTable> kBadTables = {
    {"UnknownInput",
     "depth,y\n1,2\n2,3\n",
     {.path = {}, .inputs = {"deepth"}, .objectives = {"y"}},
     {"--inputs", "deepth", "did you mean \"depth\"?"}},
    {"UnknownObjective",
     "depth,score\n1,2\n2,3\n",
     {.path = {}, .inputs = {"depth"}, .objectives = {"scores"}},
     {"--objective", "did you mean \"score\"?"}},
    {"NothingNamed", "depth,y\n1,2\n2,3\n", {.path = {}, .inputs = {}, .objectives = {"y"}}, {"--inputs"}},
    {"TextAsObjective",
     "depth,y\n1,2\n2,good\n",
     {.path = {}, .inputs = {"depth"}, .objectives = {"y"}},
     {"table.csv, line 3", "\"good\"", "\"y\"", "no number"}},
    {"ObjectiveWithoutNumbers",
     "depth,y\n1,\n2,nan\n",
     {.path = {}, .inputs = {"depth"}, .objectives = {"y"}},
     {"\"y\"", "holds no number"}},
    {"ObjectiveThatIsAnInput",
     "depth,y\n1,2\n2,3\n",
     {.path = {}, .inputs = {"depth", "y"}, .objectives = {"y"}},
     {"\"y\"", "one of the inputs too"}},
    {"NothingThatVaries",
     "depth,y\n1,2\n1,3\n",
     {.path = {}, .inputs = {"depth"}, .objectives = {"y"}},
     {"one value only", "--inputs"}},
    {"HeaderOnly", "depth,y\n", {.path = {}, .inputs = {"depth"}, .objectives = {"y"}}, {"table.csv"}},
    {"UnknownOrderedColumn",
     "depth,y\n1,2\n2,3\n",
     {.path = {}, .inputs = {"depth"}, .objectives = {"y"}, .ordered = {"c"}},
     {"--ordered", "\"c\""}},
};

INSTANTIATE_TEST_SUITE_P(All, BadTableTest, ::testing::ValuesIn(kBadTables),
                         [](const auto& test) { return test.param.name; });

TEST(RecordedTable, ThatRecordsFewOfItsCombinationsIsRefused) {
  std::string text = "a,b,y\n";
  for (int i = 0; i < 12; ++i) text += std::to_string(i) + "," + std::to_string(i * i) + ",1\n";
  const std::string message = complaint_about(text, {.path = {}, .inputs = {"a", "b"}, .objectives = {"y"}});
  EXPECT_NE(message.find("12 of the 144 combinations"), std::string::npos) << message;
  EXPECT_NE(message.find("a tenth"), std::string::npos) << message;
}

}  // namespace
}  // namespace nascent
