#include "nascent/store/sqlite_store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>

#include "contract/example_trials.h"
#include "nascent/core/error.h"
#include "support/seed.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

namespace fs = std::filesystem;
using testing::example_report;
using testing::example_study;
using testing::example_trial;
using testing::finished;
using testing::TemporaryFolder;

template <typename Exception>
std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Exception& error) {
    return error.what();
  }
  return "(not thrown)";
}

/// Runs SQL on a file with a connection of its own.
void execute(const fs::path& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(handle);
  sqlite3_close(handle);
}

TEST(SqliteStore, DoesNotTouchAFileThatIsThere) {
  const TemporaryFolder folder;
  const fs::path path = folder / "study.db";
  std::ofstream(path) << "precious";
  EXPECT_EQ(message_of<InputError>([&] { create_sqlite_store(path, example_study()); }),
            path.string() + " exists already; resume that study or choose another place for the new one");
  std::string content;
  std::getline(std::ifstream(path), content);
  EXPECT_EQ(content, "precious");
}

TEST(SqliteStore, SaysWhyAFileCannotBeOpened) {
  const TemporaryFolder folder;
  const auto opening = [&](const std::string& name) {
    return message_of<InputError>([&] { open_sqlite_store(folder / name); });
  };
  const std::string place = folder.path().string() + "/";
  EXPECT_EQ(opening("absent.db"), "there is no study at " + place + "absent.db; check the path");
  EXPECT_FALSE(fs::exists(folder / "absent.db"));

  std::ofstream(folder / "text.db") << std::string(5000, 'x');
  EXPECT_EQ(opening("text.db"), place + "text.db is not a study: it is not an SQLite database");

  execute(folder / "other.db", "CREATE TABLE books (title TEXT)");
  EXPECT_EQ(opening("other.db"), place + "other.db is not a study: it is an SQLite database of another program");

  std::ofstream(folder / "empty.db").close();
  EXPECT_NE(opening("empty.db").find("is not a study"), std::string::npos);

  fs::create_directory(folder / "folder.db");
  EXPECT_EQ(opening("folder.db"), place + "folder.db is not a study: it is not a file");

  create_sqlite_store(folder / "newer.db", example_study());
  execute(folder / "newer.db", "PRAGMA user_version = 99");
  EXPECT_EQ(opening("newer.db"), place +
                                     "newer.db was written by a newer version of the program (schema 99, this one "
                                     "knows 3); use that version");
}

TEST(SqliteStore, LeavesNothingBehindWhereItCannotBeCreated) {
  const TemporaryFolder folder;
  const fs::path path = folder / "no-such-folder/study.db";
  const std::string message = message_of<SystemError>([&] { create_sqlite_store(path, example_study()); });
  EXPECT_NE(message.find("check that its folder exists"), std::string::npos) << message;
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(SqliteStore, LeavesOneFileWhenItIsClosed) {
  const TemporaryFolder folder;
  create_sqlite_store(folder / "study.db", example_study())->create(example_trial(0));
  int files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder.path())) ++files;
  EXPECT_EQ(files, 1);
}

TEST(SqliteStore, CanBeReadWhileItIsWritten) {
  const TemporaryFolder folder;
  const auto writer = create_sqlite_store(folder / "study.db", example_study());
  const auto reader = open_sqlite_store(folder / "study.db");
  writer->create(example_trial(0));
  EXPECT_EQ(reader->trials().size(), 1u);
  writer->finish(finished(example_trial(0)));
  EXPECT_EQ(reader->trials().at(0).state, TrialState::kComplete);
}

TEST(SqliteStore, DoesNotReplaceAStudyThatAnotherProcessHasJustStarted) {
  const TemporaryFolder folder;
  const fs::path path = folder / "study.db";
  const auto first = open_or_create_sqlite_store(path, example_study());
  first->create(example_trial(0));
  EXPECT_EQ(open_or_create_sqlite_store(path, example_study())->trials().size(), 1u);
}

