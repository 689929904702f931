#include "nascent/store/sqlite_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <system_error>

#include "nascent/core/deadline.h"
#include "nascent/core/error.h"
#include "nascent/trial/packed_configuration.h"
#include "store/checks.h"
#include "store/holder.h"
#include "store/record_text.h"
#include "store/sqlite.h"
#include "store/sqlite_schema.h"

namespace nascent {
namespace {

namespace fs = std::filesystem;

/// The columns that `read_trial` reads, in its order.
#define NASCENT_TRIAL_COLUMNS                                                                                   \
  "trials.number, state, configuration, fidelity, parent, retry_of, origin, started_seconds, metrics, reason, " \
  "details, cost_seconds, continues"

/// What a connection needs each time it is opened.
///
/// With a write-ahead log readers and the writer do not block each other. With synchronous=NORMAL a commit hands the
/// log to the kernel, so nothing is lost when this process is killed; only a power failure could take back the last
/// commits (never damage older ones). A flush to the disk costs from 0.3 ms to over 4 ms, so `finish` asks for one at
/// most once in `flush_seconds`: that is all a power failure can cost. Copying the log into the file flushes too, so it
/// is done every 32 MB instead of every 4.
void configure(Database& database, const SqliteStoreOptions& options) {
  database.execute("PRAGMA journal_mode = WAL");
  database.execute(options.flush_seconds <= 0.0 ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  database.execute("PRAGMA wal_autocheckpoint = 8192");
}

class SqliteStore : public TrialStore {
 public:
  /// The database holds a study of the current schema.
  SqliteStore(Database database, const fs::path& path, const SqliteStoreOptions& options)
      : database_(std::move(database)), options_(options), study_(read_study(database_, path)) {}

  ~SqliteStore() override {
    if (holder_ == 0) return;
    try {
      Statement(database_, "DELETE FROM holders WHERE id = ?").with(holder_).run();
    } catch (...) {
      // Then its trials are free once this process has ended.
    }
  }

  const StudyRecord& study() const override { return study_; }

  void for_each_trial(std::int64_t from, const std::function<void(Trial&&)>& visit) const override {
    // One transaction, so that the reports and the trials are of one moment.
    Transaction transaction(database_, Transaction::Kind::kRead);
    const ResetAtEnd trials(select_trials_);
    const ResetAtEnd reports(select_reports_);
    select_trials_.with(from);
    select_reports_.with(from);
    bool more_reports = select_reports_.next();
    while (select_trials_.next()) {
      Trial trial = read_trial(select_trials_);
      for (; more_reports && select_reports_.integer(0) == trial.number; more_reports = select_reports_.next()) {
        trial.reports.push_back(read_report(select_reports_));
      }
      visit(std::move(trial));
    }
  }

  void for_each_running(std::int64_t from, const std::function<void(Trial&&)>& visit) const override {
    visit_with_reports(select_running_, from, visit);
  }

  std::int64_t size() const override {
    const ResetAtEnd reset(select_next_);
    select_next_.next();
    return select_next_.integer(0);
  }

  void for_each_ended(std::int64_t ended_before, const std::function<void(Trial&&)>& visit) const override {
    visit_with_reports(select_ended_, ended_before, visit);
  }

  bool changed_elsewhere() override {
    const ResetAtEnd reset(select_version_);
    select_version_.next();
    const std::int64_t version = select_version_.integer(0);
    return std::exchange(data_version_, version) != version;
  }

  std::optional<std::int64_t> create(const Trial& trial) override {
    check_can_be_created(trial);
    const Blob configuration{pack(study_.space, trial.configuration)};
    const std::int64_t holder = registered_holder();
    const auto insert = [&]() -> std::optional<std::int64_t> {
      insert_trial_
          .with(trial.number, holder, configuration, blob_of(trial.fidelity), trial.parent, trial.retry_of,
                trial.origin, trial.started_seconds, trial.continues)
          .run();
      if (database_.changes() == 1) return sqlite3_last_insert_rowid(database_.handle());
      check_is_not_beyond(trial.number, size());
      return {};
    };
    if (!trial.retry_of) return insert();  // one statement is a transaction of its own
    Transaction transaction(database_, Transaction::Kind::kWrite);
    if (!may_be_retried(*trial.retry_of)) return {};
    const std::optional<std::int64_t> number = insert();
    if (!number) return {};
    mark_retried_.with(*number, *trial.retry_of).run();
    close(*trial.retry_of, std::string(kInterrupted));
    transaction.commit();
    return number;
  }

  bool report(std::int64_t number, const Report& report) override {
    Transaction transaction(database_, Transaction::Kind::kWrite);
    if (is_taken(number)) return false;
    insert_report_.with(number, number, report.step, blob_of(report.metrics), report.cost_seconds).run();
    transaction.commit();
    return true;
  }

  std::optional<std::int64_t> finish(const Trial& trial) override {
    check_is_finished(trial);
    const bool flush = options_.flush_seconds > 0.0 && since_flush_.seconds() >= options_.flush_seconds;
    if (flush) database_.execute("PRAGMA synchronous = FULL");
    const std::optional<std::int64_t> place = record_end(trial);
    if (flush) {
      database_.execute("PRAGMA synchronous = NORMAL");
      since_flush_ = Stopwatch();
    }
    return place;
  }

  bool give_up(std::int64_t number, const std::string& reason) override {
    Transaction transaction(database_, Transaction::Kind::kWrite);
    if (!close(number, reason)) return false;
    transaction.commit();
    return true;
  }

  bool held_elsewhere(std::int64_t number) const override {
    const ResetAtEnd reset(select_holder_);
    select_holder_.with(number);
    if (!select_holder_.next()) return false;  // finished, or its holder has gone
    if (select_holder_.integer(0) == holder_) return false;
    return is_alive(read_holder(select_holder_));
  }

  void renew_lease() override {
    if (holder_ == 0 || since_renewal_.seconds() < options_.lease_seconds / 3.0) return;
    write_holder();
  }

  void set_note(const std::string& key, const Json& value) override { replace_note_.with(key, text_of(value)).run(); }

  Json note(const std::string& key) const override {
    const ResetAtEnd reset(select_note_);
    select_note_.with(key);
    return select_note_.next() ? Json::parse(select_note_.text(0)) : Json();
  }

 private:
  /// The reports are looked up one trial at a time.
  void visit_with_reports(Statement& select, std::int64_t from, const std::function<void(Trial&&)>& visit) const {
    Transaction transaction(database_, Transaction::Kind::kRead);
    const ResetAtEnd trials(select);
    const ResetAtEnd reports(select_reports_of_);
    select.with(from);
    while (select.next()) {
      Trial trial = read_trial(select);
      select_reports_of_.with(trial.number);
      while (select_reports_of_.next()) trial.reports.push_back(read_report(select_reports_of_));
      visit(std::move(trial));
    }
  }

  std::optional<std::int64_t> record_end(const Trial& trial) {
    Transaction transaction(database_, Transaction::Kind::kWrite);
    update_trial_
        .with(static_cast<std::int64_t>(trial.state), blob_of(trial.metrics), OptionalText{trial.reason},
              OptionalText{trial.details.is_null() ? std::string() : text_of(trial.details)}, trial.cost_seconds,
              trial.number)
        .run();
    if (database_.changes() == 0) {
      is_taken(trial.number);  // or throws
      return {};
    }
    insert_end_.with(trial.number).run();
    const std::int64_t place = sqlite3_last_insert_rowid(database_.handle());
    transaction.commit();
    return place;
  }

  /// Whether a trial has been started anew, which closed it. Throws for one that does not exist or ended by itself.
  bool is_taken(std::int64_t number) {
    const ResetAtEnd reset(select_state_);
    select_state_.with(number);
    if (!select_state_.next()) throw_unknown_trial(number);
    if (!is_finished(static_cast<TrialState>(select_state_.integer(0)))) return false;
    if (!select_state_.is_null(1)) throw_finished_already(number);
    return true;
  }

  bool may_be_retried(std::int64_t number) {
    const ResetAtEnd reset(select_state_);
    select_state_.with(number);
    if (!select_state_.next()) throw_unknown_trial(number);
    if (!select_state_.is_null(2)) return false;
    Trial trial;
    trial.state = static_cast<TrialState>(select_state_.integer(0));
    trial.reason = select_state_.text(3);
    return !is_finished(trial.state) || was_cut_off(trial);
  }

  /// False if it is not running any more.
  bool close(std::int64_t number, const std::string& reason) {
    close_taken_.with(reason, number, number).run();
    if (database_.changes() == 0) return false;
    insert_end_.with(number).run();
    return true;
  }

  /// Registers this object when it first holds a trial; removes those who are dead.
  std::int64_t registered_holder() {
    if (holder_ != 0) return holder_;
    Transaction transaction(database_, Transaction::Kind::kWrite);
    std::vector<std::int64_t> dead;
    Statement select(database_, "SELECT id, place, process, born, valid_until FROM holders");
    while (select.next()) {
      if (!is_alive(read_holder(select))) dead.push_back(select.integer(0));
    }
    Statement remove(database_, "DELETE FROM holders WHERE id = ?");
    for (const std::int64_t id : dead) remove.with(id).run();
    Statement(database_, "INSERT INTO holders (place, process, born, valid_until) VALUES ('', 0, 0, 0)").run();
    holder_ = sqlite3_last_insert_rowid(database_.handle());
    try {
      write_holder();
      transaction.commit();
    } catch (...) {
      holder_ = 0;
      throw;
    }
    return holder_;
  }

  /// Also puts the row back, if somebody took this holder for dead and removed it.
  void write_holder() {
    replace_holder_.with(holder_, self_.place, self_.process, self_.born, wall_clock_seconds() + options_.lease_seconds)
        .run();
    since_renewal_ = Stopwatch();
  }

  static Holder read_holder(const Statement& row) {
    return {.place = row.text(1), .process = row.integer(2), .born = row.integer(3), .valid_until = row.real(4)};
  }

  Trial read_trial(const Statement& row) const {
    Trial trial;
    trial.number = row.integer(0);
    trial.state = static_cast<TrialState>(row.integer(1));
    trial.configuration = unpack(study_.space, row.blob(2));
    trial.fidelity = numbers_from_blob(row.blob(3));
    if (!row.is_null(4)) trial.parent = row.integer(4);
    if (!row.is_null(5)) trial.retry_of = row.integer(5);
    trial.origin = row.text(6);
    trial.started_seconds = row.real(7);
    trial.metrics = numbers_from_blob(row.blob(8));
    trial.reason = row.text(9);
    if (!row.is_null(10)) trial.details = Json::parse(row.text(10));
    trial.cost_seconds = row.real(11);
    if (!row.is_null(12)) trial.continues = row.integer(12);
    return trial;
  }

  static Report read_report(const Statement& row) {
    return {row.integer(1), numbers_from_blob(row.blob(2)), row.real(3)};
  }

  // Reading moves the statements on, which is not a change of the store.
  mutable Database database_;
  SqliteStoreOptions options_;
  StudyRecord study_;
  const Holder self_ = this_process();
  std::int64_t holder_ = 0;  ///< this object's row, once it has held a trial
  std::int64_t data_version_ = -1;
  Stopwatch since_flush_;
  Stopwatch since_renewal_;
  mutable Statement select_trials_{database_,
                                   "SELECT " NASCENT_TRIAL_COLUMNS " FROM trials WHERE number >= ? ORDER BY number"};
  mutable Statement select_running_{
      database_, "SELECT " NASCENT_TRIAL_COLUMNS " FROM trials WHERE number >= ? AND state = 1 ORDER BY number"};
  mutable Statement select_ended_{database_, "SELECT " NASCENT_TRIAL_COLUMNS
                                             " FROM ends CROSS JOIN trials ON trials.number = ends.trial "
                                             "WHERE ends.position > ? ORDER BY ends.position"};
  mutable Statement select_reports_{database_,
                                    "SELECT trial, step, metrics, cost_seconds FROM reports WHERE trial >= ? "
                                    "ORDER BY trial, position"};
  mutable Statement select_reports_of_{database_,
                                       "SELECT trial, step, metrics, cost_seconds FROM reports WHERE trial = ? "
                                       "ORDER BY position"};
  mutable Statement select_note_{database_, "SELECT value FROM notes WHERE key = ?"};
  mutable Statement select_holder_{database_,
                                   "SELECT holders.id, place, process, born, valid_until FROM trials JOIN holders "
                                   "ON holders.id = trials.holder WHERE trials.number = ? AND trials.state = 1"};
  Statement select_version_{database_, "PRAGMA data_version"};
  mutable Statement select_next_{database_, "SELECT COALESCE(MAX(number) + 1, 0) FROM trials"};
  Statement select_state_{database_, "SELECT state, holder, retried, reason FROM trials WHERE number = ?"};
  // As scalar subqueries, which SQLite answers from the end of the table; in a FROM clause it would read all of it.
  Statement insert_trial_{database_,
                          "INSERT INTO trials (number, state, holder, configuration, fidelity, parent, retry_of, "
                          "origin, started_seconds, continues) "
                          "SELECT 1 + COALESCE((SELECT MAX(number) FROM trials), -1), 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
                          "?9 "
                          "WHERE ?1 < 0 OR ?1 = 1 + COALESCE((SELECT MAX(number) FROM trials), -1)"};
  Statement insert_report_{database_,
                           "INSERT INTO reports (trial, position, step, metrics, cost_seconds) VALUES (?, "
                           "(SELECT COALESCE(MAX(position) + 1, 0) FROM reports WHERE trial = ?), ?, ?, ?)"};
  Statement update_trial_{database_,
                          "UPDATE trials SET state = ?, metrics = ?, reason = ?, details = ?, cost_seconds = ? "
                          "WHERE number = ? AND state = 1"};
  Statement insert_end_{database_, "INSERT INTO ends (trial) VALUES (?)"};
  Statement mark_retried_{database_, "UPDATE trials SET retried = ? WHERE number = ?"};
  Statement close_taken_{database_,
                         "UPDATE trials SET state = 4, holder = NULL, reason = ?, cost_seconds = "
                         "(SELECT COALESCE(MAX(cost_seconds), 0.0) FROM reports WHERE trial = ?) "
                         "WHERE number = ? AND state = 1"};
  Statement replace_holder_{database_,
                            "INSERT OR REPLACE INTO holders (id, place, process, born, valid_until) "
                            "VALUES (?, ?, ?, ?, ?)"};
  Statement replace_note_{database_, "INSERT OR REPLACE INTO notes (key, value) VALUES (?, ?)"};
};

#undef NASCENT_TRIAL_COLUMNS

/// A journal that is left alone would be rolled into the next database of the same name.
void remove_journals(const fs::path& path) {
  std::error_code ignored;
  for (const char* ending : {"-journal", "-wal", "-shm"}) fs::remove(path.string() + ending, ignored);
}

void remove_database(const fs::path& path) {
  std::error_code ignored;
  fs::remove(path, ignored);
  remove_journals(path);
}

[[noreturn]] void throw_exists_already(const fs::path& path) {
  throw InputError(path.string() + " exists already; resume that study or choose another place for the new one");
}

/// Gives the file its name; false if a file of that name is there, which is never replaced.
bool move_unless_there(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno == EEXIST) return false;
  std::error_code error(errno, std::generic_category());
  if (error == std::errc::invalid_argument) {  // a file system that cannot do both at once
    if (fs::exists(to)) return false;
    fs::rename(from, to, error);
    if (!error) return true;
  }
  throw SystemError("cannot write " + to.string() + ": " + error.message());
}

/// False if there is a file.
bool start_study(const fs::path& path, const StudyRecord& study) {
  if (fs::exists(path)) return false;
  // Somebody who removes a study that was killed may leave its last trials behind in a journal.
  const bool was_removed = fs::exists(path.string() + "-wal");
  // Built under another name: whoever is killed here leaves no half of a study under the right one.
  fs::path temporary = path;
  temporary += "." + std::to_string(::getpid()) + ".new";
  remove_database(temporary);
  try {
    {
      Database database(temporary, true);
      write_new_study(database, study);
    }
    if (was_removed && !fs::exists(path)) remove_journals(path);
    const bool moved = move_unless_there(temporary, path);
    if (!moved) remove_database(temporary);
    return moved;
  } catch (...) {
    remove_database(temporary);
    throw;
  }
}

}  // namespace

std::unique_ptr<TrialStore> create_sqlite_store(const fs::path& path, const StudyRecord& study,
                                                const SqliteStoreOptions& options) {
  if (!start_study(path, study)) throw_exists_already(path);
  return open_sqlite_store(path, options);
}

std::unique_ptr<TrialStore> open_sqlite_store(const fs::path& path, const SqliteStoreOptions& options) {
  if (!fs::exists(path)) throw InputError("there is no study at " + path.string() + "; check the path");
  if (!fs::is_regular_file(path)) throw InputError(path.string() + " is not a study: it is not a file");
  Database database(path, false);
  open_schema(database, path);
  configure(database, options);
  return std::make_unique<SqliteStore>(std::move(database), path, options);
}

std::unique_ptr<TrialStore> open_or_create_sqlite_store(const fs::path& path, const StudyRecord& study,
                                                        const SqliteStoreOptions& options) {
  start_study(path, study);
  return open_sqlite_store(path, options);
}

}  // namespace nascent
