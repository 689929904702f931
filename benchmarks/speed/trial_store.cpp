// What the record of a study costs. Usage: bench_trial_store <what> [folder]; one JSON line each:
//   default, full   trials a second (create and finish, 10 float parameters, one metric) in SQLite, with a flush of the
//                   disk once a second, and with one for every change
//   open            seconds to open a study of 100,000 such trials and to hold them all as `Trial` objects
//   size            bytes a trial of 20 float parameters at 1,000,000 trials: in the file, and resident in memory
// trial_store.sh runs all, and Optuna beside them. The folder matters: its disk is what is flushed.

#include <malloc.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "nascent/core/deadline.h"
#include "nascent/core/error.h"
#include "nascent/store/memory_store.h"
#include "nascent/store/sqlite_store.h"

namespace {

using namespace nascent;

StudyRecord study_with(int parameters) {
  StudyRecord study{.name = "speed", .space = {}, .objectives = {{"loss", false}}, .strategy = "random"};
  for (int i = 0; i < parameters; ++i) study.space.add_float("x" + std::to_string(i), 0.0, 1.0);
  return study;
}

void write_trials(TrialStore& store, std::int64_t first, std::int64_t count) {
  const SearchSpace& space = store.study().space;
  for (std::int64_t number = first; number < first + count; ++number) {
    Random random(1, static_cast<std::uint64_t>(number));
    Trial trial;
    trial.number = number;
    trial.configuration = space.sample(random);
    trial.origin = "random";
    trial.started_seconds = 0.001 * static_cast<double>(number);
    store.create(trial);
    trial.state = TrialState::kComplete;
    trial.metrics["loss"] = random.uniform();
    trial.cost_seconds = 0.001;
    store.finish(trial);
  }
}

/// What this process has used of its processor, in user and kernel: tells apart a slow program and a busy machine.
double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double resident_bytes() {
  ::malloc_trim(0);
  long pages = 0;
  long resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

Json measure_writing(const std::filesystem::path& file, double flush_seconds, std::int64_t trials) {
  const auto store = create_sqlite_store(file, study_with(10), {.flush_seconds = flush_seconds});
  write_trials(*store, 0, 100);
  const Stopwatch watch;
  const double processor_before = processor_seconds();
  write_trials(*store, 100, trials);
  const double count = static_cast<double>(trials);
  return {{"trials", trials},
          {"parameters", 10},
          {"trials_per_second", count / watch.seconds()},
          {"trials_per_processor_second", count / (processor_seconds() - processor_before)}};
}

Json measure_opening(const std::filesystem::path& file) {
  constexpr std::int64_t kTrials = 100'000;
  write_trials(*create_sqlite_store(file, study_with(10)), 0, kTrials);
  double best = 1e9;
  double best_processor = 1e9;
  for (int round = 0; round < 3; ++round) {
    const Stopwatch watch;
    const double processor_before = processor_seconds();
    const auto store = open_sqlite_store(file);
    if (store->trials().size() != kTrials) throw InternalError("trials are missing");
    best = std::min(best, watch.seconds());
    best_processor = std::min(best_processor, processor_seconds() - processor_before);
  }
  return {{"trials", kTrials}, {"parameters", 10}, {"seconds", best}, {"processor_seconds", best_processor}};
}

Json measure_size(const std::filesystem::path& file) {
  constexpr std::int64_t kTrials = 1'000'000;
  constexpr double kCount = kTrials;
  {
    const auto store = create_sqlite_store(file, study_with(20));
    write_trials(*store, 0, kTrials);
  }
  const double file_bytes = static_cast<double>(std::filesystem::file_size(file));
  const double before = resident_bytes();
  const auto store = create_memory_store(study_with(20));
  write_trials(*store, 0, kTrials);
  const double memory_bytes = resident_bytes() - before;
  return {{"trials", kTrials},
          {"parameters", 20},
          {"file_bytes_per_trial", file_bytes / kCount},
          {"memory_bytes_per_trial", memory_bytes / kCount},
          {"file_megabytes", file_bytes / 1e6},
          {"memory_megabytes", memory_bytes / 1e6}};
}

}  // namespace

int main(int count, char** arguments) {
  const std::string what = count > 1 ? arguments[1] : "";
  std::string folder = (count > 2 ? arguments[2] : std::filesystem::temp_directory_path().string()) + "/store-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) {
    std::fprintf(stderr, "cannot make a folder %s\n", folder.c_str());
    return 2;
  }
  const std::filesystem::path file = std::filesystem::path(folder) / "study.db";
  Json line;
  if (what == "default") line = measure_writing(file, 1.0, 20'000);
  if (what == "full") line = measure_writing(file, 0.0, 1'000);
  if (what == "open") line = measure_opening(file);
  if (what == "size") line = measure_size(file);
  std::filesystem::remove_all(folder);
  if (line.is_null()) {
    std::fputs("usage: bench_trial_store default|full|open|size [folder]\n", stderr);
    return 2;
  }
  line["benchmark"] = "trial_store";
  line["what"] = what;
  line["program"] = "nascent";
  std::cout << line.dump() << std::endl;
}
