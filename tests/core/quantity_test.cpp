#include "nascent/core/quantity.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nascent/core/error.h"

namespace nascent {
namespace {

TEST(Duration, IsReadAsPeopleWriteIt) {
  EXPECT_DOUBLE_EQ(parse_duration("45", "--time"), 45.0);
  EXPECT_DOUBLE_EQ(parse_duration("45s", "--time"), 45.0);
  EXPECT_DOUBLE_EQ(parse_duration("1.5m", "--time"), 90.0);
  EXPECT_DOUBLE_EQ(parse_duration("2h", "--time"), 7200.0);
  EXPECT_DOUBLE_EQ(parse_duration("1h30m", "--time"), 5400.0);
  EXPECT_DOUBLE_EQ(parse_duration("250ms", "--time"), 0.25);
}

TEST(Duration, IsRefusedWithTheOptionAndTheText) {
  for (const char* text : {"", "abc", "10x", "-5", "0", "0s", "1h banana", "5 s", "1e3", "inf", "nan"}) {
    try {
      parse_duration(text, "--time");
      FAIL() << "\"" << text << "\" was accepted";
    } catch (const InputError& error) {
      EXPECT_EQ(error.what(),
                "--time: \"" + std::string(text) + "\" is not a time; write for example 45s, 10m or 1h30m");
    }
  }
}

TEST(Size, IsReadInPowersOf1024) {
  EXPECT_EQ(parse_size("500000000", "--memory"), 500000000u);
  EXPECT_EQ(parse_size("800M", "--memory"), 800u << 20);
  EXPECT_EQ(parse_size("2G", "--memory"), std::uint64_t{2} << 30);
  EXPECT_EQ(parse_size("1.5GiB", "--memory"), std::uint64_t{3} << 29);
  EXPECT_EQ(parse_size("4kB", "--memory"), 4096u);
}

TEST(Size, IsRefusedWithTheOptionAndTheText) {
  for (const char* text : {"", "x", "2X", "2GG", "-1G", "0", "1G ", "99999999999T"}) {
    try {
      parse_size(text, "--memory");
      FAIL() << "\"" << text << "\" was accepted";
    } catch (const InputError& error) {
      EXPECT_EQ(error.what(), "--memory: \"" + std::string(text) + "\" is not a size; write for example 800M or 2G");
    }
  }
}

TEST(Count, IsReadInPowersOf1000) {
  EXPECT_EQ(parse_count("1", "--max-parameters"), 1);
  EXPECT_EQ(parse_count("500000", "--max-parameters"), 500000);
  EXPECT_EQ(parse_count("500k", "--max-parameters"), 500000);
  EXPECT_EQ(parse_count("1.1M", "--max-parameters"), 1100000);
  EXPECT_EQ(parse_count("2G", "--max-parameters"), 2000000000);
}

TEST(Count, IsRefusedWithTheOptionAndTheText) {
  for (const char* text : {"", "x", "k", "-1", "0", "0.5", "1.5", "2X", "5 k", "500kB", "99999999999G", "nan"}) {
    try {
      parse_count(text, "--max-parameters");
      FAIL() << "\"" << text << "\" was accepted";
    } catch (const InputError& error) {
      EXPECT_EQ(error.what(),
                "--max-parameters: \"" + std::string(text) + "\" is not a whole number; write for example 500k or 50M");
    }
  }
}

TEST(Format, WritesTimesSizesAndNumbersForPeople) {
  EXPECT_EQ(format_duration(0.4), "400 ms");
  EXPECT_EQ(format_duration(4.26), "4.3 s");
  EXPECT_EQ(format_duration(45.2), "45 s");
  EXPECT_EQ(format_duration(200), "3 min 20 s");
  EXPECT_EQ(format_duration(3900), "1 h 05 min");
  EXPECT_EQ(format_duration(INFINITY), "unlimited");
  EXPECT_EQ(format_size(512), "512 B");
  EXPECT_EQ(format_size(812'000), "812 kB");
  EXPECT_EQ(format_size(1'400'000'000), "1.4 GB");
  EXPECT_EQ(format_number(0.87312), "0.87312");
  EXPECT_EQ(format_number(48213), "48213");
  EXPECT_EQ(format_number(0.000012), "1.2e-05");
  EXPECT_EQ(format_number(0.0), "0");
}

}  // namespace
}  // namespace nascent
