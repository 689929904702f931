#include "store/sqlite_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "nascent/core/error.h"
#include "nascent/trial/bytes.h"
#include "nascent/trial/packed_configuration.h"
#include "store/record_text.h"

namespace nascent {
namespace {

/// Marks our files among all SQLite files ("Nasc").
constexpr std::int64_t kApplicationId = 0x4e617363;
/// The version of the tables below. A change of them gets a new number and a step that upgrades the older.
///   1  configurations, metrics and fidelities as JSON; one writer
///   2  the same packed; holders and the order of ends, so that coordinators can share a study
///   3  the trial that a trial continues
constexpr std::int64_t kSchemaVersion = 3;

// Blobs are as in trial/packed_configuration.h and trial/bytes.h (`numbers`). What is empty is NULL.
constexpr const char* kSchema = R"(
  CREATE TABLE study (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    record TEXT NOT NULL);
  CREATE TABLE trials (
    number          INTEGER PRIMARY KEY,
    state           INTEGER NOT NULL,
    holder          INTEGER,              -- of `holders`; NULL once the trial was taken from it
    configuration   BLOB NOT NULL,
    fidelity        BLOB,
    parent          INTEGER,
    retry_of        INTEGER,
    retried         INTEGER,              -- the trial that tries this one again
    continues       INTEGER,
    origin          TEXT NOT NULL,
    started_seconds REAL NOT NULL,
    metrics         BLOB,
    reason          TEXT,
    details         TEXT,
    cost_seconds    REAL);
  CREATE TABLE ends (
    position INTEGER PRIMARY KEY,         -- 1, 2, ... as trials ended
    trial    INTEGER NOT NULL);
  CREATE TABLE reports (
    trial        INTEGER NOT NULL REFERENCES trials (number),
    position     INTEGER NOT NULL,
    step         INTEGER NOT NULL,
    metrics      BLOB,
    cost_seconds REAL NOT NULL,
    PRIMARY KEY (trial, position)) WITHOUT ROWID;
  CREATE TABLE holders (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: old trials name it
    place       TEXT NOT NULL,
    process     INTEGER NOT NULL,
    born        INTEGER NOT NULL,
    valid_until REAL NOT NULL);
  CREATE TABLE notes (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL) WITHOUT ROWID;
)";

void set_version(Database& database) {
  database.execute(fmt::format("PRAGMA user_version = {}", kSchemaVersion).c_str());
}

/// A trial of version 1, as far as the upgrade looks at it.
struct OldTrial {
  std::int64_t number;
  bool finished;
  double end;
};

/// Version 1 did not say which trial tries which again: the next of the same configuration at the same fidelity.
class Retries {
 public:
  /// The trial that this one tries again, if there is one.
  std::optional<std::int64_t> take(const std::string& configuration, const std::string& fidelity, std::int64_t number,
                                   bool cut_off) {
    std::optional<std::int64_t> earlier;
    const auto key = std::pair(configuration, fidelity);
    if (const auto found = cut_off_.find(key); found != cut_off_.end()) {
      earlier = found->second;
      cut_off_.erase(found);
    }
    if (cut_off) cut_off_.emplace(key, number);
    return earlier;
  }

