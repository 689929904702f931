#include "automl/fit_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "automl/description.h"
#include "automl/finalists.h"
#include "automl/jobs.h"
#include "automl/leaderboard_file.h"
#include "automl/report.h"
#include "nascent/architecture/drawing.h"
#include "nascent/core/error.h"
#include "nascent/core/files.h"
#include "nascent/core/quantity.h"
#include "nascent/data/images.h"
#include "nascent/data/metric.h"
#include "nascent/data/table.h"
#include "run/designed_networks.h"
#include "run/fidelity_axes.h"

namespace nascent {
namespace {

/// So many of the best trials of each family keep their fitted models and may become members.
constexpr std::size_t kCandidates = 8;
/// So many candidates may keep their weights for others to start from: more than any population has members that win.
constexpr std::size_t kParents = 100;
/// Passes over the images, each through another network, after which shared weights change little; the time mostly ends
/// their training before.
constexpr double kSharedEpochs = 30.0;
/// Passes over the data that a network trained fully gets where neither the user nor the end of the time says.
constexpr double kFullEpochs = 12.0;

double grace_of(const TimePlan& times) {
  return times.end.exists() ? std::clamp(0.03 * times.end.remaining(), 0.2, 1.0) : 1.0;
}

}  // namespace

FitSession::FitSession(RunFolder folder, FitPlan plan, StudySettings settings, Machine machine, TrialStore& store,
                       FitObserver& observer, Stopwatch watch, double reading_seconds, double already_spent)
    : folder_(std::move(folder)),
      plan_(std::move(plan)),
      settings_(std::move(settings)),
      machine_(std::move(machine)),
      store_(store),
      observer_(observer),
      watch_(watch),
      already_spent_(already_spent),
      objective_(store.study().objectives.front()),
      folders_(folder_, objective_, {.best = kCandidates, .parents = inherits() ? kParents : 0}),
      costs_(store.study().space),
      thinning_(settings_.thin) {
  phases_.emplace_back("reading", reading_seconds);
}

FitSession::~FitSession() = default;

OrderedJson FitSession::run(std::optional<double> time) {
  const bool has_test = std::filesystem::exists(folder_.test_data());
  std::optional<double> remaining;
  if (time) remaining = *time - watch_.seconds();
  times_ = plan_time(plan_, remaining, has_test ? test_truth().size() : 0, machine_.workers,
                     settings_.estimation.candidates_are_final());
  progress_.total_seconds = time;
  progress_.total_trials = settings_.trials;
  progress_.metric = objective_.metric;

  start_workers();
  load_target();
  if (settings_.estimation.shares_weights()) share_weights();
  search();
  if (plan_.kind == DataKind::kImages && !settings_.estimation.candidates_are_final()) train_finalists();
  choose();
  if (plan_.kind == DataKind::kTable && plan_.split.is_holdout()) refit_members();
  assemble();
  if (has_test) test();
  return write_report();
}

void FitSession::start_workers() {
  executor_ = make_process_executor({.command = {machine_.worker_program.string(), "serve", folder_.root().string()},
                                     .workers = static_cast<std::size_t>(machine_.workers),
                                     .memory_bytes = machine_.memory_bytes,
                                     .log_folder = folder_.logs()});
}

void FitSession::load_target() {
  if (plan_.kind == DataKind::kTable) {
    const Table table = Table::map(folder_.training_data());
    target_.assign(table.target().begin(), table.target().end());
  } else {
    const ImageSet images = ImageSet::map(folder_.training_data());
    target_.assign(images.labels().begin(), images.labels().end());
  }
  truth_ = validation_truth(plan_.split, target_);
  constant_ = constant_prediction(plan_.task, target_);
}

Json FitSession::trial_payload(const Trial& trial) const {
  Json payload{{"kind", "trial"},
               {"trial", trial.number},
               {"configuration", trial.configuration.to_json()},
               {"fidelity", trial.fidelity},
               {"seed", mix_seed(store_.study().seed, static_cast<std::uint64_t>(trial.number))}};
  if (plan_.kind == DataKind::kImages && trial.fidelity.empty()) {
    // The schedule ends with the epochs, or for the last trainings of a fit with its time where that comes first.
    const bool until_the_end = times_.end.exists() && !settings_.estimation.candidates_are_final();
    payload["epochs"] = settings_.epochs > 0.0 ? settings_.epochs : (until_the_end ? 60.0 : kFullEpochs);
  } else if (std::isfinite(times_.trial_seconds)) {
    payload["time_limit"] = times_.trial_seconds * relative_epochs(trial.fidelity);
  }
  const bool is_new = !trial.continues && trial.origin != Finalists::kName;
  if (const Json thin = thinning_.to_payload(); is_new && !thin.is_null()) payload["thin"] = thin;
  if (trial.continues) payload["continued_fidelity"] = paused_.at(*trial.continues);
  // Where weights are shared, a trial has left none of its own.
  const bool same_network = plan_.kind == DataKind::kImages && !settings_.estimation.shares_weights() &&
                            (trial.continues || trial.origin == Finalists::kName);
  if (trial.parent && (inherits() || same_network)) payload["from"] = *trial.parent;
  return payload;
}

/// How many times the usual training of a candidate a trial gets at most.
double FitSession::relative_epochs(const Fidelity& fidelity) const {
  const auto epochs = fidelity.find(kEpochsAxis);
  const double usual = settings_.estimation.usual_epochs;
  return epochs == fidelity.end() || usual <= 0.0 ? 1.0 : epochs->second / usual;
}

bool FitSession::inherits() const {
  return plan_.kind == DataKind::kImages && settings_.inherit && !settings_.estimation.shares_weights();
}

/// Trains the weights that candidates are scored with, in half of the search's time, unless an earlier session has.
void FitSession::share_weights() {
  if (std::filesystem::exists(folder_.supernet() / "done")) return;
  begin_phase("training shared weights");
  const Deadline deadline = times_.search_end.exists() ? Deadline::in(0.5 * times_.search_end.remaining()) : Deadline();
  const Json payload{{"kind", "share"}, {"seed", store_.study().seed}, {"epochs", kSharedEpochs}};
  const auto outcomes = run_jobs(*executor_, {{0, payload}},
                                 {.deadline = deadline,
                                  .grace_seconds = grace_of(times_),
                                  .interrupted = [this] { return interrupted(); },
                                  .tick = [this] { show_progress(); }});
  const auto outcome = outcomes.find(0);
  const bool done = outcome != outcomes.end() && outcome->second.kind == JobOutcome::Kind::kDone;
  if (done) return write_file(folder_.supernet() / "done", "");
  if (interrupted()) return;
  throw InputError(fmt::format("the shared weights could not be trained: {}",
                               outcome == outcomes.end() ? "the time was up" : outcome->second.reason));
}

void FitSession::search() {
  begin_phase("searching");
  const StudyRecord& study = store_.study();
  const auto strategy =
      make_strategy(settings_.strategy, {.space = plan_.space, .objectives = {objective_}, .seed = study.seed});
  scheduler_ = make_scheduler(settings_.estimation, study);
  SearchLoopOptions options{
      .max_trials = settings_.trials.value_or(-1),
      .deadline = times_.search_end,
      .least_seconds = times_.least_trial_seconds,
      .seconds_needed = [this](const Trial& next) { return costs_.least_seconds(next).value_or(0.0); },
      .grace_seconds = grace_of(times_),
      .first = {},
      .interrupted = [this] { return interrupted(); }};
  for (const Json& first : settings_.first) options.first.push_back(study.space.configuration_from_json(first));
  for (const Trial& trial : store_.trials())
    if (is_finished(trial.state)) trial_finished(trial);
  const SearchSummary summary = run_search(
      store_, *strategy, *scheduler_, *executor_, [this](const Trial& trial) { return trial_payload(trial); }, options,
      *this);
  ended_because_ = summary.ended_because;
  show_notice();
  strategy_seconds_ += summary.strategy_seconds;
  store_seconds_ += summary.store_seconds;
}

void FitSession::train_finalists() {
  begin_phase("training the best");
  Finalists finalists(store_.trials(), objective_, executor_->slots());
  if (finalists.size() == 0 || interrupted()) return;
  FullEvaluation scheduler;
  SearchLoopOptions options{
      .deadline = times_.final_end, .grace_seconds = grace_of(times_), .interrupted = [this] { return interrupted(); }};
  const SearchSummary summary = run_search(
      store_, finalists, scheduler, *executor_, [this](const Trial& trial) { return trial_payload(trial); }, options,
      *this);
  store_seconds_ += summary.store_seconds;
}

void FitSession::choose() {
  begin_phase("combining");
  std::vector<Candidate> candidates = find_candidates(store_.trials(), folder_, plan_, objective_, kCandidates);
  if (candidates.empty()) {
    warn("no trial ended in time: the model predicts the same for every row; give it more time (--time)");
    return;
  }
  // Combining is worth a tenth of what is left, no more.
  const Deadline deadline =
      times_.final_end.exists() ? Deadline::in(std::max(0.3, 0.1 * times_.final_end.remaining())) : Deadline::never();
  chosen_ = choose_model(std::move(candidates), plan_, truth_.target, std::max(1, settings_.ensemble_size), deadline);
}

void FitSession::refit_members() {
  begin_phase("training the best");
  if (!chosen_) return;
  const double training_rows = static_cast<double>(plan_.split.training_rows(0).size());
  const double growth = static_cast<double>(target_.size()) / training_rows;
  std::vector<PlainJob> jobs;
  std::vector<double> slots(executor_->slots(), 0.0);  // seconds of work given to each, to see what still fits
  std::vector<std::size_t> order(chosen_->members.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return chosen_->weights[a] > chosen_->weights[b]; });
  for (const std::size_t m : order) {
    const Trial& trial = chosen_->members[m].trial;
    const auto slot = std::min_element(slots.begin(), slots.end());
    const double cost = 1.3 * growth * trial.details.value("fit_seconds", trial.cost_seconds);
    if (*slot + cost > times_.final_end.remaining()) continue;  // it would not be done in time
    *slot += cost;
    Json payload = trial_payload(trial);
    payload["kind"] = "refit";
    payload["rounds"] = trial.details.value("rounds", 0);
    jobs.push_back({trial.number, std::move(payload)});
  }
  for (const auto& [number, outcome] :
       run_jobs(*executor_, jobs,
                {.deadline = times_.final_end,
                .grace_seconds = grace_of(times_),
                .on_report = {},
                .on_start = [this](std::int64_t id) { running_[id] = describe(configuration_of(id), 60); },
                .interrupted = [this] { return interrupted(); },
                .tick = [this] { show_progress(); }})) {
    if (outcome.kind == JobOutcome::Kind::kDone) refitted_.insert(number);
  }
  running_.clear();
}

