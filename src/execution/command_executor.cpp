#include "nascent/execution/command_executor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "execution/command_process.h"
#include "execution/output_reader.h"
#include "execution/run_handler.h"
#include "nascent/core/error.h"
#include "nascent/core/files.h"
#include "nascent/core/near_match.h"
#include "nascent/core/quantity.h"

namespace nascent {
namespace {

constexpr double kSecondsBetweenLooks = 0.05;         ///< at the word to stop
constexpr double kSecondsBetweenMemoryWatches = 0.2;  ///< reading /proc costs about 20 us a process

/// Where the configurations lie as files; removed at the end.
class ConfigurationFolder {
 public:
  ConfigurationFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "nascent-tune-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw SystemError("cannot make a folder " + name + " for configurations");
    path_ = name;
  }
  ~ConfigurationFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ConfigurationFolder(const ConfigurationFolder&) = delete;
  ConfigurationFolder& operator=(const ConfigurationFolder&) = delete;

  std::filesystem::path file_of(std::int64_t trial) const { return path_ / fmt::format("trial-{:06}.json", trial); }

 private:
  std::filesystem::path path_;
};

/// What all workers share; never changed once made.
struct Setup {
  CommandExecutorOptions options;
  CommandTemplate command;
  std::string program;  ///< its path; empty where it depends on the configuration
  ConfigurationFolder folder;

  explicit Setup(const CommandExecutorOptions& given)
      : options(given), command(given.command, given.space, given.axis) {
    if (const auto name = command.program()) program = find_program(*name);
  }
};

std::vector<std::string> environment_for(const CommandTemplate& command,
                                         const std::map<std::string, std::string>& ours) {
  std::vector<std::string> texts;
  bool buffering_is_set = false;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::string name(text.substr(0, text.find('=')));
    buffering_is_set = buffering_is_set || name == "PYTHONUNBUFFERED";
    if (std::ranges::find(command.variables(), name) == command.variables().end()) texts.emplace_back(text);
  }
  for (const auto& [name, value] : ours) texts.push_back(name + "=" + value);
  // Python holds back what it prints into a pipe until it ends; then reports would come too late.
  if (!buffering_is_set) texts.emplace_back("PYTHONUNBUFFERED=1");
  return texts;
}

/// One run of the program.
class CommandRunner {
 public:
  CommandRunner(const Setup& setup, JobContext& context)
      : setup_(setup), context_(context), reader_(setup.options.metrics, counter_of(setup.options.axis)) {}

  void run(const Configuration& configuration, const CommandRun& run) {
    const CommandExecutorOptions& options = setup_.options;
    const std::vector<std::string> arguments = setup_.command.arguments(configuration, run);
    const std::string program = setup_.program.empty() ? find_program(arguments.front()) : setup_.program;
    CommandProcess process(program, arguments,
                           environment_for(setup_.command, setup_.command.environment(configuration, run)));
    const Deadline timeout = Deadline::in(options.timeout_seconds);
    const auto listener = [&](OutputReader::Stream stream, std::string_view text) { reader_.feed(stream, text); };
    const auto patience = [&] {
      return why_killed_.empty() ? std::clamp(timeout.remaining(), 0.0, kSecondsBetweenLooks) : kSecondsBetweenLooks;
    };
    while (process.wait(patience(), listener)) {
      pass_reports_on();
      if (why_killed_.empty() && !told_to_stop_) {
        told_to_stop_ = context_.should_stop();
        if (timeout.passed())
          why_killed_ = fmt::format("ran longer than {} (--timeout)", format_duration(options.timeout_seconds));
        if (needs_too_much_memory(process)) {
          why_killed_ = out_of_memory_reason(options.memory_bytes);
          process.kill();
        }
      }
      end_politely(process);
    }
    reader_.finish();
    pass_reports_on();
    exit_code_ = process.exit_code();
    if (!told_to_stop_ && why_killed_.empty()) why_failed_ = why_failed(process, program);
  }

  bool told_to_stop() const { return told_to_stop_; }
  const Metrics& values() const { return reader_.values(); }
  /// Empty if there is a result.
  std::string failure() const { return why_killed_.empty() ? why_failed_ : why_killed_; }
  Json details() const {
    Json details{{"output", reader_.tail()}};
    if (exit_code_) details["exit_code"] = *exit_code_;
    return details;
  }

