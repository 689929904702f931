#include "nascent/data/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "data/text_files.h"
#include "data/thrown_message.h"
#include "nascent/core/random.h"
#include "support/seed.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::input_error_of;
using ::testing::IsEmpty;
using testing::TemporaryFolder;
using testing::write_file;

constexpr const char* kTraining =
    "size,colour,day,id,price\n"
    "1.5,red,2024-01-01,1,10\n"
    "2.5,blue,2024-02-02,2,20.5\n"
    "?,red,2024-03-03,3,\n"
    "4.5,,2024-04-04,4,40\n"
    "5.5,blue,NA,5,50\n";

class EncodedTable : public ::testing::Test {
 protected:
  CsvTable read(const std::string& text) { return read_csv(write_file(folder_ / "t.csv", text)); }
  TableSchema schema(const std::string& target = "price") { return infer_schema(read(kTraining), {.target = target}); }
  Table encode(const std::string& text, const TableSchema& by, bool require_target = true) {
    report_ = {};
    return encode_table(read(text), by, {.require_target = require_target}, report_);
  }
  TemporaryFolder folder_;
  EncodingReport report_;
};

TEST_F(EncodedTable, HoldsNumbersCodesAndPartsOfDates) {
  const Table table = encode(kTraining, schema());
  ASSERT_EQ(table.rows(), 4U);
  EXPECT_EQ(table.features()[0].name, "size");
  EXPECT_FLOAT_EQ(table.numbers(0)[1], 2.5F);
  EXPECT_TRUE(table.features()[1].categorical);
  EXPECT_EQ(table.features()[1].categories, 2U);
  EXPECT_THAT(table.codes(1), ElementsAre(1, 0, kMissingCode, 0));
  EXPECT_EQ(table.features()[2].name, "day.month");
  EXPECT_FLOAT_EQ(table.numbers(2)[2], 4.0F);
  EXPECT_TRUE(std::isnan(table.numbers(2)[3]));
  EXPECT_THAT(table.target(), ElementsAre(10.0, 20.5, 40.0, 50.0));
  EXPECT_EQ(report_.rows_without_target, 1U);
  EXPECT_THAT(report_.sentences, Contains(HasSubstr("1 row without a value of price is left out")));
}

TEST_F(EncodedTable, KeepsEveryRowWhereTheTargetIsNotRequired) {
  const Table with = encode(kTraining, schema(), false);
  ASSERT_EQ(with.rows(), 5U);
  EXPECT_TRUE(std::isnan(with.target()[2]));
  EXPECT_TRUE(std::isnan(with.numbers(0)[2]));
  const Table without = encode("size,colour,day\n1,red,2024-01-01\n", schema(), false);
  EXPECT_EQ(without.rows(), 1U);
  EXPECT_THAT(without.target(), IsEmpty());
}

TEST_F(EncodedTable, FindsColumnsByNameAndIgnoresOthers) {
  const Table table = encode("extra,price,day,colour,size\nx,7,2024-01-01,blue,3\n", schema());
  EXPECT_FLOAT_EQ(table.numbers(0)[0], 3.0F);
  EXPECT_EQ(table.codes(1)[0], 0);
  EXPECT_THAT(table.target(), ElementsAre(7.0));
  EXPECT_THAT(report_.sentences, IsEmpty());
}

TEST_F(EncodedTable, AMissingColumnIsNamed) {
  EXPECT_THAT(input_error_of([&] { encode("size,color,day,price\n1,red,2024-01-01,2\n", schema()); }),
              AllOf(HasSubstr("no column \"colour\""), HasSubstr("did you mean \"color\"")));
  EXPECT_THAT(input_error_of([&] { encode("size,colour,day\n1,red,2024-01-01\n", schema()); }),
              HasSubstr("no column \"price\""));
  // What was left out in training need not be there.
  EXPECT_NO_THROW(encode("size,colour,day,price\n1,red,2024-01-01,2\n", schema()));
}

TEST_F(EncodedTable, UnknownCategoriesAndUnreadableCellsAreCounted) {
  const Table table = encode(
      "size,colour,day,price\nbig,green,2024-01-01,1\n2,pink,01.01.2024,2\n3, red "
      ",2024-01-02,3\ninf,red,2024-01-02,4\n",
      schema());
  EXPECT_TRUE(std::isnan(table.numbers(0)[0]));
  EXPECT_TRUE(std::isnan(table.numbers(0)[3]));
  EXPECT_THAT(table.codes(1), ElementsAre(kUnknownCode, kUnknownCode, 1, 1));
  EXPECT_EQ(report_.unknown_categories, 2U);
  EXPECT_EQ(report_.unreadable_numbers, 2U);
  EXPECT_THAT(report_.sentences,
              Contains(HasSubstr("2 cells of colour have a value that training never saw, such as \"green\"")));
  EXPECT_THAT(report_.sentences, Contains(HasSubstr("1 cell of size cannot be read")));
  EXPECT_THAT(report_.sentences, Contains(HasSubstr("1 cell of day cannot be read")));
}