Configuration FitSession::configuration_of(std::int64_t number) const {
  for (const Candidate& member : chosen_->members)
    if (member.trial.number == number) return member.trial.configuration;
  return {};
}

void FitSession::assemble() {
  begin_phase("saving");
  const ChosenModel nothing;
  assemble_model(folder_, plan_, chosen_ ? *chosen_ : nothing, refitted_, constant_);
  if (plan_.network && chosen_) draw_network();
}

void FitSession::draw_network() const {
  const Trial& best = chosen_->members.front().trial;
  const Architecture network = DesignedNetworks(plan_).build(best.configuration, best.fidelity);
  const double result = best.result(objective_.metric).value_or(0.0);
  write_drawing(
      network, folder_.drawing(),
      {.title = fmt::format("Trial {}: validation {} {}", best.number, objective_.metric, format_number(result))});
}

void FitSession::test() {
  begin_phase("testing");
  if (!chosen_) {
    const std::vector<double> truth = test_truth();
    test_scores_ = score_all(plan_.task, truth, constant_predictions(truth.size()));
    return;
  }
  std::vector<PlainJob> jobs;
  for (const Candidate& member : chosen_->members)
    jobs.push_back({member.trial.number, Json{{"kind", "test"}, {"trial", member.trial.number}}});
  const auto outcomes = run_jobs(*executor_, jobs,
                                 {.deadline = times_.end,
                                  .grace_seconds = times_.end.exists() ? 0.3 : 1e9,
                                  .interrupted = [this] { return interrupted(); },
                                  .tick = [this] { show_progress(); }});
  std::vector<Matrix> predictions;
  for (const Candidate& member : chosen_->members) {
    const auto outcome = outcomes.find(member.trial.number);
    if (outcome == outcomes.end() || outcome->second.kind != JobOutcome::Kind::kDone) {
      test_missing_because_ = interrupted() ? "interrupted" : "the time was up";
      if (outcome != outcomes.end() && !times_.end.passed() && !interrupted())
        test_missing_because_ = outcome->second.reason;
      test_missing_because_ += "; nascent evaluate scores it";
      return warn("the test data were not scored: " + test_missing_because_);
    }
    predictions.push_back(load_predictions(folder_.test_predictions(member.trial.number)).values);
    std::filesystem::remove(folder_.test_predictions(member.trial.number));
  }
  std::vector<const Matrix*> pointers;
  for (const Matrix& matrix : predictions) pointers.push_back(&matrix);
  test_scores_ = score_all(plan_.task, test_truth(), weighted_mean(pointers, chosen_->weights));
}

