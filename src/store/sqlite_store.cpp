#include "nascent/store/sqlite_store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <optional>
#include <system_error>

#include "nascent/core/deadline.h"
#include "nascent/core/error.h"
#include "store/checks.h"
#include "store/record_json.h"
#include "store/sqlite.h"

namespace nascent {
namespace {

namespace fs = std::filesystem;

/// Marks our files among all SQLite files ("Nasc").
constexpr std::int64_t kApplicationId = 0x4e617363;
/// The version of the tables below. A change of them gets a new number and a step that upgrades the older.
constexpr std::int64_t kSchemaVersion = 1;
/// How much recorded work a power failure may take back.
constexpr double kFlushSeconds = 1.0;

constexpr const char* kSchema = R"(
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
)";

/// What a connection needs each time it is opened.
///
/// With a write-ahead log readers and the writer do not block each other. With synchronous=NORMAL a commit hands the
/// log to the kernel, so nothing is lost when this process is killed; only a power failure could take back the last
/// commits (never damage older ones). A flush to the disk costs from 0.3 ms to over 4 ms, so `finish` asks for one at
/// most once in `kFlushSeconds`: that is all a power failure can cost.
void configure(Database& database) {
  database.execute("PRAGMA journal_mode = WAL");
  database.execute("PRAGMA synchronous = NORMAL");
}

void check_schema(Database& database, const fs::path& path) {
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
}

std::string study_text(Database& database, const fs::path& path) {
  Statement statement(database, "SELECT record FROM study");
  if (!statement.next()) throw InputError(path.string() + " holds no study");
  return statement.text(0);
}

class SqliteStore : public TrialStore {
 public:
  /// The database holds a study of the current schema.
  SqliteStore(Database database, const fs::path& path)
      : database_(std::move(database)), study_(study_from(study_text(database_, path))) {}

  const StudyRecord& study() const override { return study_; }

  std::vector<Trial> trials() const override {
    // One transaction, so that the reports and the trials are of one moment.
    Transaction transaction(database_, Transaction::Kind::kRead);
    std::vector<Trial> trials;
    select_trials_.reset();
    select_reports_.reset();
    while (select_trials_.next()) trials.push_back(read_trial());
    while (select_reports_.next()) {
      Report report{select_reports_.integer(1), numbers_from(select_reports_.text(2)), select_reports_.real(3)};
      trials.at(static_cast<std::size_t>(select_reports_.integer(0))).reports.push_back(std::move(report));
    }
    transaction.commit();
    return trials;
  }

  void create(const Trial& trial) override {
    Transaction transaction(database_, Transaction::Kind::kWrite);
    check_can_be_created(trial, next_number());
    insert_trial_
        .with(trial.number, static_cast<std::int64_t>(trial.state), text_of(trial.configuration.to_json()),
              text_of(trial.fidelity), trial.parent, trial.origin, text_of(trial.metrics), trial.reason,
              text_of(trial.details), trial.started_seconds, trial.cost_seconds)
        .run();
    transaction.commit();
  }

  void report(std::int64_t number, const Report& report) override {
    Transaction transaction(database_, Transaction::Kind::kWrite);
    check_is_running(number);
    insert_report_.with(number, number, report.step, text_of(report.metrics), report.cost_seconds).run();
    transaction.commit();
  }

  void finish(const Trial& trial) override {
    check_is_finished(trial);
    const bool flush = since_flush_.seconds() >= kFlushSeconds;
    if (flush) database_.execute("PRAGMA synchronous = FULL");
    record_end(trial);
    if (flush) {
      database_.execute("PRAGMA synchronous = NORMAL");
      since_flush_ = Stopwatch();
    }
  }

  void set_note(const std::string& key, const Json& value) override {
    Transaction transaction(database_, Transaction::Kind::kWrite);
    replace_note_.with(key, text_of(value)).run();
    transaction.commit();
  }

  Json note(const std::string& key) const override {
    select_note_.with(key);
    Json value;
    if (select_note_.next()) value = Json::parse(select_note_.text(0));
    select_note_.reset();
    return value;
  }

 private:
  void record_end(const Trial& trial) {
    Transaction transaction(database_, Transaction::Kind::kWrite);
    check_is_running(trial.number);
    update_trial_
        .with(static_cast<std::int64_t>(trial.state), text_of(trial.metrics), trial.reason, text_of(trial.details),
              trial.cost_seconds, trial.number)
        .run();
    transaction.commit();
  }

  std::int64_t next_number() {
    select_next_.reset();
    select_next_.next();
    const std::int64_t number = select_next_.integer(0);
    select_next_.reset();
    return number;
  }

