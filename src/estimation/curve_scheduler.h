#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "estimation/ladder.h"
#include "nascent/estimation/curve_extrapolation.h"
#include "nascent/estimation/curve_regret.h"

namespace nascent {

/// Learning-curve extrapolation as a scheduler; see docs/methods/curve.md.
class CurveScheduler : public Scheduler, public MeasuresRegret {
 public:
  explicit CurveScheduler(const SchedulerSetup& setup);

  std::string_view name() const override { return "curve"; }
  Assignment next(std::span<const Trial> running, bool more) override;
  bool uses(const Fidelity& fidelity) const override { return ladder_.rung_of(fidelity).has_value(); }
  Decision decide(const Trial& trial) override;
  void observe(const Trial& trial) override;
  std::string why_no_more(const Trial& trial) const override;
  std::string notice() const override;
  ControlledRegret controlled_regret() const override;

 private:
  /// A configuration, over all the trials that took it further.
  struct Candidate {
    enum class State { kPaused, kEnded };
    State state = State::kPaused;
    std::int64_t last = 0;  ///< the trial that ended last
    std::size_t rung = 0;
    Configuration configuration = {};
    std::map<double, double> points = {};    ///< the curve: value by step
    std::optional<std::size_t> learnt = {};  ///< its index in the extrapolation
    std::optional<double> result = {};       ///< of the full evaluation
    /// Of a control: the best result when it would have been given up.
    std::optional<double> best_when_doomed = {};
  };

  bool is_control(const Configuration& configuration) const;
  bool is_doomed(const FinalValue& value) const;
  void note_doom(Candidate& candidate, const std::map<double, double>& points) const;
  std::map<double, double> points_with(const Trial& trial) const;
  double chance(const Candidate& candidate, double bound) const;
  std::optional<double> bound_of(const std::vector<Candidate*>& paused) const;
  Assignment continuation(const Candidate& candidate, std::size_t rung) const;
  std::string predicted(const FinalValue& value) const;

  SchedulerSetup setup_;
  Ladder ladder_;
  CurveExtrapolation extrapolation_;
  std::vector<Candidate> candidates_;
  std::map<std::int64_t, std::size_t> candidate_of_;  ///< by trial
  std::optional<double> best_;
  std::size_t finished_ = 0;
};

}  // namespace nascent
