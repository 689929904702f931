#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "automl/candidates.h"
#include "automl/model_assembly.h"
#include "automl/settings.h"
#include "automl/thinning.h"
#include "automl/time_plan.h"
#include "automl/trial_folders.h"
#include "nascent/automl/fit.h"
#include "nascent/execution/executor.h"
#include "nascent/search/search_loop.h"
#include "nascent/trial/trial_store.h"
#include "run/fit_plan.h"
#include "run/run_folder.h"
#include "search/cost_model.h"

namespace nascent {

/// Seconds spent in each part of a session, in the order they happened.
using PhaseTimes = std::vector<std::pair<std::string, double>>;

/// One sitting at a study: searches, trains the best, combines, saves, tests and reports. The record of trials is all
/// that survives it, and all that the next one needs.
class FitSession : private SearchObserver {
 public:
  /// `watch` started when the fit did; `already_spent` are the seconds of earlier sessions.
  FitSession(RunFolder folder, FitPlan plan, StudySettings settings, Machine machine, TrialStore& store,
             FitObserver& observer, Stopwatch watch, double reading_seconds, double already_spent);
  ~FitSession() override;

  /// Runs to the end and returns the report. `time`: seconds for the session, from the start of `watch`.
  OrderedJson run(std::optional<double> time);

 private:
  void trial_started(const Trial& trial) override;
  void trial_reported(const Trial& trial, const Report& report) override;
  void trial_finished(const Trial& trial) override;
  void tick() override;

  void start_workers();
  void load_target();
  void share_weights();
  void search();
  void train_finalists();
  void choose();
  void refit_members();
  void assemble();
  void draw_network() const;
  void test();
  OrderedJson write_report();

  std::vector<double> test_truth() const;
  Matrix constant_predictions(std::size_t rows) const;
  void begin_phase(std::string name);
  Json trial_payload(const Trial& trial) const;
  Configuration configuration_of(std::int64_t number) const;
  bool interrupted() const;
  double relative_epochs(const Fidelity& fidelity) const;
  bool inherits() const;  ///< whether candidates start from the weights of their parents
  void warn(std::string sentence);
  void show_notice();
  void show_progress();

  RunFolder folder_;
  FitPlan plan_;
  StudySettings settings_;
  Machine machine_;
  TrialStore& store_;
  FitObserver& observer_;
  Stopwatch watch_;
  double already_spent_;
  Objective objective_;
  TrialFolders folders_;
  TimePlan times_;
  std::unique_ptr<Executor> executor_;

  std::vector<double> target_;
  ValidationTruth truth_;
  std::vector<double> constant_;
  std::optional<ChosenModel> chosen_;
  std::set<std::int64_t> refitted_;
  std::optional<Metrics> test_scores_;
  std::string ended_because_;
  std::string test_missing_because_;
  std::vector<std::string> warnings_;
  double strategy_seconds_ = 0.0;
  CostModel costs_;
  Thinning thinning_;
  std::unique_ptr<Scheduler> scheduler_;
  std::string notice_;  ///< the last one of the scheduler
  double store_seconds_ = 0.0;

  PhaseTimes phases_;
  Stopwatch phase_watch_;
  FitProgress progress_;
  Fidelity best_fidelity_;                   ///< of the best so far
  std::map<std::int64_t, Fidelity> paused_;  ///< trials that others may continue
  std::map<std::int64_t, std::string> running_;
};

}  // namespace nascent
