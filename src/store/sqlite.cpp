#include "store/sqlite.h"

#include "nascent/core/error.h"

namespace nascent {
namespace {

/// How long a writer waits for another process that writes. Transactions take milliseconds; a backup may take longer.
constexpr int kPatienceMilliseconds = 20'000;

}  // namespace

Database::Database(const std::filesystem::path& path, bool create) : path_(path) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0), nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) fail(code);
  sqlite3_busy_timeout(handle, kPatienceMilliseconds);
  sqlite3_extended_result_codes(handle, 1);
}

void Database::execute(const char* sql) {
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

void Database::execute_often(const char* literal) {
  auto& statement = prepared_[literal];
  if (statement == nullptr) {
    sqlite3_stmt* handle = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(), literal, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
    statement.reset(handle);
    if (code != SQLITE_OK) fail(code);
  }
  const int code = sqlite3_step(statement.get());
  sqlite3_reset(statement.get());
  if (code != SQLITE_DONE) fail(code);
}

std::int64_t Database::integer_of(const char* sql) {
  Statement statement(*this, sql);
  return statement.next() ? statement.integer(0) : 0;
}

void Database::fail(int code) const {
  const std::string file = path_.string();
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      throw InputError(file + " is not a study: it is not an SQLite database");
    case SQLITE_CORRUPT:
      throw SystemError(file + " is damaged; \"sqlite3 " + file + " .recover\" may save what is left in it");
    case SQLITE_FULL:
      throw SystemError("cannot write " + file +
                        ": the disk is full; free some space and go on, what was recorded before is safe");
    case SQLITE_BUSY:
      throw SystemError("cannot write " + file + ": another program holds it; end that one and try again");
    case SQLITE_READONLY:
      throw SystemError("cannot write " + file + ": it is read-only; check its permissions");
    case SQLITE_CANTOPEN:
      throw SystemError("cannot open " + file + "; check that its folder exists and may be written");
    default:
      break;
  }
  const std::string reason = handle_ != nullptr ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  throw SystemError("cannot use " + file + ": " + reason + "; what was recorded before is safe");
}

Statement::Statement(const Database& database, const char* sql) : database_(database) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(database.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) database.fail(code);
}

void Statement::run() {
  const int code = sqlite3_step(handle_.get());
  // The error must be read before the reset, and a statement that is not reset keeps its lock.
  if (code != SQLITE_DONE && code != SQLITE_ROW) {
    try {
      database_.fail(code);
    } catch (...) {
      reset();
      throw;
    }
  }
  reset();
}

bool Statement::next() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_.fail(code);
  reset();
  return false;
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return bytes == nullptr ? std::string() : std::string(bytes, size);
}

std::string_view Statement::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return bytes == nullptr ? std::string_view() : std::string_view(bytes, size);
}

void Statement::bind(int index, std::int64_t value) { sqlite3_bind_int64(handle_.get(), index, value); }
void Statement::bind(int index, double value) { sqlite3_bind_double(handle_.get(), index, value); }
void Statement::bind(int index, const std::string& value) {
  sqlite3_bind_text(handle_.get(), index, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
}
void Statement::bind(int index, const std::optional<std::int64_t>& value) {
  if (value)
    bind(index, *value);
  else
    sqlite3_bind_null(handle_.get(), index);
}

void Statement::bind(int index, const Blob& value) {
  if (value.bytes.empty()) {
    sqlite3_bind_null(handle_.get(), index);
  } else {
    sqlite3_bind_blob(handle_.get(), index, value.bytes.data(), static_cast<int>(value.bytes.size()), SQLITE_TRANSIENT);
  }
}
void Statement::bind(int index, const OptionalText& value) {
  if (value.text.empty()) {
    sqlite3_bind_null(handle_.get(), index);
  } else {
    bind(index, value.text);
  }
}

Transaction::Transaction(Database& database, Kind kind) : database_(database) {
  // A writer takes its lock at once: two that both read first could not both go on.
  database_.execute_often(kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
  if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.execute_often("COMMIT");
  open_ = false;
}

}  // namespace nascent
