#pragma once

#include <string>
#include <string_view>

#include "nascent/trial/trial.h"

namespace nascent {

/// What to do with a running trial, and why in words a person can read (empty for going on).
struct Decision {
  enum class Kind { kContinue, kStop };
  Kind kind = Kind::kContinue;
  std::string reason;
};

/// Decides from the reports of a trial whether it goes on. Like a strategy it holds no clock and no store.
class Scheduler {
 public:
  virtual ~Scheduler() = default;
  virtual std::string_view name() const = 0;
  /// `trial` holds all its reports, the newest last.
  virtual Decision decide(const Trial& trial) = 0;
  /// Learns from a finished trial.
  virtual void observe(const Trial& trial) = 0;
};

/// Lets every trial run to its end.
class FullEvaluation : public Scheduler {
 public:
  std::string_view name() const override { return "full"; }
  Decision decide(const Trial&) override { return {}; }
  void observe(const Trial&) override {}
};

}  // namespace nascent
