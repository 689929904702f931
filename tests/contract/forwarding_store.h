#pragma once

#include <functional>

#include "nascent/trial/trial_store.h"

namespace nascent::testing {

/// Passes every call on to another store. Tests change the calls that they are about.
class ForwardingStore : public TrialStore {
 public:
  const StudyRecord& study() const override { return inner().study(); }
  void for_each_trial(std::int64_t from, const std::function<void(Trial&&)>& visit) const override {
    inner().for_each_trial(from, visit);
  }
  void for_each_ended(std::int64_t ended_before, const std::function<void(Trial&&)>& visit) const override {
    inner().for_each_ended(ended_before, visit);
  }
  void for_each_running(std::int64_t from, const std::function<void(Trial&&)>& visit) const override {
    inner().for_each_running(from, visit);
  }
  std::int64_t size() const override { return inner().size(); }
  bool give_up(std::int64_t number, const std::string& reason) override { return inner().give_up(number, reason); }
  bool changed_elsewhere() override { return inner().changed_elsewhere(); }
  std::optional<std::int64_t> create(const Trial& trial) override { return inner().create(trial); }
  bool report(std::int64_t number, const Report& report) override { return inner().report(number, report); }
  std::optional<std::int64_t> finish(const Trial& trial) override { return inner().finish(trial); }
  bool held_elsewhere(std::int64_t number) const override { return inner().held_elsewhere(number); }
  void renew_lease() override { inner().renew_lease(); }
  void set_note(const std::string& key, const Json& value) override { inner().set_note(key, value); }
  Json note(const std::string& key) const override { return inner().note(key); }

 protected:
  /// Asked anew at each call.
  virtual TrialStore& inner() const = 0;
};

}  // namespace nascent::testing
