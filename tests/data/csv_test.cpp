#include "nascent/data/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text_files.h"
#include "data/thrown_message.h"
#include "nascent/core/random.h"
#include "support/seed.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using testing::gzipped;
using ::testing::HasSubstr;
using testing::input_error_of;
using testing::TemporaryFolder;
using testing::write_file;

class Csv : public ::testing::Test {
 protected:
  CsvTable read(std::string_view content, const std::string& name = "table.csv") {
    return read_csv(write_file(folder_ / name, content));
  }
  std::string error(std::string_view content, const std::string& name = "table.csv") {
    const std::string message = input_error_of([&] { read(content, name); });
    EXPECT_THAT(message, HasSubstr(name));
    return message;
  }
  TemporaryFolder folder_;
};

TEST_F(Csv, ReadsNamesAndCells) {
  const CsvTable table = read("a,b\n1,x\n2,y\n");
  EXPECT_THAT(table.names(), ElementsAre("a", "b"));
  EXPECT_THAT(table.column(0), ElementsAre("1", "2"));
  EXPECT_THAT(table.column(1), ElementsAre("x", "y"));
  EXPECT_EQ(table.rows(), 2U);
  EXPECT_EQ(table.find("b"), 1U);
  EXPECT_EQ(table.find("c"), 2U);
}

TEST_F(Csv, TheLastLineNeedsNoLineBreak) { EXPECT_THAT(read("a,b\n1,2\n3,4").column(1), ElementsAre("2", "4")); }

TEST_F(Csv, QuotesHoldDelimitersLineBreaksAndDoubledQuotes) {
  const CsvTable table = read("a,b\n\"x,y\",\"line 1\nline 2\"\n\"say \"\"hi\"\"\",\"\"\n");
  EXPECT_THAT(table.column(0), ElementsAre("x,y", "say \"hi\""));
  EXPECT_THAT(table.column(1), ElementsAre("line 1\nline 2", ""));
}

TEST_F(Csv, AQuoteInsideAnUnquotedCellIsACharacter) {
  EXPECT_THAT(read("a,b\n5\" pipe,1\n").column(0), ElementsAre("5\" pipe"));
}

TEST_F(Csv, BlanksAroundAQuotedCellDoNotCount) {
  EXPECT_THAT(read("a,b\n1, \"x, y\" \n").column(1), ElementsAre("x, y"));
}

TEST_F(Csv, TextAfterTheClosingQuoteBelongsToTheCell) {
  EXPECT_THAT(read("a,b\n\"x\"yz,1\n").column(0), ElementsAre("xyz"));
}

TEST_F(Csv, AllLineBreaksAndAByteOrderMarkAreUnderstood) {
  for (const std::string line_break : {"\n", "\r\n", "\r"}) {
    const CsvTable table =
        read("\xEF\xBB\xBF" + "a,b"s + line_break + "1,\"p" + line_break + "q\"" + line_break + "2,3" + line_break);
    EXPECT_THAT(table.names(), ElementsAre("a", "b"));
    EXPECT_THAT(table.column(0), ElementsAre("1", "2"));
    EXPECT_EQ(table.line(0), 2U);
    EXPECT_EQ(table.line(1), 4U);
  }
}

TEST_F(Csv, BlankLinesAreSkippedAndLinesStayCounted) {
  const CsvTable table = read("\n\na,b\n\n1,2\n   \n3,4\n\n");
  EXPECT_THAT(table.column(0), ElementsAre("1", "3"));
  EXPECT_EQ(table.line(0), 5U);
  EXPECT_EQ(table.line(1), 7U);
}

TEST_F(Csv, FindsTheDelimiter) {
  EXPECT_THAT(read("a;b;c\n1,5;2;3\n2,5;3;4\n").column(0), ElementsAre("1,5", "2,5"));
  EXPECT_THAT(read("a\tb\n1,2\t3\n").column(0), ElementsAre("1,2"));
  EXPECT_THAT(read("a|b\n1|2\n").column(1), ElementsAre("2"));
  EXPECT_THAT(read("a,b\n\"1;2;3\",4\n\"5;6;7\",8\n").column(1), ElementsAre("4", "8"));
  // Semicolons are more numerous but not as many in each line.
  EXPECT_THAT(read("a,b\nx;y;z,1\nx,2\n").column(1), ElementsAre("1", "2"));
}

TEST_F(Csv, AnEmptyCellAtTheEndOfATabbedLineIsACell) {
  EXPECT_THAT(read("a\tb\n1\t\n\t\n").column(1), ElementsAre("", ""));
}

TEST_F(Csv, ATableOfOneColumnWorks) { EXPECT_THAT(read("value\n1\n2\n").column(0), ElementsAre("1", "2")); }