std::vector<double> FitSession::test_truth() const {
  if (plan_.kind == DataKind::kTable) {
    const Table table = Table::map(folder_.test_data());
    return {table.target().begin(), table.target().end()};
  }
  const ImageSet images = ImageSet::map(folder_.test_data());
  return {images.labels().begin(), images.labels().end()};
}

Matrix FitSession::constant_predictions(std::size_t rows) const {
  Matrix predictions(rows, plan_.task.outputs());
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t c = 0; c < predictions.columns; ++c) predictions(row, c) = static_cast<float>(constant_[c]);
  return predictions;
}

OrderedJson FitSession::write_report() {
  executor_.reset();
  begin_phase("");
  std::map<std::int64_t, double> weights;
  if (chosen_)
    for (std::size_t m = 0; m < chosen_->members.size(); ++m)
      weights[chosen_->members[m].trial.number] = chosen_->weights[m];
  const std::vector<Trial> trials = store_.trials();
  const Metric& metric = metric_named(plan_.metric, plan_.task.kind);
  const auto reasons = reasons_for_no_more(store_, settings_.estimation);
  write_leaderboard(folder_.leaderboard(), make_leaderboard(trials, metric, weights, reasons));

  const double spent = already_spent_ + watch_.seconds();
  store_.set_note("seconds_spent", spent);
  OrderedJson report = make_report(
      {.plan = plan_,
       .settings = settings_,
       .machine = machine_,
       .trials = trials,
       .chosen = chosen_ ? &*chosen_ : nullptr,
       .refitted = refitted_,
       .baseline_score = score(metric, plan_.task, truth_.target, constant_predictions(truth_.target.size())),
       .test = test_scores_,
       .test_missing_because = test_missing_because_,
       .ended_because = ended_because_,
       .warnings = warnings_,
       .phases = phases_,
       .strategy_seconds = strategy_seconds_,
       .notice = notice_,
       .store_seconds = store_seconds_,
       .session_seconds = watch_.seconds(),
       .total_seconds = spent});
  write_file_atomically(folder_.report(), report.dump(2) + "\n");
  return report;
}

