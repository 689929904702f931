// Files that older versions of the program wrote. Each is made here by the SQL that stood in that version.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cmath>

#include "nascent/store/sqlite_store.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

using testing::TemporaryFolder;

/// Version 1: JSON in text columns, one writer, no order of ends.
constexpr const char* kVersion1 = R"(
  CREATE TABLE study (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    record TEXT NOT NULL);
  CREATE TABLE trials (
    number        INTEGER PRIMARY KEY,
    state         INTEGER NOT NULL,
    configuration TEXT NOT NULL,
    fidelity      TEXT NOT NULL,
    parent        INTEGER,
    origin        TEXT NOT NULL,
    metrics       TEXT NOT NULL,
    reason        TEXT NOT NULL,
    details       TEXT NOT NULL,
    started_seconds REAL NOT NULL,
    cost_seconds    REAL NOT NULL);
  CREATE TABLE reports (
    trial        INTEGER NOT NULL REFERENCES trials (number),
    position     INTEGER NOT NULL,
    step         INTEGER NOT NULL,
    metrics      TEXT NOT NULL,
    cost_seconds REAL NOT NULL,
    PRIMARY KEY (trial, position)) WITHOUT ROWID;
  CREATE TABLE notes (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL) WITHOUT ROWID;
  INSERT INTO study VALUES (1, '{"name": "fit", "seed": 18446744073709551615, "strategy": "tpe", "settings": {"time": 60},
    "objectives": [{"metric": "auc", "maximize": true}],
    "space": {"parameters": [
      {"name": "lr", "type": "float", "low": 0.0001, "high": 0.1, "log": true},
      {"name": "model", "type": "categorical", "choices": ["flat",
        {"name": "deep", "parameters": [{"name": "layers", "type": "repeat", "minimum": 0, "maximum": 3,
          "parameters": [{"name": "w", "type": "int", "low": 1, "high": 512}]}]}]}]}}');
  INSERT INTO trials VALUES (0, 2, '{"lr": 0.001, "model": {"deep": {"layers": [{"#": 7, "w": 512}]}}}', '{"epochs": 2.0}',
    NULL, 'first', '{"auc": 0.75, "loss": "nan"}', '', '{"rounds": 17}', 0.0, 10.0);
  INSERT INTO trials VALUES (1, 4, '{"lr": 0.01, "model": "flat"}', '{}', 0, 'tpe', '{}', 'the time was up', 'null',
    1.0, 2.0);
  INSERT INTO trials VALUES (2, 4, '{"lr": 0.02, "model": "flat"}', '{}', NULL, 'tpe', '{}', 'out of memory', 'null',
    4.0, 1.0);
  INSERT INTO trials VALUES (3, 2, '{"lr": 0.01, "model": "flat"}', '{}', 0, 'tpe', '{"auc": 0.5}', '', 'null',
    6.0, 1.0);
  INSERT INTO trials VALUES (4, 1, '{"lr": 0.03, "model": "flat"}', '{}', NULL, 'tpe', '{}', '', 'null', 8.0, 0.0);
  INSERT INTO reports VALUES (0, 0, 1, '{"auc": 0.5}', 4.0);
  INSERT INTO reports VALUES (0, 1, 2, '{"auc": 0.75, "loss": "-inf"}', 9.0);
  INSERT INTO reports VALUES (4, 0, 1, '{"auc": 0.25}', 1.0);
  INSERT INTO notes VALUES ('seconds_spent', '12.5');
  PRAGMA application_id = 1315009379;
  PRAGMA user_version = 1;
)";

void write_version_1(const std::filesystem::path& path) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(handle, kVersion1, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(handle);
  sqlite3_close(handle);
}

