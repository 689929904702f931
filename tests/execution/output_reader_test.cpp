#include "execution/output_reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "execution/output_metrics.h"

namespace nascent {
namespace {

TEST(OutputMetrics, ReadsNamesWithEqualSignsAndColons) {
  EXPECT_EQ(metrics_in("loss=0.3 epoch=4"), (Metrics{{"loss", 0.3}, {"epoch", 4}}));
  EXPECT_EQ(metrics_in("loss: 0.3"), (Metrics{{"loss", 0.3}}));
  EXPECT_EQ(metrics_in("2026-11-23 10:00:00 INFO epoch 4 of 10: loss = -1.5e-3, val/acc@1 : +91.5 % (lr = .5)"),
            (Metrics{{"loss", -1.5e-3}, {"val/acc@1", 91.5}, {"lr", 0.5}}));
  EXPECT_EQ(metrics_in("Epoch: 3/10 loss: 2."), (Metrics{{"Epoch", 3}, {"loss", 2}}));
}

TEST(OutputMetrics, ReadsObjectsOfJson) {
  EXPECT_EQ(metrics_in(R"( {"loss": 0.3, "epoch": 4, "name": "a=5", "deep": {"x": 1}} )"),
            (Metrics{{"loss", 0.3}, {"epoch", 4}}));
  EXPECT_EQ(metrics_in("{'loss': 0.25, 'done': True}"), (Metrics{{"loss", 0.25}})) << "as Python prints it";
}

TEST(OutputMetrics, KnowsWhatIsNotFinite) {
  EXPECT_TRUE(std::isnan(metrics_in("loss=nan").at("loss")));
  EXPECT_TRUE(std::isnan(metrics_in(R"({"loss": NaN})").at("loss")));
  EXPECT_EQ(metrics_in("loss=-inf").at("loss"), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(metrics_in("loss=Infinity").at("loss"), std::numeric_limits<double>::infinity());
}

TEST(OutputMetrics, LeavesAloneWhatIsNoNumber) {
  for (const char* line : {"latency=12ms", "at: 12:30", "day: 2024-01-02", "note: info", "http://host:80a",
                           "loss=", "=0.3", ": 4", "loss=0x1f", "version=1.2.3", "", "0.3", "5=7"}) {
    EXPECT_TRUE(metrics_in(line).empty()) << line << " gave " << metrics_in(line).begin()->first;
  }
}

TEST(OutputMetrics, SkipsColoursOfTerminals) {
  EXPECT_EQ(metrics_in("\033[1mloss\033[0m=\033[32m0.3\033[0m"), (Metrics{{"loss", 0.3}}));
}

TEST(OutputMetrics, OfTwoValuesOfOneNameTheLastCounts) {
  EXPECT_EQ(metrics_in("loss=1 loss=2"), (Metrics{{"loss", 2}}));
}

TEST(OutputReader, KeepsTheLastValueOfEveryMetric) {
  OutputReader reader({"loss"});
  reader.feed(OutputReader::kOut, "loss=0.5\nloss=0.");
  EXPECT_EQ(reader.values(), (Metrics{{"loss", 0.5}})) << "half a line says nothing yet";
  reader.feed(OutputReader::kOut, "25\nlast: 1");
  reader.finish();
  EXPECT_EQ(reader.values(), (Metrics{{"loss", 0.25}, {"last", 1}}));
  EXPECT_EQ(reader.last_line(), "last: 1");
}

TEST(OutputReader, ALineOfErrorsDoesNotCutALineOfOutput) {
  OutputReader reader({"loss"});
  reader.feed(OutputReader::kOut, "loss=0.");
  reader.feed(OutputReader::kErr, "warning: old=1\n");
  reader.feed(OutputReader::kOut, "75\n");
  EXPECT_EQ(reader.values(), (Metrics{{"loss", 0.75}, {"old", 1}}));
}

TEST(OutputReader, ALineWithAMetricAndAStepIsAReport) {
  OutputReader reader({"loss"});
  reader.feed(OutputReader::kOut, "epoch=1 loss=0.5\nepoch=2 time=3\nloss=0.4\nstep: 3, loss: 0.3\repoch=4 loss=0.2\n");
  const auto first = reader.next_report();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->step, 1);
  EXPECT_EQ(first->metrics.at("loss"), 0.5);
  EXPECT_EQ(reader.next_report()->step, 3);
  EXPECT_EQ(reader.next_report()->step, 4);
  EXPECT_FALSE(reader.next_report());
}

TEST(OutputReader, StepsOnlyGrowAndBeginAt1) {
  OutputReader reader({"loss"});
  reader.feed(OutputReader::kOut, "epoch=0 loss=5\nepoch=0 loss=4\nepoch=1 loss=3\nepoch=0 loss=2\nepoch=0.5 loss=1\n");
  EXPECT_EQ(reader.next_report()->step, 1);
  EXPECT_EQ(reader.next_report()->step, 2);
  EXPECT_FALSE(reader.next_report());
  EXPECT_EQ(reader.values().at("loss"), 1.0);
}

TEST(OutputReader, CountsByTheGivenCounterOnly) {
  OutputReader reader({"loss"}, "step");
  reader.feed(OutputReader::kOut, "epoch=1 loss=4\nepoch=1 step=100 loss=3\nStep=200 loss=2\nepoch=2 loss=1\n");
  std::vector<std::int64_t> steps;
  while (const auto report = reader.next_report()) steps.push_back(report->step);
  EXPECT_EQ(steps, (std::vector<std::int64_t>{100, 200}));
  EXPECT_EQ(reader.values().at("loss"), 1.0) << "what is no report is a value all the same";
}

TEST(OutputReader, KeepsTheEndOfTheOutputFromTheBeginningOfALine) {
  OutputReader reader({"loss"});
  for (int i = 0; i < 3000; ++i)
    reader.feed(i % 2 == 0 ? OutputReader::kOut : OutputReader::kErr, "line " + std::to_string(i) + "\n");
  const std::string tail = reader.tail();
  EXPECT_LE(tail.size(), 4096U);
  EXPECT_GT(tail.size(), 4000U);
  EXPECT_EQ(tail.rfind("line 2", 0), 0U) << tail.substr(0, 40);
  EXPECT_NE(tail.find("line 2998\nline 2999\n"), std::string::npos);
}

TEST(OutputReader, TheTailIsUtf8WhateverIsPrinted) {
  OutputReader reader({"loss"});
  reader.feed(OutputReader::kErr, "caf\xe9 \xff\n");
  EXPECT_EQ(reader.tail(), "caf\xef\xbf\xbd \xef\xbf\xbd\n");
}

TEST(OutputReader, AProgramThatNamesEverythingDoesNotFillTheRecord) {
  OutputReader reader({"loss"});
  for (int i = 0; i < 5000; ++i) reader.feed(OutputReader::kOut, "m" + std::to_string(i) + "=1\n");
  reader.feed(OutputReader::kOut, "loss=2\n");
  EXPECT_LE(reader.values().size(), 101U);
  EXPECT_EQ(reader.values().at("loss"), 2.0);
}

TEST(OutputReader, BytesWithoutLineBreaksDoNotGrowWithoutEnd) {
  OutputReader reader({"loss"});
  for (int i = 0; i < 100; ++i) reader.feed(OutputReader::kOut, std::string(100000, 'x'));
  reader.feed(OutputReader::kOut, "\nloss=1\n");
  EXPECT_EQ(reader.values(), (Metrics{{"loss", 1}}));
}

}  // namespace
}  // namespace nascent
