#include "nascent/execution/command_executor.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <chrono>
#include <functional>
#include <thread>

#include "execution/drive_executor.h"
#include "nascent/core/error.h"
#include "nascent/core/files.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

using testing::next_end;
using testing::next_report;
using testing::TemporaryFolder;

SearchSpace example_space() {
  SearchSpace space;
  space.add_float("x", 0.0, 1.0);
  return space;
}

/// A command of the shell; its braces that are no places are doubled by the caller.
CommandExecutorOptions shell(const std::string& script) {
  return {.command = {"sh", "-c", script}, .space = example_space(), .metrics = {"loss"}, .grace_seconds = 0.2};
}

Job job(std::int64_t trial = 0, Deadline soft = {}) {
  return {.id = trial,
          .payload = command_payload(
              {.number = trial, .configuration = example_space().configuration_from_json({{"x", 0.25}})}),
          .soft_deadline = soft};
}

JobOutcome outcome_of(const CommandExecutorOptions& options, Deadline soft = {}) {
  const auto executor = make_command_executor(options);
  executor->submit(job(0, soft));
  for (;;) {
    auto event = executor->wait(testing::kForever);
    if (!event) throw std::runtime_error("no end came");
    if (auto* ended = std::get_if<JobEnded>(&*event)) return ended->outcome;
    executor->answer(0, true);
  }
}

std::string failure_of(const CommandExecutorOptions& options) {
  const Json result = outcome_of(options).result;
  return result.is_object() ? result.value("failed", "") : "";
}

