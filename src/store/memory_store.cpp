#include "nascent/store/memory_store.h"

#include <map>

#include "store/checks.h"

namespace nascent {
namespace {

class MemoryStore : public TrialStore {
 public:
  explicit MemoryStore(StudyRecord study) : study_(std::move(study)) {}

  const StudyRecord& study() const override { return study_; }
  std::vector<Trial> trials() const override { return trials_; }

  void create(const Trial& trial) override {
    check_can_be_created(trial, static_cast<std::int64_t>(trials_.size()));
    trials_.push_back(trial);
  }

  void report(std::int64_t number, const Report& report) override { running(number).reports.push_back(report); }

  void finish(const Trial& trial) override {
    check_is_finished(trial);
    Trial& record = running(trial.number);
    record.state = trial.state;
    record.metrics = trial.metrics;
    record.reason = trial.reason;
    record.details = trial.details;
    record.cost_seconds = trial.cost_seconds;
  }

  void set_note(const std::string& key, const Json& value) override { notes_[key] = value; }

  Json note(const std::string& key) const override {
    const auto found = notes_.find(key);
    return found == notes_.end() ? Json() : found->second;
  }

 private:
  Trial& running(std::int64_t number) {
    if (number < 0 || number >= static_cast<std::int64_t>(trials_.size())) throw_unknown_trial(number);
    Trial& trial = trials_[static_cast<std::size_t>(number)];
    if (is_finished(trial.state)) throw_finished_already(number);
    return trial;
  }

  StudyRecord study_;
  std::vector<Trial> trials_;
  std::map<std::string, Json> notes_;
};

}  // namespace

std::unique_ptr<TrialStore> create_memory_store(StudyRecord study) {
  return std::make_unique<MemoryStore>(std::move(study));
}

}  // namespace nascent
