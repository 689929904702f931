#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "replay/written_table.h"

namespace nascent {
namespace {

using testing::complaint_about;
using testing::curve_options;
using testing::curve_table;
using testing::named_curve;
using testing::table_of;

std::vector<double> fidelities_of(const RecordedPoint& point) {
  std::vector<double> fidelities;
  for (const RecordedStep& step : point.steps) fidelities.push_back(step.fidelity);
  return fidelities;
}

std::vector<double> seconds_of(const RecordedPoint& point) {
  std::vector<double> seconds;
  for (const RecordedStep& step : point.steps) seconds.push_back(step.seconds);
  return seconds;
}

TEST(CurveTable, MakesACurveOfTheRowsWithOneNameWhateverTheirOrder) {
  const RecordedTable table = table_of("c,epoch,y,t\nb,2,5,20\na,1,9,3\nb,1,6,10\na,2,7,9\n", curve_options());
  EXPECT_EQ(table.fidelity_axis(), "epoch");
  EXPECT_EQ(table.fidelities(), (std::vector<double>{1, 2}));
  ASSERT_EQ(table.points(), 2U);
  const RecordedPoint& b = *table.find(named_curve("b"));
  EXPECT_EQ(fidelities_of(b), (std::vector<double>{1, 2}));
  EXPECT_EQ(seconds_of(b), (std::vector<double>{10, 20}));
  EXPECT_EQ(b.mean, 5.0);
  EXPECT_EQ(b.cost_seconds, 20.0);
  EXPECT_EQ(table.objective().best, 5.0);
  EXPECT_EQ(table.objective().worst, 7.0);  // the values at the end of the curves count
  EXPECT_EQ(table.mean_cost_seconds(), 14.5);
  EXPECT_TRUE(table.notes().empty()) << table.notes().front();
}

TEST(CurveTable, AddsTheSecondsOfEachEpoch) {
  RecordedTableOptions options = curve_options();
  options.elapsed = "";
  options.epoch_seconds = "t";
  // Epoch 2 of "b" was not recorded: epochs 2 and 3 took 4 seconds each.
  const RecordedTable table = table_of("c,epoch,y,t\na,1,9,1\na,2,8,2\na,3,7,3\nb,1,9,5\nb,3,6,4\n", options);
  EXPECT_EQ(seconds_of(*table.find(named_curve("a"))), (std::vector<double>{1, 3, 6}));
  EXPECT_EQ(seconds_of(*table.find(named_curve("b"))), (std::vector<double>{5, 13}));
}

TEST(CurveTable, WithoutATimeAnEpochTakesASecond) {
  RecordedTableOptions options = curve_options();
  options.elapsed = "";
  const RecordedTable table = table_of(curve_table(), options);
  EXPECT_EQ(seconds_of(*table.find(named_curve("a"))), (std::vector<double>{1, 2, 3, 4}));
}

TEST(CurveTable, SaysWhereValuesAreMissing) {
  const RecordedTable table = table_of(
      "c,epoch,y,t\n"
      "gap,1,9,1\ngap,2,nan,2\ngap,3,7,3\n"
      "diverged,1,9,1\ndiverged,2,nan,2\ndiverged,3,,3\n"
      "short,1,9,1\nshort,2,4,2\n"
      "timeless,1,8,\ntimeless,2,7,2\ntimeless,3,6,3\n",
      curve_options());
  const RecordedPoint& gap = *table.find(named_curve("gap"));
  EXPECT_EQ(fidelities_of(gap), (std::vector<double>{1, 3}));
  EXPECT_EQ(gap.mean, 7.0);
  const RecordedPoint& diverged = *table.find(named_curve("diverged"));
  EXPECT_EQ(fidelities_of(diverged), (std::vector<double>{1}));
  EXPECT_TRUE(std::isnan(diverged.mean));
  EXPECT_EQ(diverged.cost_seconds, 2.0);  // where the NaN came
  EXPECT_TRUE(std::isnan(table.find(named_curve("short"))->mean));
  EXPECT_EQ(table.find(named_curve("short"))->cost_seconds, 2.0);
  EXPECT_EQ(fidelities_of(*table.find(named_curve("timeless"))), (std::vector<double>{2, 3}));
  EXPECT_EQ(table.objective().best, 6.0);  // 4 stands at epoch 2, where nothing is final
  ASSERT_EQ(table.notes().size(), 3U);
  EXPECT_NE(table.notes()[0].find("1 steps of curves have no seconds"), std::string::npos) << table.notes()[0];
  EXPECT_NE(table.notes()[1].find("1 steps within the curves have no value"), std::string::npos) << table.notes()[1];
  EXPECT_NE(table.notes()[2].find("2 of 4 curves end before epoch 3"), std::string::npos) << table.notes()[2];
}

TEST(CurveTable, ConfigurationsThatAreNoGridAreAList) {
  std::string text = "lr,width,epoch,y\n";
  for (int i = 0; i < 12; ++i)
    for (int epoch = 1; epoch <= 2; ++epoch)
      text += std::to_string(0.1 * i) + "," + std::to_string(i * i) + "," + std::to_string(epoch) + "," +
              std::to_string(i + 10 / epoch) + "\n";
  const RecordedTable table =
      table_of(text, {.path = {}, .inputs = {"lr", "width"}, .objectives = {"y"}, .fidelity = "epoch"});
  EXPECT_EQ(table.points(), 12U);
  EXPECT_EQ(table.space().size(), 12U);
  ASSERT_EQ(table.space().parameters().size(), 1U);
  EXPECT_EQ(table.space().parameters().front().name, "curve");
  for (std::uint64_t i = 0; i < 12; ++i) {
    const RecordedPoint* point = table.find(table.space().point(i));
    ASSERT_NE(point, nullptr);
    EXPECT_EQ(point->mean, static_cast<double>(i) + 5.0);
  }
  ASSERT_EQ(table.notes().size(), 1U);
  EXPECT_NE(table.notes()[0].find("12 configurations are no grid"), std::string::npos) << table.notes()[0];
}

TEST(CurveTable, ConfigurationsOfAGridKeepTheirInputs) {
  std::string text = "lr,width,epoch,y\n";
  for (int lr = 1; lr <= 3; ++lr)
    for (int width = 1; width <= 3; ++width)
      for (int epoch = 1; epoch <= 2; ++epoch) text += fmt::format("{},{},{},{}\n", lr, width, epoch, lr * width);
  const RecordedTable table =
      table_of(text, {.path = {}, .inputs = {"lr", "width"}, .objectives = {"y"}, .fidelity = "epoch"});
  EXPECT_EQ(table.space().parameters().size(), 2U);
  EXPECT_EQ(table.points(), 9U);
  EXPECT_TRUE(table.notes().empty());
}

TEST(CurveTable, FidelitiesCanStandInColumns) {
  const std::string text = "a,y12,y200,t12,t200,e\n1,5,2,12,210,1\n2,4,3,24,420,2\n";
  const RecordedTable elapsed =
      table_of(text, {.path = {}, .inputs = {"a"}, .fidelity_columns = {"200:y200:t200", "12:y12:t12"}});
  EXPECT_EQ(elapsed.fidelity_axis(), "epochs");
  EXPECT_EQ(elapsed.fidelities(), (std::vector<double>{12, 200}));
  EXPECT_EQ(elapsed.objectives(), (std::vector<std::string>{"y200"}));
  Configuration two;
  two.set("a", ChoiceValue{"2", {}});
  EXPECT_EQ(seconds_of(*elapsed.find(two)), (std::vector<double>{24, 420}));
  EXPECT_EQ(elapsed.find(two)->steps.front().mean, 4.0);
  EXPECT_EQ(elapsed.find(two)->mean, 3.0);
  const RecordedTable each =
      table_of(text, {.path = {}, .inputs = {"a"}, .fidelity_columns = {"12:y12", "200:y200"}, .epoch_seconds = "e"});
  EXPECT_EQ(seconds_of(*each.find(two)), (std::vector<double>{24, 400}));
}

TEST(CurveTable, JoinsTheCurvesOfPointsThatShareAKey) {
  RecordedTable table =
      table_of("a,y1,y2,t\n1,5,2,1\n2,7,4,3\n3,1,1,1\n",
               {.path = {}, .inputs = {"a"}, .fidelity_columns = {"1:y1", "2:y2"}, .epoch_seconds = "t"});
  SpaceTraits traits;
  traits.key = [](const Configuration& c) { return c.choice("a") == "3" ? "other" : "same"; };
  table.set_traits(traits);
  EXPECT_EQ(table.points(), 2U);
  Configuration one;
  one.set("a", ChoiceValue{"1", {}});
  EXPECT_EQ(table.find(one)->steps.front().mean, 6.0);
  EXPECT_EQ(table.find(one)->mean, 3.0);
  EXPECT_EQ(seconds_of(*table.find(one)), (std::vector<double>{2, 4}));
}

struct BadCurves {
  std::string name;
  RecordedTableOptions options;
  std::vector<std::string> says;
};

void PrintTo(const BadCurves& bad, std::ostream* out) { *out << bad.name; }

class BadCurvesTest : public ::testing::TestWithParam<BadCurves> {};

TEST_P(BadCurvesTest, AreRefusedWithASentence) {
  const std::string text = "c,n,epoch,zero,falling,y,t\na,1,1,1,9,5,1\na,1,2,0,7,4,2\nb,2,1,1,9,6,1\nb,2,2,1,7,6,2\n";
  const std::string message = complaint_about(text, GetParam().options);
  for (const std::string& part : GetParam().says)
    EXPECT_NE(message.find(part), std::string::npos) << "missing \"" << part << "\" in: " << message;
}

const std::vector<BadCurves> kBadCurves = {
    {"UnknownFidelity",
     {.path = {}, .objectives = {"y"}, .fidelity = "epochs", .curve = "c"},
     {"--fidelity", "\"epochs\"", "did you mean \"epoch\"?"}},
    {"UnknownElapsed",
     {.path = {}, .objectives = {"y"}, .fidelity = "epoch", .curve = "c", .elapsed = "seconds"},
     {"--elapsed", "\"seconds\""}},
    {"FidelityThatIsNotAboveZero",
     {.path = {}, .objectives = {"y"}, .fidelity = "zero", .curve = "c"},
     {"line 3", "\"zero\"", "above 0"}},
    {"SecondsThatFall",
     {.path = {}, .objectives = {"y"}, .fidelity = "epoch", .curve = "c", .elapsed = "falling"},
     {"fall from 9 to 7", "epoch 2", "--epoch-seconds"}},
    {"FidelityAmongTheInputs",
     {.path = {}, .inputs = {"n", "epoch"}, .objectives = {"y"}, .fidelity = "epoch"},
     {"--inputs", "\"epoch\""}},
    {"CurveAndInputs",
     {.path = {}, .inputs = {"n"}, .objectives = {"y"}, .fidelity = "epoch", .curve = "c"},
     {"--curve", "--inputs"}},
    {"TwoTimes",
     {.path = {}, .objectives = {"y"}, .fidelity = "epoch", .curve = "c", .elapsed = "t", .epoch_seconds = "t"},
     {"--elapsed", "--epoch-seconds", "exclude"}},
    {"CostOfCurves",
     {.path = {}, .objectives = {"y"}, .cost = "t", .fidelity = "epoch", .curve = "c"},
     {"--cost", "--elapsed"}},
    {"ElapsedWithoutFidelity", {.path = {}, .inputs = {"n"}, .objectives = {"y"}, .elapsed = "t"}, {"--fidelity"}},
    {"CurveWithoutFidelity", {.path = {}, .objectives = {"y"}, .curve = "c"}, {"--curve needs --fidelity"}},
    {"ColumnsThatCannotBeRead",
     {.path = {}, .inputs = {"n"}, .fidelity_columns = {"y:12"}},
     {"--fidelity-columns", "\"y:12\"", "fidelity:column"}},
    {"ColumnOfAFidelityThatIsNotThere",
     {.path = {}, .inputs = {"n"}, .fidelity_columns = {"1:y", "2:z"}},
     {"--fidelity-columns", "\"z\""}},
    {"ObjectiveBesideColumns",
     {.path = {}, .inputs = {"n"}, .objectives = {"y"}, .fidelity_columns = {"1:y"}},
     {"--objective", "leave"}},
    {"SecondsOfOneColumnOnly",
     {.path = {}, .inputs = {"n"}, .fidelity_columns = {"1:y:t", "2:y"}},
     {"--fidelity-columns", "of each"}},
};

INSTANTIATE_TEST_SUITE_P(All, BadCurvesTest, ::testing::ValuesIn(kBadCurves),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace nascent
