#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "nascent/core/json.h"
#include "nascent/space/search_space.h"
#include "nascent/trial/trial.h"

namespace nascent {

/// What a study is: fixed when it is created.
struct StudyRecord {
  std::string name;
  SearchSpace space;
  std::vector<Objective> objectives;  ///< the first is the one that single-objective views show
  std::uint64_t seed = 0;
  std::string strategy;
  std::vector<OutcomeConstraint> constraints = {};
  Json settings = {};  ///< whatever the program needs to go on with it later
};

/// The number of a trial that takes whichever is next.
inline constexpr std::int64_t kNextNumber = -1;

/// The durable record of one study. What a call recorded survives the death of the program from the moment it returns.
///
/// **Sharing.** Several coordinators may work on one study, each through a store object of its own; a store that cannot
/// be shared simply has one. Every call is one transaction: a reader sees whole trials only, and the death of one
/// coordinator at any moment neither loses what is recorded nor blocks another.
///
/// **Leases.** A running trial is held by the store object that created it, for as long as that lives: until it is
/// destroyed, its process dies, or (where its process cannot be seen from here) it has not called `renew_lease` for the
/// length of a lease. A trial that nobody holds any more still takes the result of its late holder, until another
/// coordinator starts it anew: `create` with `retry_of`. From then on its record is closed as failed (`kInterrupted`).
///
/// A store object is used by one thread at a time. Errors of the medium (a full disk) throw `SystemError` and leave
/// what was stored before intact; calls that break the contract throw `InternalError`.
class TrialStore {
 public:
  virtual ~TrialStore() = default;

  virtual const StudyRecord& study() const = 0;

  /// Shows all trials from this number on, by number, as of one moment. One at a time: a study of millions need not fit
  /// in memory as trials. `visit` must not call the store.
  virtual void for_each_trial(std::int64_t from, const std::function<void(Trial&&)>& visit) const = 0;
  /// The same for running trials only.
  virtual void for_each_running(std::int64_t from, const std::function<void(Trial&&)>& visit) const = 0;
  /// The same for finished trials in the order in which they ended, without the first `ended_before`.
  virtual void for_each_ended(std::int64_t ended_before, const std::function<void(Trial&&)>& visit) const = 0;
  /// All trials by number.
  std::vector<Trial> trials() const;
  /// How many trials there are; the next one's number.
  virtual std::int64_t size() const = 0;

  /// Whether anything may have changed since the last call other than through this object. Cheap: ask often.
  virtual bool changed_elsewhere() = 0;

  /// Records a new running trial, held by this object, and returns its number. That is `trial.number`, or whichever is
  /// next for `kNextNumber`. Nothing is recorded and nothing returned where another coordinator has been faster: where
  /// a trial of that number is there, or where the trial named by `retry_of` has been started anew or has a result.
  /// With `retry_of`, a trial that was still running is closed.
  virtual std::optional<std::int64_t> create(const Trial& trial) = 0;
  /// Appends a report to a running trial. False, and nothing is recorded, once it has been started anew elsewhere.
  virtual bool report(std::int64_t number, const Report& report) = 0;
  /// Replaces the record of a running trial by its finished one (state, metrics, reason, details, cost). Returns how
  /// many trials have ended with this one, its place in the order of ends; nothing, and nothing is recorded, once the
  /// trial has been started anew elsewhere. A trial that is finished is never changed: throws `InternalError`.
  virtual std::optional<std::int64_t> finish(const Trial& trial) = 0;

  /// Closes a trial that nobody holds as failed, for this reason; as after `create` with `retry_of`, no later result
  /// counts. False, and nothing is recorded, if it is not running any more.
  virtual bool give_up(std::int64_t number, const std::string& reason) = 0;

  /// Whether a trial is running and held by another living store object.
  virtual bool held_elsewhere(std::int64_t number) const = 0;
  /// Says that the holder of this object's trials lives. Cheap: call it at least every few seconds.
  virtual void renew_lease() = 0;

  /// Small notes beside the trials (seconds spent so far, phases). Overwrites.
  virtual void set_note(const std::string& key, const Json& value) = 0;
  virtual Json note(const std::string& key) const = 0;  ///< null when absent
};

}  // namespace nascent
