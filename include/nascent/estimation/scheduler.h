#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "nascent/trial/trial.h"

namespace nascent {

/// What to do with a running trial, and why in words a person can read (empty for going on).
struct Decision {
  enum class Kind { kContinue, kStop };
  Kind kind = Kind::kContinue;
  std::string reason;
};

/// What a free worker should do.
struct Assignment {
  enum class Kind {
    kStart,     ///< a new configuration, at `fidelity`
    kContinue,  ///< go on with that of the trial `continues`, from where it was left, up to the higher `fidelity`
    kWait,      ///< nothing, until one of the running trials has ended
    kNothing,   ///< nothing any more, whatever becomes of the running trials
  };
  Kind kind = Kind::kStart;
  Fidelity fidelity = {};
  std::int64_t continues = -1;
  Configuration configuration = {};  ///< of the trial `continues`
};

/// Decides how much of the full evaluation a configuration gets. Like a strategy it holds no clock, no store and no
/// threads, and is a function of its options and of the trials observed, in order: replaying a record rebuilds it.
///
/// There are two ways to give less, and a scheduler may use either or both. A trial can be stopped on its way, by what
/// it reports (`decide`). Or a configuration is started at a low fidelity: its trial ends there, which pauses it. What
/// it has learned is kept, and a later trial (`Trial::continues`) takes it up to a higher fidelity (`next`).
///
/// By default every configuration gets the full evaluation.
class Scheduler {
 public:
  virtual ~Scheduler() = default;
  virtual std::string_view name() const = 0;

  /// What comes next. `running` are all trials under way. `more` says whether new configurations may still be started;
  /// if not, `kStart` is no answer, and rungs that wait for company are closed as they are.
  virtual Assignment next(std::span<const Trial> /*running*/, bool more) {
    return {.kind = more ? Assignment::Kind::kStart : Assignment::Kind::kNothing};
  }

  /// Whether trials of this fidelity are its work. A record may hold others, whose results cannot be compared.
  virtual bool uses(const Fidelity& fidelity) const { return fidelity.empty(); }

  /// Whether a running trial goes on. `trial` holds all its reports, the newest last. Asked again about the same
  /// reports it gives the same answer.
  virtual Decision decide(const Trial& /*trial*/) { return {}; }

  /// Learns from a trial that has ended, failed ones too, in the order of ends.
  virtual void observe(const Trial& /*trial*/) {}

  /// Why a configuration got no more than this trial, which ended below the full evaluation: "not promoted at 3 epochs:
  /// 7th of 12". As far as is known by now; empty for trials that were continued, failed or had all.
  virtual std::string why_no_more(const Trial& /*trial*/) const { return ""; }

  /// What the user should know of what was found out about the fidelities: a sentence, or empty.
  virtual std::string notice() const { return ""; }
};

/// Gives every configuration the same, and lets every trial run to its end.
class FullEvaluation : public Scheduler {
 public:
  explicit FullEvaluation(Fidelity fidelity = {}) : fidelity_(std::move(fidelity)) {}

  std::string_view name() const override { return "full"; }
  Assignment next(std::span<const Trial>, bool more) override {
    return {.kind = more ? Assignment::Kind::kStart : Assignment::Kind::kNothing, .fidelity = fidelity_};
  }
  bool uses(const Fidelity& fidelity) const override { return fidelity == fidelity_; }

 private:
  Fidelity fidelity_;
};

}  // namespace nascent