 private:
  std::map<std::pair<std::string, std::string>, std::int64_t> cut_off_;
};

std::vector<OldTrial> copy_trials(Database& database, const SearchSpace& space) {
  Statement select(database,
                   "SELECT number, state, configuration, fidelity, parent, origin, metrics, reason, details, "
                   "started_seconds, cost_seconds FROM trials_1 ORDER BY number");
  Statement insert(
      database,
      "INSERT INTO trials (number, state, configuration, fidelity, parent, retry_of, origin, "
      "started_seconds, metrics, reason, details, cost_seconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  Statement mark(database, "UPDATE trials SET retried = ? WHERE number = ?");
  std::vector<OldTrial> trials;
  Retries retries;
  while (select.next()) {
    const std::int64_t number = select.integer(0);
    const auto state = static_cast<TrialState>(select.integer(1));
    const std::string reason = select.text(7);
    const bool cut_off = state == TrialState::kRunning ||
                         (state == TrialState::kFailed && (reason == kTimeWasUp || reason == kInterrupted));
    const std::string details = select.text(8);
    const auto retry_of = retries.take(select.text(2), select.text(3), number, cut_off);
    std::optional<std::int64_t> parent;
    if (!select.is_null(4)) parent = select.integer(4);
    insert
        .with(number, static_cast<std::int64_t>(state),
              Blob{pack(space, space.configuration_from_json(Json::parse(select.text(2))))},
              blob_of(numbers_from(select.text(3))), parent, retry_of, select.text(5), select.real(9),
              blob_of(numbers_from(select.text(6))), OptionalText{reason},
              OptionalText{details == "null" ? std::string() : details}, select.real(10))
        .run();
    if (retry_of) mark.with(number, *retry_of).run();
    trials.push_back({number, is_finished(state), select.real(9) + select.real(10)});
  }
  return trials;
}

void copy_reports(Database& database) {
  Statement select(database, "SELECT trial, position, step, metrics, cost_seconds FROM reports_1");
  Statement insert(database,
                   "INSERT INTO reports (trial, position, step, metrics, cost_seconds) VALUES (?, ?, ?, ?, ?)");
  while (select.next()) {
    insert
        .with(select.integer(0), select.integer(1), select.integer(2), blob_of(numbers_from(select.text(3))),
              select.real(4))
        .run();
  }
}

/// Version 1 knew the order of ends from the clock of the study only.
void write_ends(Database& database, std::vector<OldTrial> trials) {
  std::erase_if(trials, [](const OldTrial& trial) { return !trial.finished; });
  std::ranges::stable_sort(trials, {}, &OldTrial::end);
  Statement insert(database, "INSERT INTO ends (trial) VALUES (?)");
  for (const OldTrial& trial : trials) insert.with(trial.number).run();
}

void upgrade_from_1(Database& database, const std::filesystem::path& path) {
  Transaction transaction(database, Transaction::Kind::kWrite);
  if (database.integer_of("PRAGMA user_version") != 1) return;  // another process has been faster
  const SearchSpace space = read_study(database, path).space;
  database.execute(
      "ALTER TABLE study RENAME TO study_1; ALTER TABLE trials RENAME TO trials_1;"
      "ALTER TABLE reports RENAME TO reports_1; ALTER TABLE notes RENAME TO notes_1");
  database.execute(kSchema);
  database.execute(
      "INSERT INTO study SELECT id, record FROM study_1; INSERT INTO notes SELECT key, value FROM notes_1");
  std::vector<OldTrial> trials = copy_trials(database, space);
  copy_reports(database);
  write_ends(database, std::move(trials));
  database.execute("DROP TABLE reports_1; DROP TABLE trials_1; DROP TABLE notes_1; DROP TABLE study_1");
  set_version(database);
  transaction.commit();
}

void upgrade_from_2(Database& database) {
  Transaction transaction(database, Transaction::Kind::kWrite);
  if (database.integer_of("PRAGMA user_version") != 2) return;  // another process has been faster
  database.execute("ALTER TABLE trials ADD COLUMN continues INTEGER");
  set_version(database);
  transaction.commit();
}

}  // namespace

void write_new_study(Database& database, const StudyRecord& study) {
  Transaction transaction(database, Transaction::Kind::kWrite);
  database.execute(kSchema);
  Statement(database, "INSERT INTO study (id, record) VALUES (1, ?)").with(text_of(study)).run();
  database.execute(fmt::format("PRAGMA application_id = {}", kApplicationId).c_str());
  set_version(database);
  transaction.commit();
}

void open_schema(Database& database, const std::filesystem::path& path) {
  // The first statement that reads the file: fails with a sentence when it is no database.
  const std::int64_t id = database.integer_of("PRAGMA application_id");
  if (id != kApplicationId)
    throw InputError(path.string() + " is not a study: it is an SQLite database of another program");
  const std::int64_t version = database.integer_of("PRAGMA user_version");
  if (version > kSchemaVersion)
    throw InputError(
        fmt::format("{} was written by a newer version of the program (schema {}, this one knows {}); "
                    "use that version",
                    path.string(), version, kSchemaVersion));
  if (version == 1) upgrade_from_1(database, path);
  if (version == 2) upgrade_from_2(database);
}

StudyRecord read_study(Database& database, const std::filesystem::path& path) {
  Statement statement(database, "SELECT record FROM study");
  if (!statement.next()) throw InputError(path.string() + " holds no study");
  return study_from(statement.text(0));
}

}  // namespace nascent