TEST_F(Csv, AColumnWithoutANameIsCalledAfterItsPosition) {
  EXPECT_THAT(read(",x,\n0,1,2\n").names(), ElementsAre("column_1", "x", "column_3"));
}

TEST_F(Csv, NamesAreTrimmedAndCellsAreNot) {
  const CsvTable table = read(" a , b\n 1, x \n");
  EXPECT_THAT(table.names(), ElementsAre("a", "b"));
  EXPECT_THAT(table.column(1), ElementsAre(" x "));
}

TEST_F(Csv, ReadsGzipByItsContentNotItsName) {
  const std::string content = "a,b\n1,\"x\ny\"\n";
  EXPECT_THAT(read(gzipped(content), "table.csv.gz").column(1), ElementsAre("x\ny"));
  EXPECT_THAT(read(gzipped(content), "table.csv").column(1), ElementsAre("x\ny"));
  EXPECT_THAT(read(content, "plain.csv.gz").column(1), ElementsAre("x\ny"));
  // Two gzip files one after the other are one.
  EXPECT_THAT(read(gzipped("a,b\n") + gzipped("1,2\n"), "two.gz").column(1), ElementsAre("2"));
}

TEST_F(Csv, TextThatIsNoUtf8IsTakenForWindows1252) {
  EXPECT_THAT(read("name,price\nCaf\xE9,\x80 5\n").column(0), ElementsAre("Caf\xC3\xA9"));
  EXPECT_THAT(read("name,price\nCaf\xE9,\x80 5\n").column(1), ElementsAre("\xE2\x82\xAC 5"));
  EXPECT_THAT(read("name,x\nCaf\xC3\xA9,1\n").column(0), ElementsAre("Caf\xC3\xA9"));
}

TEST_F(Csv, AMovedTableKeepsItsCells) {
  CsvTable table = read("a,b\n\"q\"\"q\",2\n");
  const CsvTable moved = std::move(table);
  EXPECT_THAT(moved.column(0), ElementsAre("q\"q"));
}

TEST_F(Csv, WritesOfRandomTablesAreReadBack) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const std::string alphabet = "ab,;|\t\n\r\" 1.\xC3\xA9";
  for (int repeat = 0; repeat < 200; ++repeat) {
    const std::size_t columns = 2 + random.below(5);
    const std::size_t rows = 1 + random.below(12);
    const char delimiter = ",;\t|"[random.below(4)];
    const std::string line_break = random.chance(0.5) ? "\n" : "\r\n";
    std::string text;
    for (std::size_t c = 0; c < columns; ++c) text += (c ? std::string(1, delimiter) : "") + "name" + std::to_string(c);
    text += line_break;
    std::vector<std::vector<std::string>> cells(columns);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) {
        std::string cell;
        for (std::uint64_t i = random.below(8); i > 0; --i) {
          const std::size_t at = random.below(alphabet.size() - 1);
          cell += at == alphabet.size() - 2 ? alphabet.substr(at) : alphabet.substr(at, 1);
        }
        // A reader cannot tell these from what stands around them unless they are quoted.
        const bool needs_quotes = cell.find_first_of(std::string("\"\n\r ") + delimiter) != std::string::npos;
        std::string written;
        for (const char ch : cell) written += ch == '"' ? "\"\"" : std::string(1, ch);
        const bool quoted = needs_quotes || random.chance(0.3) || (c == 0 && cell.find('\t') != std::string::npos);
        text += (c ? std::string(1, delimiter) : "") + (quoted ? "\"" + written + "\"" : cell);
        cells[c].push_back(cell);
      }
      if (r + 1 < rows || random.chance(0.5)) text += line_break;
    }
    const CsvTable table = read(text);
    SCOPED_TRACE(text);
    ASSERT_EQ(table.names().size(), columns);
    ASSERT_EQ(table.rows(), rows);
    for (std::size_t c = 0; c < columns; ++c) {
      for (std::size_t r = 0; r < rows; ++r) ASSERT_EQ(table.column(c)[r], cells[c][r]);
    }
  }
}

TEST_F(Csv, AnyBytesGiveATableOrAnInputError) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const std::string tokens[] = {",",    ";", "\n", "\r",   "\"",   "a", "1",
                                "\"\"", " ", "\t", "\xFF", "\xC3", "|", "\x1F\x8B"};
  int tables = 0;
  for (int repeat = 0; repeat < 1000; ++repeat) {
    std::string text;
    for (std::uint64_t i = random.below(30); i > 0; --i) text += tokens[random.below(std::size(tokens))];
    try {
      const CsvTable table = read(text);
      EXPECT_GE(table.rows(), 1U);
      for (std::size_t c = 0; c < table.names().size(); ++c) EXPECT_EQ(table.column(c).size(), table.rows());
      ++tables;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr("table.csv"));
    }
  }
  EXPECT_GT(tables, 0);
}

