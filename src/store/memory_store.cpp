#include "nascent/store/memory_store.h"

#include <deque>
#include <map>

#include "store/checks.h"
#include "store/packed_trial.h"

namespace nascent {
namespace {

/// Trials are kept packed, about 270 bytes for one of twenty parameters, and unpacked when somebody looks at them.
class MemoryStore : public TrialStore {
 public:
  explicit MemoryStore(StudyRecord study) : study_(std::move(study)) {}

  const StudyRecord& study() const override { return study_; }

  void for_each_trial(std::int64_t from, const std::function<void(Trial&&)>& visit) const override {
    for (std::int64_t number = from; number < size(); ++number) visit(unpacked(number));
  }

  void for_each_ended(std::int64_t ended_before, const std::function<void(Trial&&)>& visit) const override {
    for (auto i = static_cast<std::size_t>(ended_before); i < ends_.size(); ++i) visit(unpacked(ends_[i]));
  }

  void for_each_running(std::int64_t from, const std::function<void(Trial&&)>& visit) const override {
    for (std::int64_t number = from; number < size(); ++number) {
      if (!is_finished(records_[static_cast<std::size_t>(number)].state)) visit(unpacked(number));
    }
  }

  std::int64_t size() const override { return static_cast<std::int64_t>(records_.size()); }

  bool changed_elsewhere() override { return false; }

  std::optional<std::int64_t> create(const Trial& trial) override {
    check_can_be_created(trial);
    const std::int64_t number = size();
    check_is_not_beyond(trial.number, number);
    if (trial.number != kNextNumber && trial.number < number) return {};
    std::string log = packed_start(study_.space, trial);  // may throw, so before anything changes
    if (trial.retry_of && !close_for_retry(*trial.retry_of)) return {};
    records_.push_back({std::move(log)});
    return number;
  }

  bool report(std::int64_t number, const Report& report) override {
    Record& record = at(number);
    if (is_taken(record, number)) return false;
    append_report(record.log, report);
    return true;
  }

  std::optional<std::int64_t> finish(const Trial& trial) override {
    check_is_finished(trial);
    Record& record = at(trial.number);
    if (is_taken(record, trial.number)) return {};
    return end(record, trial);
  }

  bool give_up(std::int64_t number, const std::string& reason) override {
    if (is_finished(at(number).state)) return false;
    close(number, reason);
    return true;
  }

  bool held_elsewhere(std::int64_t) const override { return false; }
  void renew_lease() override {}

  void set_note(const std::string& key, const Json& value) override { notes_[key] = value; }

  Json note(const std::string& key) const override {
    const auto found = notes_.find(key);
    return found == notes_.end() ? Json() : found->second;
  }

 private:
  struct Record {
    std::string log;
    TrialState state = TrialState::kRunning;
    bool retried = false;
    bool taken = false;  ///< closed because it was started anew, not by a result
  };

  Trial unpacked(std::int64_t number) const {
    return unpack_trial(study_.space, number, records_[static_cast<std::size_t>(number)].log);
  }

  Record& at(std::int64_t number) {
    if (number < 0 || number >= size()) throw_unknown_trial(number);
    return records_[static_cast<std::size_t>(number)];
  }

  static bool is_taken(const Record& record, std::int64_t number) {
    if (is_finished(record.state) && !record.taken) throw_finished_already(number);
    return record.taken;
  }

  std::int64_t end(Record& record, const Trial& trial) {
    append_end(record.log, trial);
    record.log.shrink_to_fit();
    record.state = trial.state;
    ends_.push_back(trial.number);
    return static_cast<std::int64_t>(ends_.size());
  }

  void close(std::int64_t number, std::string_view reason) {
    Trial trial = unpacked(number);
    trial.state = TrialState::kFailed;
    trial.reason = reason;
    trial.cost_seconds = trial.reports.empty() ? 0.0 : trial.reports.back().cost_seconds;
    end(at(number), trial);
    at(number).taken = true;
  }

  /// False when the trial has been retried or has a result.
  bool close_for_retry(std::int64_t number) {
    Record& record = at(number);
    if (record.retried || (is_finished(record.state) && !was_cut_off(unpacked(number)))) return false;
    if (!is_finished(record.state)) close(number, kInterrupted);
    record.retried = true;
    return true;
  }

  StudyRecord study_;
  std::deque<Record> records_;     ///< by number
  std::deque<std::int64_t> ends_;  ///< numbers of finished trials, as they ended
  std::map<std::string, Json> notes_;
};

}  // namespace

std::unique_ptr<TrialStore> create_memory_store(StudyRecord study) {
  return std::make_unique<MemoryStore>(std::move(study));
}

}  // namespace nascent
