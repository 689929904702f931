#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "data/text_files.h"
#include "data/thrown_message.h"
#include "nascent/core/random.h"
#include "nascent/data/table.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::input_error_of;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::TemporaryFolder;
using testing::write_file;

using Cell = std::function<std::string(int row)>;

/// Tables of a column "x", a useful number "other" and a target "y" of two classes, unless said otherwise.
class Schema : public ::testing::Test {
 protected:
  CsvTable table(const std::string& text) { return read_csv(write_file(folder_ / "t.csv", text)); }

  CsvTable column(const std::string& name, int rows, const Cell& cell) {
    std::string text = "other," + name + ",y\n";
    Random random(1);
    for (int row = 0; row < rows; ++row) {
      text += std::to_string(random.normal()) + ",\"" + cell(row) + "\"," + (row % 2 ? "yes" : "no") + "\n";
    }
    return table(text);
  }

  ColumnSchema infer(int rows, const Cell& cell, const std::string& name = "x", SchemaOptions options = {}) {
    options.target = "y";
    return infer_schema(column(name, rows, cell), options).columns[1];
  }

  Task task(int rows, const Cell& target, std::optional<TaskKind> wanted = {}) {
    std::string text = "x,y\n";
    for (int row = 0; row < rows; ++row) text += std::to_string(row * 37 % 101) + ",\"" + target(row) + "\"\n";
    return infer_schema(table(text), {.target = "y", .task = wanted}).task;
  }

  TemporaryFolder folder_;
};

Cell numbers(std::uint64_t seed) {
  return [random = Random(seed)](int) mutable { return std::to_string(random.normal()); };
}

