#pragma once

#include <cstdint>
#include <memory>
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

/// The durable record of one study. What a call recorded survives the death of the program from the moment it returns.
/// One writer at a time; a reader sees whole trials only. Errors of the medium (a full disk) throw `SystemError` and
/// leave what was stored before intact.
class TrialStore {
 public:
  virtual ~TrialStore() = default;

  virtual const StudyRecord& study() const = 0;
  virtual std::vector<Trial> trials() const = 0;

  /// Records a new running trial. Its number must be the next one.
  virtual void create(const Trial& trial) = 0;
  /// Appends a report to a running trial.
  virtual void report(std::int64_t number, const Report& report) = 0;
  /// Replaces the record of a running trial by its finished one (state, metrics, reason, details, cost). A trial that
  /// is finished already is never changed: throws `InternalError`.
  virtual void finish(const Trial& trial) = 0;

  /// Small notes beside the trials (seconds spent so far, phases). Overwrites.
  virtual void set_note(const std::string& key, const Json& value) = 0;
  virtual Json note(const std::string& key) const = 0;  ///< null when absent
};

}  // namespace nascent