TEST(SqliteUpgrade, AStudyOfVersion1KeepsEverything) {
  const TemporaryFolder folder;
  write_version_1(folder / "study.db");
  for (int opened = 0; opened < 2; ++opened) {
    const auto store = open_sqlite_store(folder / "study.db");
    EXPECT_EQ(store->study().name, "fit");
    EXPECT_EQ(store->study().seed, 18446744073709551615ULL);
    EXPECT_EQ(store->study().settings, Json({{"time", 60}}));
    EXPECT_EQ(store->note("seconds_spent"), 12.5);
    const std::vector<Trial> trials = store->trials();
    ASSERT_EQ(trials.size(), 5u);
    EXPECT_EQ(trials[0].configuration.number("lr"), 0.001);
    const Element& layer = trials[0].configuration.branch("model").elements("layers").at(0);
    EXPECT_EQ(layer.identity, 7u);
    EXPECT_EQ(layer.values.integer("w"), 512);
    EXPECT_EQ(trials[0].fidelity, (Fidelity{{"epochs", 2.0}}));
    EXPECT_EQ(trials[0].origin, "first");
    EXPECT_EQ(trials[0].metrics.at("auc"), 0.75);
    EXPECT_TRUE(std::isnan(trials[0].metrics.at("loss")));
    EXPECT_EQ(trials[0].details, Json({{"rounds", 17}}));
    EXPECT_EQ(trials[0].cost_seconds, 10.0);
    ASSERT_EQ(trials[0].reports.size(), 2u);
    EXPECT_EQ(trials[0].reports[1].step, 2);
    EXPECT_EQ(trials[0].reports[1].metrics.at("loss"), -INFINITY);
    EXPECT_EQ(trials[0].reports[1].cost_seconds, 9.0);
    EXPECT_EQ(trials[1].parent, 0);
    EXPECT_EQ(trials[1].reason, "the time was up");
    EXPECT_TRUE(trials[1].details.is_null());
    EXPECT_EQ(trials[2].state, TrialState::kFailed);
    EXPECT_EQ(trials[4].state, TrialState::kRunning);
    EXPECT_EQ(trials[4].reports.size(), 1u);
  }
}

TEST(SqliteUpgrade, AStudyOfVersion1KnowsTheOrderOfEndsAndWhichTrialTriesWhichAgain) {
  const TemporaryFolder folder;
  write_version_1(folder / "study.db");
  const auto store = open_sqlite_store(folder / "study.db");
  std::vector<std::int64_t> ended;
  store->for_each_ended(0, [&](Trial&& trial) { ended.push_back(trial.number); });
  EXPECT_EQ(ended, (std::vector<std::int64_t>{1, 2, 3, 0}));
  std::vector<Trial> trials = store->trials();
  EXPECT_EQ(trials[3].retry_of, 1);
  EXPECT_EQ(trials[2].retry_of, std::nullopt);

  // It goes on as any other: what was running has no holder any more.
  EXPECT_FALSE(store->held_elsewhere(4));
  Trial again;
  again.number = 5;
  again.configuration = trials[4].configuration;
  again.retry_of = 4;
  EXPECT_EQ(store->create(again), 5);
  EXPECT_EQ(store->trials().at(4).reason, "interrupted");
  again.number = 6;
  again.retry_of = 1;
  EXPECT_EQ(store->create(again), std::nullopt) << "it was tried again already";
}

/// Version 2 is version 3 without the trial that a trial continues.
TEST(SqliteUpgrade, AStudyOfVersion2KeepsEverythingAndItsTrialsContinueNothing) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "study.db";
  Trial trial{.number = 0, .origin = "tpe"};
  {
    const auto store = create_sqlite_store(path, {.name = "old", .space = SearchSpace().add_int("n", 0, 9)});
    trial.configuration.set("n", std::int64_t{7});
    store->create(trial);
    store->report(0, {1, {{"loss", 0.5}}, 2.0});
  }
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(handle, "ALTER TABLE trials DROP COLUMN continues; PRAGMA user_version = 2", nullptr, nullptr,
                         nullptr),
            SQLITE_OK)
      << sqlite3_errmsg(handle);
  sqlite3_close(handle);
  for (int opened = 0; opened < 2; ++opened) {
    const auto store = open_sqlite_store(path);
    const std::vector<Trial> trials = store->trials();
    ASSERT_EQ(trials.size(), static_cast<std::size_t>(1 + opened));
    EXPECT_EQ(trials[0].configuration, trial.configuration);
    EXPECT_EQ(trials[0].reports.size(), 1u);
    EXPECT_EQ(trials[0].continues, std::nullopt);
    if (opened == 1) {
      EXPECT_EQ(trials[1].continues, 0);
      break;
    }
    store->create({.number = 1, .configuration = trial.configuration, .continues = 0, .origin = "asha"});
  }
}

}  // namespace
}  // namespace nascent
