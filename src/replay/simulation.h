#pragma once

#include <map>
#include <memory>
#include <vector>

#include "nascent/replay/replay.h"
#include "nascent/strategy/search_strategy.h"
#include "replay/recorded_training.h"

namespace nascent {

/// One run: the workers, the clock and what happens next.
class Simulation {
 public:
  Simulation(const RecordedTable& table, const ReplayOptions& options, std::uint64_t seed);
  ReplayedRun run();

 private:
  /// What a worker does.
  struct Work {
    std::int64_t root;   ///< the first trial of this configuration: one training has one noise
    std::size_t column;  ///< the objective column it sees, or all of them
    double to;           ///< fidelity
    RecordedTraining training;
  };
  /// What a trial that ended left, to be continued.
  struct Left {
    const RecordedPoint* point;
    std::int64_t root;
    double fidelity;
  };

  bool give_work();
  bool start(const Assignment& assignment);
  void go_on(const Assignment& assignment);
  void begin(Trial trial, const RecordedPoint* point, std::int64_t root, double from);
  double moment(std::size_t worker) const;
  bool step();
  void report(std::size_t worker);
  void finish(std::size_t worker, std::string stopped_because);
  void note(const Trial& trial, const RecordedPoint* point);
  void end_at(double seconds);
  double value_of(const RecordedStep& step, const Work& work) const;
  bool is_whole(double fidelity) const { return fidelity >= table_.fidelities().back(); }

  const RecordedTable& table_;
  const ReplayOptions& options_;
  std::uint64_t seed_;
  std::unique_ptr<SearchStrategy> strategy_;
  std::unique_ptr<Scheduler> scheduler_;
  Objective objective_;
  std::vector<Trial> running_;  ///< in the order of their starts
  std::vector<Work> work_;      ///< of the same index
  std::map<std::int64_t, Left> left_;
  std::int64_t next_number_ = 0;
  bool exhausted_ = false;
  bool nothing_more_ = false;
  double now_ = 0.0;
  std::vector<Trial> incumbent_;  ///< none or one, without its configuration
  const RecordedPoint* incumbent_point_ = nullptr;
  bool incumbent_is_whole_ = false;  ///< it was evaluated at the highest fidelity
  ReplayedRun run_;
};

}  // namespace nascent
