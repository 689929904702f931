#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

#include "execution/drive_executor.h"
#include "nascent/core/error.h"
#include "support/temporary_folder.h"

// The sanitizers map terabytes for themselves and end the process where an allocation fails.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kMemoryCanBeCapped = false;
#else
constexpr bool kMemoryCanBeCapped = true;
#endif

namespace nascent::testing {
namespace {

constexpr std::uint64_t kMegabyte = 1 << 20;
const Json kSimple{{"do", "add"}, {"a", 1}, {"b", 2}};
const Json kSimpleResult{{"sum", 3.0}};

ProcessExecutorOptions options_with_logs(const TemporaryFolder& folder) {
  return {.command = {NASCENT_TEST_WORKER}, .workers = 1, .log_folder = folder / "logs"};
}

pid_t process_of_worker(Executor& executor) {
  return run_alone(executor, {{"do", "describe_process"}}).result.at("process");
}

/// Waits until a child of this process has died, and leaves it as it is.
void wait_until_dead(pid_t process) {
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(process), &info, WEXITED | WNOWAIT);
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator entries("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Death {
  Json payload;
  std::string reason;
};

TEST(ProcessExecutor, names_how_a_worker_died_and_what_it_said_last_and_goes_on) {
  const TemporaryFolder folder;
  const auto executor = make_process_executor(options_with_logs(folder));
  const std::vector<Death> deaths{
      {{{"do", "abort"}, {"text", "the matrix is singular"}},
       "worker killed by signal 6 (Aborted): the matrix is singular"},
      {{{"do", "signal"}, {"signal", SIGKILL}}, "worker killed by signal 9 (Killed)"},
      {{{"do", "signal"}, {"signal", SIGSEGV}}, "worker killed by signal 11 (Segmentation fault)"},
      {{{"do", "exit"}, {"code", 3}}, "worker ended with exit code 3"},
  };
  for (const Death& death : deaths) {
    const JobOutcome outcome = run_alone(*executor, death.payload);
    EXPECT_EQ(outcome.kind, JobOutcome::Kind::kCrashed);
    // The sanitizers' own report follows a signal that they catch.
    if (kMemoryCanBeCapped) {
      EXPECT_EQ(outcome.reason, death.reason);
    }
    EXPECT_EQ(executor->free_slots(), 1U);
    EXPECT_EQ(run_alone(*executor, kSimple).result, kSimpleResult) << "after " << death.reason;
  }
}

TEST(ProcessExecutor, the_death_of_one_worker_leaves_the_others_alone) {
  const auto executor = make_process_executor({.command = {NASCENT_TEST_WORKER}, .workers = 2, .log_folder = {}});
  executor->submit(job_of(1, {{"do", "report"}, {"steps", 2}}));
  next_report(*executor);
  executor->submit(job_of(2, {{"do", "signal"}, {"signal", SIGKILL}}));
  EXPECT_EQ(next_end(*executor).id, 2);
  executor->answer(1, true);
  next_report(*executor);
  executor->answer(1, true);
  EXPECT_EQ(next_end(*executor).outcome.result, Json({{"reported", 2}}));
}

TEST(ProcessExecutor, writes_everything_a_worker_prints_to_its_log) {
  const TemporaryFolder folder;
  const auto executor = make_process_executor(options_with_logs(folder));
  run_alone(*executor, {{"do", "print"}, {"text", "hello from the library"}});
  EXPECT_NE(text_of(folder / "logs/worker-1.log").find("hello from the library\n"), std::string::npos);
}

TEST(ProcessExecutor, kills_a_job_at_its_hard_deadline) {
  const TemporaryFolder folder;
  const auto executor = make_process_executor(options_with_logs(folder));
  Job job = job_of(1, {{"do", "hang"}});
  job.hard_deadline = Deadline::in(0.1);
  executor->submit(std::move(job));
  const JobOutcome outcome = next_end(*executor).outcome;
  EXPECT_EQ(outcome.kind, JobOutcome::Kind::kCrashed);
  EXPECT_EQ(outcome.reason, "killed at the deadline");
  EXPECT_GE(outcome.seconds, 0.1);
  EXPECT_EQ(run_alone(*executor, kSimple).result, kSimpleResult);
}

TEST(ProcessExecutor, a_cancellation_can_bring_the_hard_deadline_forward) {
  const TemporaryFolder folder;
  const auto executor = make_process_executor(options_with_logs(folder));
  executor->submit(job_of(1, {{"do", "hang"}}));
  executor->cancel(1);
  EXPECT_FALSE(executor->wait(0.05));
  executor->cancel(1, Deadline::in(0.05));
  EXPECT_EQ(next_end(*executor).outcome.reason, "killed at the deadline");
}

TEST(ProcessExecutor, kills_a_worker_that_gives_no_sign_of_life) {
  const TemporaryFolder folder;
  ProcessExecutorOptions options = options_with_logs(folder);
  options.hang_seconds = 0.5;
  const auto executor = make_process_executor(options);
  const JobOutcome outcome = run_alone(*executor, {{"do", "hang"}});
  EXPECT_EQ(outcome.kind, JobOutcome::Kind::kCrashed);
  EXPECT_EQ(outcome.reason, "hung: said nothing for 0.5 s");
  EXPECT_EQ(run_alone(*executor, kSimple).result, kSimpleResult);
}

TEST(ProcessExecutor, takes_long_work_that_asks_whether_to_stop_for_alive) {
  const TemporaryFolder folder;
  ProcessExecutorOptions options = options_with_logs(folder);
  options.hang_seconds = 0.5;
  const auto executor = make_process_executor(options);
  EXPECT_EQ(run_alone(*executor, {{"do", "work_quietly"}, {"seconds", 1.5}}).result, Json({{"worked", true}}));
}

TEST(ProcessExecutor, does_not_blame_a_worker_for_waiting_for_its_answer) {
  const TemporaryFolder folder;
  ProcessExecutorOptions options = options_with_logs(folder);
  options.hang_seconds = 0.3;
  const auto executor = make_process_executor(options);
  executor->submit(job_of(1, {{"do", "report"}, {"steps", 1}}));
  next_report(*executor);
  EXPECT_FALSE(executor->wait(0.9));
  executor->answer(1, true);
  EXPECT_EQ(next_end(*executor).outcome.result, Json({{"reported", 1}}));
}

TEST(ProcessExecutor, a_demand_above_the_memory_cap_fails_in_the_worker_which_lives_on) {
  if (!kMemoryCanBeCapped) GTEST_SKIP() << "the sanitizer ends the process instead";
  const TemporaryFolder folder;
  ProcessExecutorOptions options = options_with_logs(folder);
  options.memory_bytes = 200 * kMegabyte;
  const auto executor = make_process_executor(options);
  const pid_t before = process_of_worker(*executor);
  const JobOutcome outcome = run_alone(*executor, {{"do", "allocate_at_once"}, {"bytes", 4000 * kMegabyte}});
  EXPECT_EQ(outcome.kind, JobOutcome::Kind::kFailed);
  EXPECT_EQ(outcome.reason, "out of memory: needs more than 200 MB (--memory)");
  EXPECT_EQ(process_of_worker(*executor), before);
}

TEST(ProcessExecutor, memory_that_grows_without_end_ends_the_job_with_the_same_reason) {
  if (!kMemoryCanBeCapped) GTEST_SKIP() << "the sanitizer ends the process instead";
  const TemporaryFolder folder;
  ProcessExecutorOptions options = options_with_logs(folder);
  options.memory_bytes = 100 * kMegabyte;
  const auto executor = make_process_executor(options);
  // Whether the kernel's limit or the coordinator's watch comes first depends on the speed of the machine.
  const JobOutcome outcome = run_alone(*executor, {{"do", "fill_memory"}, {"bytes", 100'000 * kMegabyte}});
  EXPECT_NE(outcome.kind, JobOutcome::Kind::kDone);
  EXPECT_EQ(outcome.reason, "out of memory: needs more than 100 MB (--memory)");
  // What was taken has been given back: the next job has the whole of it again.
  EXPECT_EQ(run_alone(*executor, {{"do", "fill_memory"}, {"bytes", 60 * kMegabyte}}).result, Json({{"blocks", 15}}));
}

TEST(ProcessExecutor, a_job_that_stays_above_the_memory_cap_is_killed) {
  if (!kMemoryCanBeCapped) GTEST_SKIP() << "the sanitizer ends the process instead";
  const TemporaryFolder folder;
  ProcessExecutorOptions options = options_with_logs(folder);
  options.memory_bytes = 100 * kMegabyte;
  const auto executor = make_process_executor(options);
  // Below what the kernel refuses, because of the room that it leaves for mapped and unused space.
  const JobOutcome outcome = run_alone(*executor, {{"do", "fill_memory"}, {"bytes", 132 * kMegabyte}, {"stay", true}});
  EXPECT_EQ(outcome.kind, JobOutcome::Kind::kCrashed);
  EXPECT_EQ(outcome.reason, "out of memory: needs more than 100 MB (--memory)");
}

TEST(ProcessExecutor, data_mapped_from_a_file_does_not_count_against_the_memory_cap) {
  if (!kMemoryCanBeCapped) GTEST_SKIP() << "the sanitizer's own memory is above any sensible cap";
  const TemporaryFolder folder;
  const auto path = folder / "data";
  std::ofstream(path).close();
  std::filesystem::resize_file(path, 128 * kMegabyte);
  ProcessExecutorOptions options = options_with_logs(folder);
  options.memory_bytes = 64 * kMegabyte;
  const auto executor = make_process_executor(options);
  const JobOutcome outcome = run_alone(*executor, {{"do", "read_mapped"}, {"path", path.string()}});
  EXPECT_EQ(outcome.reason, "");
  EXPECT_EQ(outcome.result.at("bytes"), 128 * kMegabyte);
}

TEST(ProcessExecutor, leaves_no_zombie_and_no_descriptor_after_many_crashes) {
  const std::size_t before = open_descriptors();
  {
    const TemporaryFolder folder;
    ProcessExecutorOptions options = options_with_logs(folder);
    options.workers = 2;
    const auto executor = make_process_executor(options);
    run_alone(*executor, kSimple);
    const std::size_t running = open_descriptors();
    for (int i = 0; i < 50; ++i) {
      EXPECT_EQ(run_alone(*executor, {{"do", "exit"}, {"code", 1}}).kind, JobOutcome::Kind::kCrashed);
    }
    EXPECT_LE(open_descriptors(), running);
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(ProcessExecutor, a_worker_inherits_nothing_but_its_own_socket_and_log) {
  const TemporaryFolder folder;
  // Like a library that opens a file without O_CLOEXEC.
  const int leaked = ::open("/dev/zero", O_RDONLY);
  ProcessExecutorOptions options = options_with_logs(folder);
  options.workers = 3;
  const auto executor = make_process_executor(options);
  for (int i = 0; i < 3; ++i) executor->submit(job_of(i, {{"do", "describe_process"}}));
  for (int i = 0; i < 3; ++i) {
    const Json result = next_end(*executor).outcome.result;
    int sockets = 0;
    for (const std::string descriptor : result.at("descriptors")) {
      if (descriptor.starts_with("socket:")) {
        ++sockets;
      } else {
        EXPECT_TRUE(descriptor == "/dev/null" || descriptor.find("/logs/worker-") != std::string::npos) << descriptor;
      }
    }
    EXPECT_EQ(sockets, 1);
    EXPECT_EQ(result.at("group"), result.at("process")) << "Ctrl-C would reach the worker";
  }
  ::close(leaked);
}

TEST(ProcessExecutor, replaces_a_worker_that_was_killed_while_it_had_no_job) {
  const TemporaryFolder folder;
  const auto executor = make_process_executor(options_with_logs(folder));
  const pid_t worker = process_of_worker(*executor);
  ::kill(worker, SIGKILL);
  wait_until_dead(worker);
  EXPECT_EQ(run_alone(*executor, kSimple).result, kSimpleResult);
}

TEST(ProcessExecutor, kills_what_a_worker_started_when_the_worker_dies) {
  const TemporaryFolder folder;
  // Orphans become children of this process, so that their end can be waited for.
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  const auto executor = make_process_executor(options_with_logs(folder));
  executor->submit(job_of(1, {{"do", "start_child"}, {"crash", true}}));
  const auto child = static_cast<pid_t>(next_report(*executor).report.metrics.at("child"));
  executor->answer(1, true);
  EXPECT_EQ(next_end(*executor).outcome.kind, JobOutcome::Kind::kCrashed);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST(ProcessExecutor, workers_end_when_their_coordinator_is_killed_even_if_they_hang) {
  const TemporaryFolder folder;
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t coordinator = ::fork();
  if (coordinator == 0) {
    ProcessExecutorOptions options = options_with_logs(folder);
    options.workers = 2;
    const auto executor = make_process_executor(options);
    executor->submit(job_of(1, {{"do", "describe_process"}}));
    executor->submit(job_of(2, {{"do", "describe_process"}}));
    for (int i = 0; i < 2; ++i) {
      const pid_t worker = next_end(*executor).outcome.result.at("process");
      [[maybe_unused]] const ssize_t written = ::write(pipe[1], &worker, sizeof worker);
    }
    executor->submit(job_of(3, {{"do", "hang"}}));
    executor->wait(0.2);
    const pid_t ready = 0;
    [[maybe_unused]] const ssize_t written = ::write(pipe[1], &ready, sizeof ready);
    for (;;) ::pause();
  }
  ::close(pipe[1]);
  pid_t workers[3] = {-1, -1, -1};
  for (pid_t& worker : workers) {
    ASSERT_EQ(::read(pipe[0], &worker, sizeof worker), static_cast<ssize_t>(sizeof worker));
  }
  ::close(pipe[0]);
  ::kill(coordinator, SIGKILL);
  EXPECT_EQ(::waitpid(coordinator, nullptr, 0), coordinator);
  // Returns only when they have ended.
  EXPECT_EQ(::waitpid(workers[0], nullptr, 0), workers[0]);
  EXPECT_EQ(::waitpid(workers[1], nullptr, 0), workers[1]);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const SystemError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(ProcessExecutor, says_which_program_cannot_be_started) {
  EXPECT_EQ(error_of([] {
              make_process_executor({.command = {"/no/such/worker", "--data"}, .log_folder = {}});
            }),
            "cannot start the worker `/no/such/worker --data`: No such file or directory");
}

TEST(ProcessExecutor, gives_up_with_what_the_log_says_when_workers_end_before_they_are_ready) {
  const TemporaryFolder folder;
  ProcessExecutorOptions options = options_with_logs(folder);
  options.command = {"/bin/sh", "-c", "echo libgomp.so.1: cannot open shared object file >&2; exit 127"};
  const auto executor = make_process_executor(options);
  executor->submit(job_of(1, kSimple));
  EXPECT_EQ(
      error_of([&] { executor->wait(kForever); }),
      "cannot start the worker `/bin/sh -c echo libgomp.so.1: cannot open shared object file >&2; exit 127`, which "
      "ended 3 times before it was ready: worker ended with exit code 127: libgomp.so.1: cannot open shared "
      "object file");
  executor->cancel(1);
}

TEST(ProcessExecutor, gives_up_on_a_program_that_never_becomes_ready) {
  const auto executor =
      make_process_executor({.command = {"/bin/sleep", "1000"}, .hang_seconds = 0.3, .log_folder = {}});
  executor->submit(job_of(1, kSimple));
  EXPECT_EQ(error_of([&] { executor->wait(kForever); }),
            "cannot start the worker `/bin/sleep 1000`: it said nothing for 0.3 s");
}

TEST(ProcessExecutor, a_job_is_not_lost_when_its_worker_fails_to_start_once) {
  const TemporaryFolder folder;
  ProcessExecutorOptions options = options_with_logs(folder);
  const std::string mark = (folder / "mark").string();
  options.command = {"/bin/sh", "-c",
                     "test -e " + mark + " || { touch " + mark + "; exit 1; }; exec " + NASCENT_TEST_WORKER};
  const auto executor = make_process_executor(options);
  EXPECT_EQ(run_alone(*executor, kSimple).result, kSimpleResult);
}

TEST(ProcessExecutor, ends_a_worker_that_answers_nonsense) {
  const TemporaryFolder folder;
  ProcessExecutorOptions options = options_with_logs(folder);
  // Becomes ready as a worker does, then writes something else to its socket.
  options.command = {"/bin/sh", "-c", "read hello; echo '{\"ready\": 1}' >&0; read job; echo nonsense >&0; sleep 1000"};
  const auto executor = make_process_executor(options);
  const JobOutcome outcome = run_alone(*executor, kSimple);
  EXPECT_EQ(outcome.kind, JobOutcome::Kind::kCrashed);
  EXPECT_EQ(outcome.reason, "the worker's answer is not a message of version 1 of the worker's protocol: \"nonsense\"");
}

TEST(ServeJobs, a_worker_started_by_hand_says_so_and_ends) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int nothing = ::open("/dev/null", O_RDWR);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(nothing, STDERR_FILENO);
    ::execl(NASCENT_TEST_WORKER, NASCENT_TEST_WORKER, nullptr);
    ::_exit(1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 2);
}

}  // namespace
}  // namespace nascent::testing