TEST_F(Csv, AMissingFileIsNamed) {
  EXPECT_THAT(input_error_of([&] { read_csv(folder_ / "nowhere.csv"); }), HasSubstr("nowhere.csv"));
}

TEST_F(Csv, AnEmptyFileAndAHeaderAloneAreErrors) {
  EXPECT_THAT(error(""), HasSubstr("is empty"));
  EXPECT_THAT(error(" \n\n"), HasSubstr("is empty"));
  EXPECT_THAT(error("a,b\n"), HasSubstr("header but no rows"));
  EXPECT_THAT(error("a,b"), HasSubstr("header but no rows"));
}

TEST_F(Csv, ARaggedRowIsNamedByItsLine) {
  EXPECT_THAT(error("a,b,c\n1,2,3\n\"x\ny\",2,3\n4,5\n"), HasSubstr("line 5: 2 cells where the header has 3"));
  EXPECT_THAT(error("a,b\n1,2\n1,2,3\n"), HasSubstr("line 3: 3 cells where the header has 2"));
  EXPECT_THAT(error("a,b\n1,2\nx\n"), HasSubstr("line 3: 1 cell where"));
}

TEST_F(Csv, AQuoteThatIsNeverClosedIsNamedByTheLineThatOpensIt) {
  EXPECT_THAT(error("a,b\n1,2\n3,\"x\n4,5\n"), HasSubstr("line 3: a quote is opened and never closed"));
}

TEST_F(Csv, TwoColumnsOfOneNameAreAnError) {
  EXPECT_THAT(error("x,y,x\n1,2,3\n"), HasSubstr("line 1: columns 1 and 3 are both called \"x\""));
  EXPECT_THAT(error("1,2,1\n4,5,6\n"), HasSubstr("the first line must hold the names of the columns"));
}

TEST_F(Csv, WhatIsNoTextIsNamedForWhatItIs) {
  EXPECT_THAT(error("a,b\n1,\0\n"s), HasSubstr("does not look like CSV: it is a binary file (a NUL byte in line 2)"));
  EXPECT_THAT(error("PK\3\4 and so on"s, "book.xlsx"), HasSubstr("Excel workbook"));
  EXPECT_THAT(error("\x89PNG\r\n\x1A\n\0\0"s, "picture.png"), HasSubstr("PNG picture"));
  EXPECT_THAT(error("\xFF\xFE"s + "a\0,\0"s), HasSubstr("UTF-16"));
  EXPECT_THAT(error("\1\2\3\4\5\6,\1\2\3\n\1\2\3"), HasSubstr("control characters"));
}

TEST_F(Csv, DamagedAndTruncatedGzipFilesAreErrors) {
  std::string content = "a,b\n";
  for (int i = 0; i < 1000; ++i) content += std::to_string(i * 7919 % 1000) + "," + std::to_string(i) + "\n";
  const std::string packed = gzipped(content);
  EXPECT_THAT(error(packed.substr(0, packed.size() / 2), "t.csv.gz"), HasSubstr("it ends too early"));
  EXPECT_THAT(error(packed.substr(0, packed.size() - 3), "t.csv.gz"), HasSubstr("it ends too early"));
  EXPECT_THAT(error(packed.substr(0, 5), "t.csv.gz"), HasSubstr("it ends too early"));
  std::string changed = packed;
  changed[packed.size() / 2] = static_cast<char>(changed[packed.size() / 2] ^ 0x55);
  EXPECT_THAT(error(changed, "t.csv.gz"), HasSubstr("is a damaged gzip file"));
}

TEST(Missing, IsWhatStandsForNotKnown) {
  for (const char* cell : {"", "  ", "NA", "N/A", "?", " ? ", "nan", "NaN", "null", "NULL", "None", "#N/A", "\t"}) {
    EXPECT_TRUE(is_missing(cell)) << cell;
  }
  for (const char* cell : {"none", "0", "no", "Na", "-", "nano", "Nancy"}) EXPECT_FALSE(is_missing(cell)) << cell;
}

TEST(CsvCell, quotes_only_what_needs_it) {
  EXPECT_EQ(csv_cell("plain text"), "plain text");
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("say \"so\""), "\"say \"\"so\"\"\"");
  EXPECT_EQ(csv_cell("two\nlines"), "\"two\nlines\"");
}

}  // namespace
}  // namespace nascent