void FitSession::begin_phase(std::string name) {
  if (!progress_.phase.empty()) phases_.emplace_back(progress_.phase, phase_watch_.seconds());
  phase_watch_ = Stopwatch();
  progress_.phase = std::move(name);
  store_.set_note("seconds_spent", already_spent_ + watch_.seconds());
  show_progress();
}

void FitSession::trial_started(const Trial& trial) {
  running_[trial.number] = describe(trial.configuration, 60);
  show_progress();
}

void FitSession::trial_reported(const Trial&, const Report&) { show_progress(); }

void FitSession::trial_finished(const Trial& trial) {
  running_.erase(trial.number);
  folders_.finished(trial);
  costs_.observe(trial);
  thinning_.observe(trial);
  if (!trial.fidelity.empty()) paused_[trial.number] = trial.fidelity;
  if (const std::optional<double> result = trial.result(objective_.metric)) {
    if (!trial.continues) ++progress_.done;
    const bool further = progress_.best_score && lower_fidelity(best_fidelity_, trial.fidelity);
    const bool comparable = trial.fidelity == best_fidelity_ && trial.state == TrialState::kComplete;
    if (!progress_.best_score || further || (comparable && objective_.better(*result, *progress_.best_score))) {
      progress_.best_score = *result;
      progress_.best_description = describe(trial);
      best_fidelity_ = trial.fidelity;
    }
  } else {
    ++progress_.failed;
  }
  store_.set_note("seconds_spent", already_spent_ + watch_.seconds());
  show_notice();
  show_progress();
}

void FitSession::tick() { show_progress(); }

void FitSession::show_progress() {
  progress_.elapsed_seconds = watch_.seconds();
  progress_.running = static_cast<std::int64_t>(running_.size());
  progress_.running_descriptions.clear();
  for (const auto& [number, description] : running_) progress_.running_descriptions.push_back(description);
  observer_.progress(progress_);
}

bool FitSession::interrupted() const { return observer_.interrupted(); }

/// What the scheduler found out about its fidelities, once.
void FitSession::show_notice() {
  const std::string notice = scheduler_->notice();
  if (notice == notice_) return;
  notice_ = notice;
  observer_.note(notice);
}

void FitSession::warn(std::string sentence) {
  observer_.note(sentence);
  warnings_.push_back(std::move(sentence));
}

}  // namespace nascent
