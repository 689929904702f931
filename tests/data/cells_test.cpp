#include "data/cells.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/category_index.h"
#include "data/date_time.h"
#include "nascent/core/random.h"
#include "support/seed.h"

namespace nascent {
namespace {

TEST(Number, IsReadAsPeopleWriteIt) {
  const std::pair<const char*, double> cases[] = {{"12", 12},
                                                  {" -3.5 ", -3.5},
                                                  {"+1e-3", 1e-3},
                                                  {".5", 0.5},
                                                  {"5.", 5},
                                                  {"1,234", 1234},
                                                  {"$1,234.50", 1234.5},
                                                  {"-$5", -5},
                                                  {"$-5", -5},
                                                  {"12 \xE2\x82\xAC", 12},
                                                  {"45%", 45},
                                                  {"45 %", 45},
                                                  {"1,234,567", 1234567},
                                                  {"007", 7},
                                                  {"1e-400", 0},
                                                  {"-1,000.5", -1000.5}};
  for (const auto& [cell, value] : cases) {
    const auto read = parse_number(cell);
    ASSERT_TRUE(read) << cell;
    EXPECT_DOUBLE_EQ(*read, value) << cell;
  }
}

TEST(Number, MayHaveADecimalComma) {
  EXPECT_EQ(parse_number("3,5", true), 3.5);
  EXPECT_EQ(parse_number("-1.234,50", true), -1234.5);
  EXPECT_EQ(parse_number("12", true), 12.0);
  EXPECT_EQ(parse_number("1.234", true), 1234.0);
  EXPECT_FALSE(parse_number("1.5", true));
}

TEST(Number, IsNothingElse) {
  for (const char* cell : {"",     "x", "12a", "1,5", "12,34,567", "1,2345", "1 2",        "--5",   "+-5", "1.2.3",
                           "0x1F", "$", "%",   "-",   "1,234,",    ",5",     "2024-01-31", "0,123", "5..", "12 kg"}) {
    EXPECT_FALSE(parse_number(cell)) << cell;
  }
}

TEST(Number, ThatIsInfiniteOrTooLargeIsNan) {
  for (const char* cell : {"inf", "-inf", "Infinity", "1e400", "1e39"}) {
    const auto value = parse_number(cell);
    ASSERT_TRUE(value) << cell;
    EXPECT_TRUE(std::isnan(*value)) << cell;
  }
}

TEST(Categories, OfNumbersAreSortedAndFoundByValue) {
  const std::vector<std::string_view> texts{"10", "2", "1.0", "1"};
  const std::vector<std::string> sorted = sorted_categories(texts);
  EXPECT_EQ(sorted, (std::vector<std::string>{"1.0", "2", "10"}));
  const CategoryIndex index(sorted);
  EXPECT_EQ(index.find("1"), 0);
  EXPECT_EQ(index.find("2.0"), 1);
  EXPECT_EQ(index.find("3"), std::nullopt);
  EXPECT_EQ(index.find("two"), std::nullopt);
}

TEST(Categories, OfWordsAreSortedAndFoundByText) {
  const std::vector<std::string_view> texts{"b", "10", "a", "2"};
  const std::vector<std::string> sorted = sorted_categories(texts);
  EXPECT_EQ(sorted, (std::vector<std::string>{"10", "2", "a", "b"}));
  const CategoryIndex index(sorted);
  EXPECT_EQ(index.find("2"), 1);
  EXPECT_EQ(index.find("2.0"), std::nullopt);
}

/// The first layout that reads the cell.
std::optional<DateTime> parse_any(std::string_view cell) {
  for (const std::string_view layout : date_layouts()) {
    if (const auto moment = parse_date_time(cell, layout)) return moment;
  }
  return std::nullopt;
}

TEST(Date, IsReadInManyLayouts) {
  for (const char* cell : {"2024-01-31", "2024/01/31", "2024.1.31", "31.01.2024", "01/31/2024", "1/31/2024",
                           "31/01/2024", "31-01-2024", "01-31-2024", "31.01.24", "1/31/24", "20240131", "31 Jan 2024",
                           "31-Jan-24", "Jan 31, 2024", "January 31, 2024", "2024-01-31T00:00:00Z"}) {
    const auto moment = parse_any(cell);
    ASSERT_TRUE(moment) << cell;
    EXPECT_EQ(moment->year, 2024) << cell;
    EXPECT_EQ(moment->month, 1) << cell;
    EXPECT_EQ(moment->day, 31) << cell;
  }
}

TEST(Date, MayBeFollowedByATime) {
  for (const char* cell :
       {"2024-01-31T13:45", "2024-01-31 13:45:00", "2024-01-31T13:45:00.250Z", "2024-01-31 13:45:00+01:00",
        "01/31/2024 1:45 PM", "31.01.2024 13:45", "2024-01-31 13:45:00 +0100", "20240131T134500", "13:45"}) {
    const auto moment = parse_any(cell);
    ASSERT_TRUE(moment) << cell;
    EXPECT_TRUE(moment->has_time) << cell;
    EXPECT_EQ(moment->hour, 13) << cell;
    EXPECT_EQ(moment->minute, 45) << cell;
  }
  EXPECT_EQ(parse_any("12:05 AM")->hour, 0);
  EXPECT_EQ(parse_any("12:05 PM")->hour, 12);
}

TEST(Date, ThatDoesNotExistIsNone) {
  for (const char* cell : {"2024-02-30", "2023-02-29", "2024-13-01", "00.01.2024", "2024-01", "2024-01-31x", "25:00",
                           "12:60", "12", "January", "31 Foo 2024", "2024-01-31T", "13:45 PM", "192.168.0.1"}) {
    EXPECT_FALSE(parse_any(cell)) << cell;
  }
}

TEST(Date, HasParts) {
  const DateTime moment = *parse_date_time("2024-02-29 18:30", "YYYY-MM-DD");
  EXPECT_EQ(part_of(moment, "year"), 2024.0);
  EXPECT_EQ(part_of(moment, "month"), 2.0);
  EXPECT_EQ(part_of(moment, "day"), 29.0);
  EXPECT_EQ(part_of(moment, "weekday"), 3.0);  // a Thursday
  EXPECT_EQ(part_of(moment, "hour"), 18.0);
  EXPECT_EQ(part_of(moment, "minute"), 30.0);
  EXPECT_DOUBLE_EQ(part_of(moment, "time"), 18.5);
  EXPECT_DOUBLE_EQ(part_of(moment, "days"),
                   19782.0 + 18.5 / 24.0);  // as Python's datetime counts
  EXPECT_EQ(part_of(*parse_date_time("1970-01-01", "YYYY-MM-DD"), "days"), 0.0);
}

TEST(CellReaders, NeverFailOnAnyText) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const std::string alphabet = "0123456789-/.:, TZ+eE$%JanFebpm\xE2\x82\xAC";
  for (int repeat = 0; repeat < 20'000; ++repeat) {
    std::string cell;
    for (std::uint64_t i = random.below(14); i > 0; --i) cell += alphabet[random.below(alphabet.size())];
    for (const bool comma : {false, true}) {
      const auto value = parse_number(cell, comma);
      EXPECT_FALSE(value && std::isinf(*value)) << cell;
    }
    if (const auto moment = parse_any(cell)) {
      EXPECT_GE(part_of(*moment, "month"), 1.0);
      EXPECT_LT(part_of(*moment, "time"), 24.01) << cell;
    }
  }
}

}  // namespace
}  // namespace nascent
