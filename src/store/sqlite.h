#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// SQLite with ownership and with errors as sentences.
namespace nascent {

/// Bytes; empty ones are stored as NULL.
struct Blob {
  std::string bytes;
};

/// Text; an empty one is stored as NULL.
struct OptionalText {
  const std::string& text;
};

struct FinalizeStatement {
  void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
};

/// One open database file.
class Database {
 public:
  /// Opens for reading and writing; makes the file where `create` is set. Throws `SystemError` naming the file.
  Database(const std::filesystem::path& path, bool create);

  void execute(const char* sql);
  /// The same for a statement that is used often: prepared once, for as long as the database is open.
  void execute_often(const char* literal);
  /// The integer that a PRAGMA answers.
  std::int64_t integer_of(const char* sql);
  /// How many rows the last statement changed.
  int changes() const { return sqlite3_changes(handle_.get()); }

  sqlite3* handle() const { return handle_.get(); }
  /// Throws what the failed call means: `InputError` when the file is no database, else `SystemError`.
  [[noreturn]] void fail(int code) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::filesystem::path path_;
  std::unique_ptr<sqlite3, Close> handle_;
  std::map<const char*, std::unique_ptr<sqlite3_stmt, FinalizeStatement>> prepared_;
};

/// One prepared statement. Bind with `with`, run with `run` or `next`, begin again with `reset`.
class Statement {
 public:
  Statement(const Database& database, const char* sql);

  /// Binds all parameters in order, from a fresh start.
  template <typename... Values>
  Statement& with(const Values&... values) {
    reset();
    int index = 0;
    (bind(++index, values), ...);
    return *this;
  }

  /// Runs a statement that answers no rows.
  void run();
  /// Goes to the next row of the answer; false after the last.
  bool next();
  void reset() { sqlite3_reset(handle_.get()); }

  std::int64_t integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  double real(int column) const { return sqlite3_column_double(handle_.get(), column); }
  bool is_null(int column) const { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }
  std::string text(int column) const;
  /// Valid until the next step.
  std::string_view blob(int column) const;

 private:
  void bind(int index, std::int64_t value);
  void bind(int index, double value);
  void bind(int index, const std::string& value);
  void bind(int index, const std::optional<std::int64_t>& value);
  void bind(int index, const Blob& value);
  void bind(int index, const OptionalText& value);

  const Database& database_;
  std::unique_ptr<sqlite3_stmt, FinalizeStatement> handle_;
};

/// Begins a statement again at the end of a scope: one that is left in the middle keeps the moment that it reads.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(Statement& statement) : statement_(statement) {}
  ~ResetAtEnd() { statement_.reset(); }
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;

 private:
  Statement& statement_;
};

/// Undoes everything since its construction unless `commit` is called.
class Transaction {
 public:
  enum class Kind { kRead, kWrite };
  Transaction(Database& database, Kind kind);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace nascent
