#include "automl/settings.h"

#include <fstream>
#include <limits>
#include <thread>

#include "nascent/core/error.h"

namespace nascent {
namespace {

/// From /proc/meminfo, which counts what the page cache could give back; 0 when it is not there.
std::uint64_t free_memory_bytes() {
  std::ifstream file("/proc/meminfo");
  std::string word;
  std::uint64_t kilobytes = 0;
  while (file >> word) {
    if (word == "MemAvailable:" && file >> kilobytes) return kilobytes * 1024;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

}  // namespace

Json StudySettings::to_json() const {
  Json json{{"strategy", strategy},
            {"models", models},
            {"ensemble_size", ensemble_size},
            {"first", first},
            {"epochs", epochs},
            {"estimation", estimation.to_json()},
            {"workers", workers},
            {"memory", memory_bytes},
            {"command", command},
            {"inherit", inherit},
            {"thin", thin}};
  json["time_seconds"] = time_seconds ? Json(*time_seconds) : Json();
  json["trials"] = trials ? Json(*trials) : Json();
  return json;
}

StudySettings StudySettings::from_json(const Json& json) {
  StudySettings settings;
  settings.strategy = json.at("strategy");
  settings.models = json.at("models").get<std::vector<std::string>>();
  settings.ensemble_size = json.at("ensemble_size");
  settings.first = json.at("first").get<std::vector<Json>>();
  settings.inherit = json.value("inherit", false);  // earlier versions did not
  settings.thin = json.value("thin", "");
  settings.epochs = json.at("epochs");
  if (json.contains("estimation"))
    settings.estimation = EstimationPlan::from_json(json.at("estimation"));
  else  // earlier versions gave all candidates the same
    settings.estimation.full = json.at("trial_fidelity").get<Fidelity>();
  settings.workers = json.at("workers");
  settings.memory_bytes = json.at("memory");
  settings.command = json.at("command");
  if (!json.at("time_seconds").is_null()) settings.time_seconds = json.at("time_seconds").get<double>();
  if (!json.at("trials").is_null()) settings.trials = json.at("trials").get<std::int64_t>();
  return settings;
}

StudySettings StudySettings::from_options(const FitOptions& options) {
  StudySettings settings{.time_seconds = options.time_seconds,
                         .trials = options.trials,
                         .strategy = options.strategy,
                         .models = options.models,
                         .ensemble_size = options.ensemble_size,
                         .first = {},
                         .inherit = options.inherit,
                         .thin = options.thin,
                         .epochs = options.epochs,
                         .estimation = {},
                         .workers = options.workers,
                         .memory_bytes = options.memory_bytes,
                         .command = options.command};
  if (!settings.time_seconds && !settings.trials) settings.time_seconds = 60.0;
  return settings;
}

Machine find_machine(int workers, std::uint64_t memory_bytes, const std::filesystem::path& worker_program) {
  if (!std::filesystem::exists(worker_program))
    throw InputError("there is no worker program " + worker_program.string() +
                     "; build it (cmake --build build/release --target nascent-worker)");
  Machine machine{workers, memory_bytes, worker_program};
  if (machine.workers <= 0) machine.workers = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  if (machine.memory_bytes == 0) {
    // 0 stays "no cap" where the system does not say how much is free.
    machine.memory_bytes = free_memory_bytes() / 5 * 4 / static_cast<std::uint64_t>(machine.workers);
  }
  return machine;
}

}  // namespace nascent