template <typename Condition>
bool eventually(const Condition& condition) {
  for (int i = 0; i < 600; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

/// Whether a process is gone, or dead and only waiting to be buried by whoever adopted it.
bool is_gone(pid_t process) {
  if (::kill(process, 0) != 0) return true;
  try {
    const std::string stat = read_file("/proc/" + std::to_string(process) + "/stat");
    return stat.find(") Z") != std::string::npos;
  } catch (const Error&) {
    return true;
  }
}

/// The process ids that a script wrote into a file, one a line.
std::vector<pid_t> processes_in(const std::filesystem::path& file) {
  std::vector<pid_t> processes;
  if (!std::filesystem::exists(file)) return processes;
  std::istringstream lines(read_file(file));
  for (pid_t process = 0; lines >> process;) processes.push_back(process);
  return processes;
}

TEST(CommandExecutor, TheLastValueIsTheResult) {
  const JobOutcome outcome = outcome_of(shell("echo loss=0.5; echo loss=0.125; echo accuracy: 0.9 >&2"));
  EXPECT_EQ(outcome.kind, JobOutcome::Kind::kDone);
  EXPECT_EQ(outcome.result.at("metrics"), (Json{{"loss", 0.125}, {"accuracy", 0.9}}));
}

TEST(CommandExecutor, PutsValuesInAsArgumentsVariablesAndAFile) {
  CommandExecutorOptions options = shell("echo loss=$0 env=$NASCENT_x trial=$NASCENT_TRIAL; cat \"$1\"");
  options.command.insert(options.command.end(), {"{x}", "{config}"});
  const Json metrics = outcome_of(options).result.at("metrics");
  EXPECT_EQ(metrics.at("loss"), 0.25);
  EXPECT_EQ(metrics.at("env"), 0.25);
  EXPECT_EQ(metrics.at("trial"), 0.0);
  EXPECT_EQ(metrics.at("x"), 0.25) << "from the file";
}

TEST(CommandExecutor, ReportsAndStopsWhenTold) {
  const auto executor = make_command_executor(shell("for i in 1 2 3; do echo epoch=$i loss=$i; done; sleep 60"));
  executor->submit(job());
  EXPECT_EQ(next_report(*executor).report.step, 1);
  executor->answer(0, true);
  const JobReported second = next_report(*executor);
  EXPECT_EQ(second.report.step, 2);
  EXPECT_EQ(second.report.metrics.at("loss"), 2.0);
  executor->answer(0, false);
  const JobOutcome outcome = next_end(*executor).outcome;
  EXPECT_TRUE(outcome.asked_to_stop);
  EXPECT_EQ(outcome.result.at("metrics").at("loss"), 3.0) << "what it had printed by then counts";
}

TEST(CommandExecutor, AFailureHasAReasonAndTheEndOfTheOutput) {
  const JobOutcome outcome = outcome_of(shell("echo loss=0.5; echo from out; echo 'no more memory' >&2; exit 3"));
  EXPECT_EQ(outcome.result.at("failed"), "exit code 3: no more memory");
  EXPECT_EQ(outcome.result.at("details").at("exit_code"), 3);
  const std::string output = outcome.result.at("details").at("output");
  EXPECT_NE(output.find("from out\n"), std::string::npos);
  EXPECT_NE(output.find("no more memory\n"), std::string::npos);
}

TEST(CommandExecutor, SaysWhichSignalKilledAProgram) {
  EXPECT_EQ(failure_of(shell("kill -SEGV $$")), "killed by signal 11 (Segmentation fault)");
}

TEST(CommandExecutor, SaysWhichMetricIsMissing) {
  EXPECT_EQ(failure_of(shell("echo hello")), "its output names no number; it must print a line such as loss=0.5");
  EXPECT_EQ(failure_of(shell("echo Loss=1 accuracy=2")), "its output lacks \"loss\"; it names Loss, accuracy");
}

TEST(CommandExecutor, AProgramThatCannotBeStartedIsAFailedTrial) {
  const TemporaryFolder folder;
  write_file(folder / "script", "echo loss=1\n");
  ::chmod((folder / "script").c_str(), 0755);
  CommandExecutorOptions options = shell("");
  options.command = {folder / "script"};
  EXPECT_NE(failure_of(options).find("cannot be started: it needs a first line such as #!/bin/sh"), std::string::npos)
      << failure_of(options);
}

TEST(CommandExecutor, RefusesAProgramThatIsNotThere) {
  const auto message = [](const std::string& program) {
    CommandExecutorOptions options = shell("");
    options.command = {program};
    try {
      make_command_executor(options);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("nothing was thrown");
  };
  EXPECT_NE(message("no-such-program-at-all").find("\"no-such-program-at-all\" in the folders of PATH"),
            std::string::npos);
  EXPECT_NE(message("./absent").find("there is no ./absent"), std::string::npos);
  const TemporaryFolder folder;
  write_file(folder / "plain", "text");
  EXPECT_NE(message(folder / "plain").find("chmod +x"), std::string::npos) << message(folder / "plain");
}

TEST(CommandExecutor, TheTimeOutKillsAProgramWithAllItsDescendants) {
  const TemporaryFolder folder;
  const std::string file = folder / "processes";
  // A child, a child that ignores SIGTERM, and one in a session of its own whose parent is gone.
  CommandExecutorOptions options =
      shell("trap '' TERM; sleep 1000 & echo $! >> " + file + "; (trap '' TERM; sleep 1000 & echo $! >> " + file +
            "; wait) & setsid sh -c 'sleep 1000 & echo $! >> " + file + "; exit' ; echo $$ >> " + file +
            "; wait; sleep 1000");
  options.timeout_seconds = 0.5;
  EXPECT_EQ(failure_of(options), "ran longer than 500 ms (--timeout)");
  const std::vector<pid_t> processes = processes_in(file);
  ASSERT_EQ(processes.size(), 4U) << read_file(file);
  for (const pid_t process : processes) EXPECT_TRUE(is_gone(process)) << process;
}

TEST(CommandExecutor, WhatAProgramLeavesRunningEndsWithIt) {
  const TemporaryFolder folder;
  const std::string file = folder / "processes";
  const Json result =
      outcome_of(shell("echo loss=1; setsid sh -c 'sleep 1000 & echo $! >> " + file + "'; exit 0")).result;
  EXPECT_EQ(result.at("metrics").at("loss"), 1.0);
  ASSERT_EQ(processes_in(file).size(), 1U);
  EXPECT_TRUE(is_gone(processes_in(file)[0]));
}

TEST(CommandExecutor, AProgramMayEndByItselfWhenAskedTo) {
  CommandExecutorOptions options = shell("trap 'echo loss=0.75; exit 0' TERM; sleep 1000 & wait");
  options.grace_seconds = 60.0;
  const JobOutcome outcome = outcome_of(options, Deadline::in(0.3));
  EXPECT_TRUE(outcome.asked_to_stop);
  EXPECT_EQ(outcome.result.at("metrics").at("loss"), 0.75);
}

TEST(CommandExecutor, TheDeadlineKillsAProgramThatDoesNotEndWhenAskedTo) {
  const TemporaryFolder folder;
  const std::string file = folder / "processes";
  const JobOutcome outcome =
      outcome_of(shell("trap '' TERM; echo $$ > " + file + "; while :; do sleep 0.05; done"), Deadline::in(0.3));
  EXPECT_TRUE(outcome.asked_to_stop);
  EXPECT_TRUE(outcome.result.at("metrics").empty());
  EXPECT_TRUE(is_gone(processes_in(file).at(0)));
}

TEST(CommandExecutor, DestroyingItKillsWhatRuns) {
  const TemporaryFolder folder;
  const std::string file = folder / "processes";
  {
    const auto executor = make_command_executor(shell("echo $$ > " + file + "; sleep 1000"));
    executor->submit(job());
    ASSERT_TRUE(eventually([&] { return !processes_in(file).empty(); }));
  }
  EXPECT_TRUE(is_gone(processes_in(file).at(0)));
}

TEST(CommandExecutor, AMemoryCapHoldsForAllProcessesOfARun) {
  // 10 bytes doubled 23 times are 84 MB, held while another process sleeps.
  CommandExecutorOptions options =
      shell("awk 'BEGIN {{ x = \"0123456789\"; for (i = 0; i < 23; ++i) x = x x; system(\"sleep 60\") }}'; true");
  options.memory_bytes = 30ULL << 20;
  options.timeout_seconds = 60.0;
  EXPECT_EQ(failure_of(options), "out of memory: needs more than 30 MB (--memory)");
}

TEST(CommandExecutor, EveryTrialHasASeedOfItsOwn) {
  CommandExecutorOptions options = shell("echo loss=$0");
  options.command.emplace_back("{seed}");
  options.seed = 5;
  const double seed = outcome_of(options).result.at("metrics").at("loss");
  EXPECT_EQ(seed, static_cast<double>(command_seed(5, 0)));
  EXPECT_NE(command_seed(5, 0), command_seed(5, 1));
  EXPECT_NE(command_seed(5, 0), command_seed(6, 0));
  EXPECT_LT(command_seed(5, 0), 1ULL << 31);
}

TEST(CommandExecutor, RunsSeveralProgramsAtATime) {
  const TemporaryFolder folder;
  // Each waits for the other.
  CommandExecutorOptions options =
      shell("touch " + (folder / "").string() + "$NASCENT_TRIAL; until [ -e " + (folder / "0").string() +
            " ] && [ -e " + (folder / "1").string() + " ]; do sleep 0.01; done; echo loss=1");
  options.workers = 2;
  const auto executor = make_command_executor(options);
  executor->submit(job(0));
  executor->submit(job(1));
  EXPECT_EQ(next_end(*executor).outcome.result.at("metrics").at("loss"), 1.0);
  EXPECT_EQ(next_end(*executor).outcome.result.at("metrics").at("loss"), 1.0);
}

TEST(CommandExecutor, AProgramThatPrintsMuchIsReadToItsEnd) {
  const JobOutcome outcome =
      outcome_of(shell("i=0; while [ $i -lt 20000 ]; do echo some line of output $i; i=$((i+1)); done; echo loss=1"));
  EXPECT_EQ(outcome.result.at("metrics").at("loss"), 1.0);
}

TEST(CommandExecutor, AProgramReadsNothingAndHoldsNoDescriptorOfOurs) {
  const JobOutcome outcome = outcome_of(shell("cat; ls /proc/$$/fd | wc -l | sed 's/^/loss=/'"));
  EXPECT_EQ(outcome.result.at("metrics").at("loss"), 3.0) << "standard input, output and error";
}

}  // namespace
}  // namespace nascent