 private:
  void pass_reports_on() {
    while (auto report = reader_.next_report()) {
      if (told_to_stop_ || !why_killed_.empty()) continue;
      report->cost_seconds = since_.seconds();
      if (!context_.report(*report)) told_to_stop_ = true;
    }
  }

  bool needs_too_much_memory(const CommandProcess& process) {
    if (setup_.options.memory_bytes == 0 || since_watch_.seconds() < kSecondsBetweenMemoryWatches) return false;
    since_watch_ = {};
    return process.memory() > setup_.options.memory_bytes;
  }

  /// SIGTERM once it shall end, SIGKILL when it has not done so in time.
  void end_politely(CommandProcess& process) {
    if (!told_to_stop_ && why_killed_.empty()) return;
    if (!kill_at_) {
      process.ask_to_end();
      kill_at_ = Deadline::in(setup_.options.grace_seconds);
    } else if (kill_at_->passed()) {
      process.kill();
      kill_at_ = Deadline::never();
    }
  }

  std::string why_failed(const CommandProcess& process, const std::string& program) const {
    const std::string failure = process.failure();
    if (failure.starts_with("cannot")) return program + " " + failure;
    if (!failure.empty()) return failure + (reader_.last_line().empty() ? "" : ": " + reader_.last_line());
    for (const std::string& metric : setup_.options.metrics) {
      if (!reader_.values().contains(metric)) return what_is_missing(metric);
    }
    return "";
  }

  std::string what_is_missing(const std::string& metric) const {
    std::vector<std::string> names;
    for (const auto& [name, value] : reader_.values()) names.push_back(name);
    if (names.empty()) return fmt::format("its output names no number; it must print a line such as {}=0.5", metric);
    return fmt::format("its output lacks \"{}\"; it names {}", metric, fmt::join(names, ", "));
  }

  const Setup& setup_;
  JobContext& context_;
  OutputReader reader_;
  Stopwatch since_;
  Stopwatch since_watch_;
  bool told_to_stop_ = false;
  std::optional<Deadline> kill_at_;
  std::string why_killed_;
  std::string why_failed_;
  std::optional<int> exit_code_;
};

class CommandHandler : public JobHandler {
 public:
  explicit CommandHandler(std::shared_ptr<const Setup> setup) : setup_(std::move(setup)) {}

  Json run(const Json& payload, JobContext& context) override {
    const CommandExecutorOptions& options = setup_->options;
    const Configuration configuration = options.space.configuration_from_json(payload.at("configuration"));
    CommandRun run{.trial = payload.at("trial"), .config = {}};
    run.config = setup_->folder.file_of(run.trial);
    write_file(run.config, configuration.to_json().dump(2) + "\n");
    run.seed = command_seed(options.seed, payload.at("first"));
    if (!options.axis.empty()) run.amount = payload.at("fidelity").at(options.axis);
    if (payload.contains("continues"))
      run.continues = {.number = payload.at("continues"), .amount = payload.at("continues_at")};
    CommandRunner runner(*setup_, context);
    runner.run(configuration, run);
    std::filesystem::remove(run.config);
    if (const std::string failure = runner.failure(); !failure.empty()) {
      return {{"failed", failure}, {"details", runner.details()}};
    }
    Json result{{"metrics", runner.values()}};
    if (runner.told_to_stop()) result["details"] = runner.details();
    return result;
  }

 private:
  std::shared_ptr<const Setup> setup_;
};

}  // namespace

std::unique_ptr<Executor> make_command_executor(const CommandExecutorOptions& options) {
  auto setup = std::make_shared<const Setup>(options);
  return make_thread_executor(options.workers, [setup] { return std::make_unique<CommandHandler>(setup); });
}

Json command_payload(const Trial& trial, const std::optional<CommandLineage>& lineage) {
  Json payload{{"trial", trial.number},
               {"configuration", trial.configuration.to_json()},
               {"fidelity", trial.fidelity},
               {"first", lineage ? lineage->first : trial.number}};
  if (lineage) {
    payload["continues"] = lineage->continues.number;
    payload["continues_at"] = lineage->continues.amount;
  }
  return payload;
}

std::uint64_t command_seed(std::uint64_t study_seed, std::int64_t first) {
  return mix_seed(study_seed, static_cast<std::uint64_t>(first)) >> 33;
}

std::string counter_of(const std::string& axis) {
  for (const std::string_view counter : kStepCounters) {
    if (axis == counter || axis == std::string(counter) + "s") return std::string(counter);
  }
  return "";
}

}  // namespace nascent