Cell words(std::vector<std::string> choices) {
  return [choices](int row) { return choices[static_cast<std::size_t>(row * 7919 % 104'729) % choices.size()]; };
}

TEST_F(Schema, NumbersAreNumbersWholeOrNot) {
  EXPECT_EQ(infer(100, numbers(1)).kind, ColumnKind::kNumber);
  EXPECT_EQ(infer(100, [](int row) { return std::to_string(row * 7919 % 1000); }).kind, ColumnKind::kNumber);
  EXPECT_EQ(infer(100, words({"0", "1", "2"})).kind, ColumnKind::kNumber);
  EXPECT_EQ(infer(100, [](int row) { return "$" + std::to_string(row) + ",000.50"; }).kind, ColumnKind::kNumber);
}

TEST_F(Schema, NumbersWithADecimalCommaAreRemembered) {
  const ColumnSchema column = infer(100, [](int row) { return std::to_string(row) + "," + std::to_string(row % 10); });
  EXPECT_EQ(column.kind, ColumnKind::kNumber);
  EXPECT_TRUE(column.decimal_comma);
  EXPECT_FALSE(infer(100, numbers(1)).decimal_comma);
}

TEST_F(Schema, WordsThatRepeatAreCategoriesSorted) {
  const ColumnSchema column = infer(60, words({"red", " green ", "blue"}));
  EXPECT_EQ(column.kind, ColumnKind::kCategory);
  EXPECT_THAT(column.categories, ElementsAre("blue", "green", "red"));
  EXPECT_THAT(column.note, IsEmpty());
}

TEST_F(Schema, YesAndNoInAnyOfTheirFormsAreBoolean) {
  EXPECT_EQ(infer(20, words({"Yes", "No"})).kind, ColumnKind::kBoolean);
  EXPECT_EQ(infer(20, words({"true", "false"})).kind, ColumnKind::kBoolean);
  EXPECT_EQ(infer(20, words({"f", "t"})).kind, ColumnKind::kBoolean);
  EXPECT_EQ(infer(20, words({"male", "female"})).kind, ColumnKind::kCategory);
}

TEST_F(Schema, MissingCellsAreCountedInTheNote) {
  EXPECT_THAT(infer(200, [](int row) { return row < 3   ? "?"
                                              : row % 2 ? "a"
                                                        : "b"; }).note,
              HasSubstr("3 cells (1.5 %) are missing"));
  EXPECT_THAT(infer(1000, [](int row) { return row == 0 ? "inf" : std::to_string(row * 0.5); }).note,
              HasSubstr("1 cell (0.1 %) is missing"));
}

TEST_F(Schema, AFewSlipsAmongManyNumbersAreMissing) {
  const ColumnSchema column = infer(300, [](int row) { return row == 40 ? "oops" : std::to_string(row * 1.5); });
  EXPECT_EQ(column.kind, ColumnKind::kNumber);
  EXPECT_THAT(column.note, HasSubstr("1 cell (0.3 %) is no number (the first, \"oops\", in line 42)"));
}

TEST_F(Schema, OneWordAmongManyNumbersStandsForNotKnown) {
  EXPECT_EQ(infer(300, [](int row) { return row % 3 ? std::to_string(row * 1.5) : "unknown"; }).kind,
            ColumnKind::kNumber);
  // Few different values with a word among them are codes.
  EXPECT_EQ(infer(300, words({"1", "2", "3", "A"})).kind, ColumnKind::kCategory);
}

TEST_F(Schema, ColumnsOfOneValueOrNoneAreConstant) {
  EXPECT_EQ(infer(50, [](int) { return "x"; }).kind, ColumnKind::kConstant);
  EXPECT_EQ(infer(50, [](int) { return "7.0"; }).kind, ColumnKind::kConstant);
  const ColumnSchema empty = infer(50, [](int) { return "NA"; });
  EXPECT_EQ(empty.kind, ColumnKind::kConstant);
  EXPECT_EQ(empty.note, "every cell is missing");
}

TEST_F(Schema, OneValueOrNoneAtAllIsACategory) {
  EXPECT_EQ(infer(50, [](int row) { return row % 3 ? "1" : ""; }).kind, ColumnKind::kCategory);
  EXPECT_EQ(infer(50, [](int row) { return row % 3 ? "pool" : ""; }).kind, ColumnKind::kCategory);
}

TEST_F(Schema, NumbersOfRowsByNameAreIdentifiers) {
  const Cell counter = [](int row) { return std::to_string(row + 1); };
  const Cell shuffled = [](int row) { return std::to_string(10'000 + row * 7919 % 100'003); };
  for (const char* name :
       {"id", "ID", "PassengerId", "customer_id", "order id", "index", "Unnamed: 0", "", "rownames"}) {
    EXPECT_EQ(infer(100, counter, name).kind, ColumnKind::kIdentifier) << name;
    EXPECT_EQ(infer(100, shuffled, name).kind, ColumnKind::kIdentifier) << name;
  }
  for (const char* name : {"x", "humid", "paid", "grid", "age", "body mass index"}) {
    EXPECT_EQ(infer(100, shuffled, name).kind, ColumnKind::kNumber) << name;
  }
}

TEST_F(Schema, NumbersThatNameSomethingRepeatedAreCategories) {
  EXPECT_EQ(infer(100, words({"11", "12", "13", "14"}), "shop_id").kind, ColumnKind::kCategory);
  const ColumnSchema customers = infer(
      300, [](int row) { return std::to_string(5000 + row * 2 / 3); }, "customer_id");
  EXPECT_EQ(customers.kind, ColumnKind::kIdentifier);
  EXPECT_EQ(infer(
                300, [](int row) { return std::to_string(row * 31 % 90); }, "index")
                .kind,
            ColumnKind::kNumber);
  // A measurement may well be called so.
  EXPECT_EQ(infer(100, numbers(4), "id").kind, ColumnKind::kNumber);
}

TEST_F(Schema, ACounterInFrontThatIsNotNamedSoStaysWithANote) {
  std::string text = "t,y\n";
  for (int row = 0; row < 50; ++row) text += std::to_string(row) + "," + (row % 3 ? "a" : "b") + "\n";
  const ColumnSchema column = infer_schema(table(text), {.target = "y"}).columns[0];
  EXPECT_EQ(column.kind, ColumnKind::kNumber);
  EXPECT_THAT(column.note, HasSubstr("counts up from 0"));
}

TEST_F(Schema, WordsWithNearlyOneValueARowAreLeftOut) {
  const ColumnSchema code = infer(100, [](int row) { return "K" + std::to_string(row); });
  EXPECT_EQ(code.kind, ColumnKind::kIdentifier);
  EXPECT_THAT(code.note, HasSubstr("100 different values in 100 rows"));
  const ColumnSchema sentence = infer(100, [](int row) { return "a long tale of number " + std::to_string(row); });
  EXPECT_EQ(sentence.kind, ColumnKind::kText);
  EXPECT_THAT(sentence.note, HasSubstr("free text"));
}

TEST_F(Schema, TooManyValuesForACategoryAreLeftOutAndKeptOnRequest) {
  const Cell tickets = [](int row) { return "T" + std::to_string(row * 2 / 3); };
  const ColumnSchema column = infer(300, tickets);
  EXPECT_EQ(column.kind, ColumnKind::kIdentifier);
  EXPECT_THAT(column.note, HasSubstr("too many"));
  EXPECT_EQ(infer(300, tickets, "x", {.categorical = {"x"}}).kind, ColumnKind::kCategory);
  EXPECT_EQ(infer(300, [](int row) { return "T" + std::to_string(row % 60); }).kind, ColumnKind::kCategory);
}

TEST_F(Schema, DatesAreSplitIntoThePartsThatVary) {
  const ColumnSchema day =
      infer(60, [](int row) { return "2024-" + std::to_string(10 + row % 3) + "-" + std::to_string(10 + row % 20); });
  EXPECT_EQ(day.kind, ColumnKind::kDateTime);
  EXPECT_EQ(day.date_format, "YYYY-MM-DD");
  EXPECT_THAT(day.date_parts, ElementsAre("month", "day", "weekday", "days"));

  const ColumnSchema moment = infer(60, [](int row) {
    return "31.12." + std::to_string(2000 + row % 5) + " 10:" + std::to_string(10 + row % 50) + ":00";
  });
  EXPECT_EQ(moment.date_format, "DD.MM.YYYY");
  EXPECT_THAT(moment.date_parts, ElementsAre("year", "weekday", "minute", "days"));

  const ColumnSchema clock = infer(60, [](int row) { return std::to_string(row % 24) + ":30"; });
  EXPECT_EQ(clock.date_format, "hh:mm");
  EXPECT_THAT(clock.date_parts, ElementsAre("hour", "time"));
}

TEST_F(Schema, TheOrderOfDayAndMonthIsFoundFromAllCells) {
  const Cell american = [](int row) {
    return "0" + std::to_string(1 + row % 9) + "/" + std::to_string(1 + row % 28) + "/2024";
  };
  EXPECT_EQ(infer(100, american).date_format, "MM/DD/YYYY");
  const Cell british = [](int row) {
    return std::to_string(1 + row % 28) + "/0" + std::to_string(1 + row % 9) + "/2024";
  };
  EXPECT_EQ(infer(100, british).date_format, "DD/MM/YYYY");
}

TEST_F(Schema, DatesWrittenAsANumberAreFound) {
  EXPECT_EQ(infer(50, [](int row) { return std::to_string(20240101 + row % 28); }).kind, ColumnKind::kDateTime);
  EXPECT_EQ(infer(50, [](int row) { return std::to_string(20240101 + row * 71); }).kind, ColumnKind::kNumber);
}

TEST_F(Schema, OptionsOverrideWhatIsInferred) {
  const Cell codes = words({"3", "1", "2"});
  EXPECT_EQ(infer(30, codes, "x", {.drop = {"x"}}).kind, ColumnKind::kDropped);
  const ColumnSchema category = infer(30, codes, "x", {.categorical = {"x"}});
  EXPECT_EQ(category.kind, ColumnKind::kCategory);
  EXPECT_THAT(category.categories, ElementsAre("1", "2", "3"));
  EXPECT_EQ(infer(30, [](int row) { return std::to_string(row + 1); }, "id", {.numeric = {"id"}}).kind,
            ColumnKind::kNumber);
  const Cell colours = words({"red", "blue"});
  EXPECT_THAT(input_error_of([&] { infer(30, colours, "x", {.numeric = {"x"}}); }),
              HasSubstr("cannot be read as numbers: line 2 holds \"red\""));
}

TEST_F(Schema, AColumnThatIsNotThereIsAnErrorWithNearMatches) {
  const CsvTable csv = table("age,income,city\n1,2,a\n3,4,b\n");
  EXPECT_THAT(input_error_of([&] { infer_schema(csv, {.target = "incme"}); }),
              ::testing::AllOf(HasSubstr("t.csv"), HasSubstr("\"incme\""), HasSubstr("did you mean \"income\"")));
  EXPECT_THAT(input_error_of([&] { infer_schema(csv, {.target = "qqqqqqqq"}); }), HasSubstr("age, income, city"));
  EXPECT_THAT(input_error_of([&] { infer_schema(csv, {.target = "city", .drop = {"agee"}}); }), HasSubstr("\"age\""));
  EXPECT_THAT(input_error_of([&] { infer_schema(csv, {.target = "city", .drop = {"city"}}); }),
              HasSubstr("cannot be left out"));
  EXPECT_THAT(
      input_error_of([&] { infer_schema(csv, {.target = "city", .categorical = {"age"}, .numeric = {"age"}}); }),
      HasSubstr("both numeric and categorical"));
}

TEST_F(Schema, ATableWithoutAUsefulColumnIsAnErrorThatSaysWhy) {
  const CsvTable csv = table("a,y\nx,1\nx,0\nx,1\n");
  EXPECT_THAT(input_error_of([&] { infer_schema(csv, {.target = "y"}); }), HasSubstr("a: constant"));
  EXPECT_THAT(input_error_of([&] { infer_schema(table("y\n1\n0\n"), {.target = "y"}); }),
              HasSubstr("no column to predict"));
}

TEST_F(Schema, SurvivesJson) {
  const CsvTable csv =
      table("n,c,d,k,y\n1.5,red,2024-01-01,x,a\n\"2,5\",blue,2024-02-03,x,b\n\"3,5\",red,2024-03-03,x,b\n");
  const TableSchema schema = infer_schema(csv, {.target = "y"});
  const TableSchema copy = TableSchema::from_json(Json::parse(schema.to_json().dump()));
  EXPECT_EQ(copy.to_json(), schema.to_json());
  ASSERT_EQ(copy.columns.size(), 5U);
  EXPECT_EQ(copy.columns[2].date_parts, schema.columns[2].date_parts);
  EXPECT_EQ(copy.task.classes, schema.task.classes);
  EXPECT_THROW(TableSchema::from_json(Json::parse("{}")), InputError);
}

TEST_F(Schema, FeaturesAreInTheOrderOfTheColumns) {
  const CsvTable csv = table("d,c,n,y\n2024-01-01,red,1,a\n2024-02-01,blue,2,b\n2024-03-01,red,3,a\n");
  std::vector<std::string> names;
  for (const Feature& feature : infer_schema(csv, {.target = "y"}).features()) names.push_back(feature.name);
  EXPECT_THAT(names, ElementsAre("d.month", "d.weekday", "d.days", "c", "n"));
}

TEST_F(Schema, WordsAndTwoValuesAreClasses) {
  EXPECT_EQ(task(30, words({"a", "b", "c"})).kind, TaskKind::kMulticlass);
  EXPECT_EQ(task(30, words({"true", "false"})).kind, TaskKind::kBinary);
  EXPECT_THAT(task(30, words({"1", "0"})).classes, ElementsAre("0", "1"));
  EXPECT_THAT(task(30, words({"1.0", "0.0"})).classes, ElementsAre("0.0", "1.0"));
  EXPECT_EQ(task(4, words({"1", "0"})).kind, TaskKind::kBinary);
}

TEST_F(Schema, GradesAndCodesAreClasses) {
  const auto codes = [](int count) { return [count](int row) { return std::to_string(row * 7919 % count); }; };
  EXPECT_EQ(task(50, codes(10)).classes.size(), 10U);
  EXPECT_EQ(task(2000, codes(26)).classes.size(), 26U);
  EXPECT_EQ(task(2000, codes(26)).classes[10], "10");
}

TEST_F(Schema, MeasurementsAndCountsAreNumbers) {
  EXPECT_EQ(task(100, numbers(1)).kind, TaskKind::kRegression);
  EXPECT_EQ(task(30, [](int row) { return std::to_string(row); }).kind, TaskKind::kRegression);
  EXPECT_EQ(task(30, words({"0.5", "1.5", "2.5"})).kind, TaskKind::kRegression);
  EXPECT_EQ(task(500, [](int row) { return std::to_string(row % 100); }).kind, TaskKind::kRegression);
  // A count has a long tail of rare values.
  const Cell count = [random = Random(3)](int) mutable {
    return std::to_string(static_cast<int>(-4.0 * std::log(1.0 - random.uniform())));
  };
  EXPECT_EQ(task(2000, count).kind, TaskKind::kRegression);
}

TEST_F(Schema, TheTaskCanBeAskedFor) {
  EXPECT_EQ(task(30, words({"1", "2", "3"}), TaskKind::kRegression).kind, TaskKind::kRegression);
  EXPECT_EQ(task(
                200, [](int row) { return std::to_string(row % 60); }, TaskKind::kMulticlass)
                .classes.size(),
            60U);
  EXPECT_THAT(input_error_of([&] {
                task(30, words({"1", "2", "x"}), TaskKind::kRegression);
              }),
              HasSubstr("cannot be predicted as a number: line 3 holds \"x\""));
  EXPECT_THAT(input_error_of([&] {
                task(30, words({"a", "b", "c"}), TaskKind::kBinary);
              }),
              HasSubstr("3 classes (\"a\", \"b\", \"c\"), not two"));
}

TEST_F(Schema, ATargetThatTeachesNothingIsAnError) {
  EXPECT_THAT(input_error_of([&] { task(30, [](int) { return "a"; }); }), HasSubstr("the one value \"a\""));
  EXPECT_THAT(input_error_of([&] { task(30, words({"1", "1.0"})); }), HasSubstr("the one value"));
  EXPECT_THAT(input_error_of([&] { task(30, [](int) { return ""; }); }), HasSubstr("missing in every row"));
  EXPECT_THAT(input_error_of([&] { task(50, [](int row) { return "K" + std::to_string(row); }); }),
              HasSubstr("50 different values in 50 rows"));
  EXPECT_THAT(input_error_of([&] { task(90, numbers(1), TaskKind::kMulticlass); }), HasSubstr("ask for regression"));
}

TEST_F(Schema, MissingTargetsAreNoted) {
  const CsvTable csv = table("x,y\n1,a\n2,\n3,b\n4,?\n5,a\n");
  const TableSchema schema = infer_schema(csv, {.target = "y"});
  EXPECT_THAT(schema.columns[1].note, HasSubstr("2 cells (40.0 %) are missing; those rows are left out"));
  EXPECT_THAT(schema.task.classes, ElementsAre("a", "b"));
}

}  // namespace
}  // namespace nascent