  void check_is_running(std::int64_t number) {
    select_state_.with(number);
    const bool found = select_state_.next();
    const auto state = found ? static_cast<TrialState>(select_state_.integer(0)) : TrialState::kRunning;
    select_state_.reset();
    if (!found) throw_unknown_trial(number);
    if (is_finished(state)) throw_finished_already(number);
  }

  Trial read_trial() const {
    const Statement& row = select_trials_;
    Trial trial;
    trial.number = row.integer(0);
    trial.state = static_cast<TrialState>(row.integer(1));
    trial.configuration = study_.space.configuration_from_json(Json::parse(row.text(2)));
    trial.fidelity = numbers_from(row.text(3));
    if (!row.is_null(4)) trial.parent = row.integer(4);
    trial.origin = row.text(5);
    trial.metrics = numbers_from(row.text(6));
    trial.reason = row.text(7);
    trial.details = Json::parse(row.text(8));
    trial.started_seconds = row.real(9);
    trial.cost_seconds = row.real(10);
    return trial;
  }

  // Reading moves the statements on, which is not a change of the store.
  mutable Database database_;
  StudyRecord study_;
  Stopwatch since_flush_;
  mutable Statement select_trials_{database_,
                                   "SELECT number, state, configuration, fidelity, parent, origin, metrics, reason, "
                                   "details, started_seconds, cost_seconds FROM trials ORDER BY number"};
  mutable Statement select_reports_{database_,
                                    "SELECT trial, step, metrics, cost_seconds FROM reports ORDER BY trial, position"};
  mutable Statement select_note_{database_, "SELECT value FROM notes WHERE key = ?"};
  Statement select_next_{database_, "SELECT COALESCE(MAX(number) + 1, 0) FROM trials"};
  Statement select_state_{database_, "SELECT state FROM trials WHERE number = ?"};
  Statement insert_trial_{database_,
                          "INSERT INTO trials (number, state, configuration, fidelity, parent, origin, "
                          "metrics, reason, details, started_seconds, cost_seconds) "
                          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  Statement insert_report_{database_,
                           "INSERT INTO reports (trial, position, step, metrics, cost_seconds) VALUES (?, "
                           "(SELECT COALESCE(MAX(position) + 1, 0) FROM reports WHERE trial = ?), ?, ?, ?)"};
  Statement update_trial_{database_,
                          "UPDATE trials SET state = ?, metrics = ?, reason = ?, details = ?, cost_seconds = ? "
                          "WHERE number = ?"};
  Statement replace_note_{database_, "INSERT OR REPLACE INTO notes (key, value) VALUES (?, ?)"};
};

/// A journal that is left alone would be rolled back into the next database of the same name.
void remove_database(const fs::path& path) {
  std::error_code ignored;
  fs::remove(path, ignored);
  fs::remove(path.string() + "-journal", ignored);
}

/// Writes the study into a new database at `path`.
void write_new_study(const fs::path& path, const StudyRecord& study) {
  Database database(path, true);
  Transaction transaction(database, Transaction::Kind::kWrite);
  database.execute(kSchema);
  Statement(database, "INSERT INTO study (id, record) VALUES (1, ?)").with(text_of(study)).run();
  database.execute(fmt::format("PRAGMA application_id = {}", kApplicationId).c_str());
  database.execute(fmt::format("PRAGMA user_version = {}", kSchemaVersion).c_str());
  transaction.commit();
}

}  // namespace

std::unique_ptr<TrialStore> create_sqlite_store(const fs::path& path, const StudyRecord& study) {
  if (fs::exists(path))
    throw InputError(path.string() + " exists already; resume that study or choose another place for the new one");
  // Built under another name: whoever is killed here leaves no half of a study under the right one.
  fs::path temporary = path;
  temporary += "." + std::to_string(::getpid()) + ".new";
  remove_database(temporary);
  try {
    write_new_study(temporary, study);
    std::error_code error;
    fs::rename(temporary, path, error);
    if (error) throw SystemError("cannot write " + path.string() + ": " + error.message());
  } catch (...) {
    remove_database(temporary);
    throw;
  }
  return open_sqlite_store(path);
}

std::unique_ptr<TrialStore> open_sqlite_store(const fs::path& path) {
  if (!fs::exists(path)) throw InputError("there is no study at " + path.string() + "; check the path");
  if (!fs::is_regular_file(path)) throw InputError(path.string() + " is not a study: it is not a file");
  Database database(path, false);
  check_schema(database, path);
  configure(database);
  return std::make_unique<SqliteStore>(std::move(database), path);
}

}  // namespace nascent