TEST(SqliteStore, BeginsAnewWhereARemovedStudyHasLeftItsJournal) {
  const TemporaryFolder folder;
  const fs::path path = folder / "study.db";
  const pid_t child = fork();
  if (child == 0) {
    const auto store = create_sqlite_store(path, example_study());
    store->create(example_trial(0));
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  ASSERT_TRUE(fs::exists(path.string() + "-wal"));
  fs::remove(path);
  EXPECT_TRUE(create_sqlite_store(path, example_study())->trials().empty());
}

TEST(SqliteStore, HoldsItsTrialsAsLongAsItLives) {
  const TemporaryFolder folder;
  auto holder = create_sqlite_store(folder / "study.db", example_study());
  const auto other = open_sqlite_store(folder / "study.db");
  holder->create(example_trial(0));
  other->create(example_trial(1));
  EXPECT_TRUE(other->held_elsewhere(0));
  EXPECT_FALSE(other->held_elsewhere(1)) << "its own";
  EXPECT_TRUE(holder->held_elsewhere(1));
  holder.reset();
  EXPECT_FALSE(other->held_elsewhere(0));
  EXPECT_EQ(other->trials().at(0).state, TrialState::kRunning) << "nobody has started it anew yet";
}

TEST(SqliteStore, HoldsTrialsOfAPlaceThatCannotBeSeenUntilTheLeaseEnds) {
  const TemporaryFolder folder;
  const fs::path path = folder / "study.db";
  const auto holder = create_sqlite_store(path, example_study(), {.lease_seconds = 1000.0});
  holder->create(example_trial(0));
  execute(path, "UPDATE holders SET place = 'another machine'");
  const auto other = open_sqlite_store(path);
  EXPECT_TRUE(other->held_elsewhere(0));
  execute(path, "UPDATE holders SET valid_until = 1000");
  EXPECT_FALSE(other->held_elsewhere(0));
  EXPECT_EQ(holder->finish(finished(example_trial(0))), 1) << "late, but nothing has replaced it";
}

TEST(SqliteStore, RenewsItsLease) {
  const TemporaryFolder folder;
  const fs::path path = folder / "study.db";
  const auto holder = create_sqlite_store(path, example_study(), {.lease_seconds = 0.0});
  holder->create(example_trial(0));
  execute(path, "UPDATE holders SET valid_until = 0");
  holder->renew_lease();
  execute(path, "CREATE TABLE found (n); INSERT INTO found SELECT 1 / (valid_until > 1e9) FROM holders");
  execute(path, "DELETE FROM holders");
  holder->renew_lease();  // somebody took it for dead meanwhile
  const auto other = open_sqlite_store(path);
  EXPECT_TRUE(other->held_elsewhere(0));
}

TEST(SqliteStore, NoticesWhatOthersChange) {
  const TemporaryFolder folder;
  const auto one = create_sqlite_store(folder / "study.db", example_study());
  const auto two = open_sqlite_store(folder / "study.db");
  EXPECT_TRUE(one->changed_elsewhere()) << "it has not looked yet";
  EXPECT_FALSE(one->changed_elsewhere());
  one->create(example_trial(0));
  EXPECT_FALSE(one->changed_elsewhere());
  two->create(example_trial(1));
  EXPECT_TRUE(one->changed_elsewhere());
  EXPECT_FALSE(one->changed_elsewhere());
}

/// Writes trials until it is killed, and says through the pipe which ones the store has confirmed as finished.
[[noreturn]] void write_until_killed(const fs::path& path, int pipe) {
  const auto store = open_sqlite_store(path);
  for (std::int64_t number = 0;; ++number) {
    store->create(example_trial(number));
    for (std::int64_t step = 1; step <= 3; ++step) store->report(number, example_report(step));
    store->finish(finished(example_trial(number)));
    if (::write(pipe, &number, sizeof number) != sizeof number) ::_exit(1);
  }
}

TEST(SqliteStore, KeepsEveryFinishedTrialWhenItsWriterIsKilled) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  for (int round = 0; round < 5; ++round) {
    const TemporaryFolder folder;
    const fs::path path = folder / "study.db";
    create_sqlite_store(path, example_study());
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      write_until_killed(path, ends[1]);
    }
    ::close(ends[1]);
    std::int64_t confirmed = -1;
    const std::int64_t enough = random.integer(0, 40);
    while (confirmed < enough && ::read(ends[0], &confirmed, sizeof confirmed) == sizeof confirmed) {
    }
    ::usleep(static_cast<useconds_t>(random.below(2000)));
    ::kill(child, SIGKILL);
    while (::read(ends[0], &confirmed, sizeof confirmed) == sizeof confirmed) {
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";
    ASSERT_GE(confirmed, enough);

    const auto store = open_sqlite_store(path);
    const std::vector<Trial> trials = store->trials();
    ASSERT_GT(trials.size(), static_cast<std::size_t>(confirmed));
    for (std::int64_t number = 0; number <= confirmed; ++number) {
      Trial expected = finished(example_trial(number));
      for (std::int64_t step = 1; step <= 3; ++step) expected.reports.push_back(example_report(step));
      testing::expect_equal(trials[static_cast<std::size_t>(number)], expected);
    }
    EXPECT_NO_THROW(store->create(example_trial(static_cast<std::int64_t>(trials.size()))));
  }
}

/// Lets no file of this process grow beyond a size, as a full disk would; writing fails with an error, not a signal.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &old_);
    rlimit limit = old_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit old_{};
  void (*old_handler_)(int) = nullptr;
};

TEST(SqliteStore, KeepsTheEarlierTrialsWhenTheMediumTakesNoMore) {
  const TemporaryFolder folder;
  const auto store = create_sqlite_store(folder / "study.db", example_study());
  std::int64_t written = 0;
  std::string message;
  {
    const FileSizeLimit limit(200'000);
    message = message_of<SystemError>([&] {
      for (; written < 10'000; ++written) {
        Trial trial = example_trial(written);
        store->create(trial);
        store->finish(finished(trial));
      }
    });
    EXPECT_GT(written, 5);
    EXPECT_EQ(open_sqlite_store(folder / "study.db")->study().name, "income");
    EXPECT_GE(store->trials().size(), static_cast<std::size_t>(written));
  }
  EXPECT_NE(message.find("study.db"), std::string::npos) << message;
  EXPECT_NE(message.find("what was recorded before is safe"), std::string::npos) << message;

  std::vector<Trial> trials = store->trials();
  for (std::int64_t number = 0; number < written; ++number)
    EXPECT_EQ(trials[static_cast<std::size_t>(number)].state, TrialState::kComplete);
  EXPECT_NO_THROW(store->create(example_trial(static_cast<std::int64_t>(trials.size())))) << "with room it goes on";
}

}  // namespace
}  // namespace nascent