TEST_F(EncodedTable, UnknownClassesAreMinusOneAndCounted) {
  const TableSchema by_colour = infer_schema(read("x,y\n1,a\n2,b\n3,a\n"), {.target = "y"});
  const Table table = encode("x,y\n1,b\n2,c\n3,\n", by_colour);
  EXPECT_THAT(table.target(), ElementsAre(1.0, -1.0));
  EXPECT_EQ(report_.unknown_classes, 1U);
  EXPECT_EQ(report_.rows_without_target, 1U);
}

TEST_F(EncodedTable, ClassesThatAreNumbersAreTheSameInAnotherSpelling) {
  const TableSchema zero_one = infer_schema(read("x,y\n1,0\n2,1\n3,0\n"), {.target = "y"});
  EXPECT_THAT(encode("x,y\n1,1.0\n2,0.0\n", zero_one).target(), ElementsAre(1.0, 0.0));
}

TEST_F(EncodedTable, NoRowWithATargetIsAnError) {
  EXPECT_THAT(input_error_of([&] { encode("size,colour,day,price\n1,red,2024-01-01,\n", schema()); }),
              HasSubstr("no row with a value of \"price\""));
}

TEST_F(EncodedTable, IsTheSameAfterSavingAndMapping) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  std::string text = "a,b,c,y\n";
  for (std::uint64_t i = 20 + random.below(200); i > 0; --i) {
    text += std::to_string(random.normal()) + "," + "uvw"[random.below(3)] + "," + std::to_string(random.below(9)) +
            "," + "pq"[i % 2] + "\n";
  }
  const CsvTable csv = read(text);
  const TableSchema by = infer_schema(csv, {.target = "y"});
  const Table table = encode_table(csv, by, {}, report_);
  table.save(folder_ / "table.bin");
  const Table mapped = Table::map(folder_ / "table.bin");
  ASSERT_EQ(mapped.rows(), table.rows());
  ASSERT_EQ(mapped.features().size(), table.features().size());
  for (std::size_t f = 0; f < table.features().size(); ++f) {
    EXPECT_EQ(mapped.features()[f].name, table.features()[f].name);
    EXPECT_EQ(mapped.features()[f].categories, table.features()[f].categories);
    if (table.features()[f].categorical) {
      EXPECT_TRUE(std::ranges::equal(mapped.codes(f), table.codes(f)));
    } else {
      EXPECT_TRUE(std::ranges::equal(mapped.numbers(f), table.numbers(f)));
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(mapped.numbers(f).data()) % 64, 0U);
    }
  }
  EXPECT_TRUE(std::ranges::equal(mapped.target(), table.target()));
}

TEST_F(EncodedTable, WithoutATargetIsMappedWithoutOne) {
  encode("size,colour,day\n1,red,2024-01-01\n", schema(), false).save(folder_ / "table.bin");
  EXPECT_THAT(Table::map(folder_ / "table.bin").target(), IsEmpty());
}

TEST_F(EncodedTable, StaysValidWhenItIsMoved) {
  Table table = encode(kTraining, schema());
  const Table moved = std::move(table);
  EXPECT_THAT(moved.target(), ElementsAre(10.0, 20.5, 40.0, 50.0));
  EXPECT_THAT(moved.codes(1), ElementsAre(1, 0, kMissingCode, 0));
}

TEST_F(EncodedTable, CutOffAnywhereIsAnInputErrorThatNamesTheFile) {
  const std::filesystem::path whole = folder_ / "whole.bin";
  encode(kTraining, schema()).save(whole);
  std::ifstream stream(whole, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    const auto part = write_file(folder_ / "part.bin", bytes.substr(0, size));
    EXPECT_THAT(input_error_of([&] { Table::map(part); }), HasSubstr("part.bin")) << size;
  }
}

TEST_F(EncodedTable, WithADamagedHeaderIsAnInputErrorOrATable) {
  const std::filesystem::path whole = folder_ / "whole.bin";
  encode(kTraining, schema()).save(whole);
  std::ifstream stream(whole, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  for (int repeat = 0; repeat < 200; ++repeat) {
    std::string damaged = bytes;
    for (int i = 0; i < 3; ++i) damaged[random.below(400)] = static_cast<char>(random.below(256));
    const auto path = write_file(folder_ / "damaged.bin", damaged);
    try {
      const Table table = Table::map(path);
      for (std::size_t f = 0; f < table.features().size(); ++f) {
        EXPECT_EQ(table.features()[f].categorical ? table.codes(f).size() : table.numbers(f).size(), table.rows());
      }
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr("damaged.bin"));
    }
  }
}

}  // namespace
}  // namespace nascent
