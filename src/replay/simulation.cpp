#include "replay/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>

#include "nascent/core/error.h"
#include "nascent/core/random.h"

namespace nascent {
namespace {

constexpr std::uint64_t kNoiseStream = 0x6e6f697365;  // "noise"
const std::string kMetric = "value";

/// Adds the processor time of this thread, so that what else runs on the machine does not count.
class Timed {
 public:
  explicit Timed(double& sum) : sum_(sum), before_(seconds()) {}
  ~Timed() { sum_ += seconds() - before_; }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  static double seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  }
  double& sum_;
  double before_;
};

}  // namespace

Simulation::Simulation(const RecordedTable& table, const ReplayOptions& options, std::uint64_t seed)
    : table_(table),
      options_(options),
      seed_(seed),
      strategy_(make_strategy(options.strategy, {.space = table.space(),
                                                 .objectives = {{kMetric, table.maximize()}},
                                                 .seed = seed,
                                                 .budget = options.trials,
                                                 .allow_duplicates = options.allow_duplicates})),
      scheduler_(options.scheduler ? options.scheduler(seed) : std::make_unique<FullEvaluation>()),
      objective_{kMetric, table.maximize()} {}

ReplayedRun Simulation::run() {
  do {
    while (running_.size() < options_.workers && give_work()) {
    }
  } while (step());
  const double workers = static_cast<double>(options_.workers);
  if (run_.end_seconds > 0.0) run_.idle_share = std::max(0.0, 1.0 - run_.busy_seconds / (workers * run_.end_seconds));
  return std::move(run_);
}

/// False when no worker has anything to do now.
bool Simulation::give_work() {
  while (!nothing_more_) {
    const bool more = !exhausted_ && run_.configurations < options_.trials;
    Assignment assignment;
    {
      const Timed timed(run_.scheduler_seconds);
      assignment = scheduler_->next(running_, more);
    }
    ++run_.decisions;
    switch (assignment.kind) {
      case Assignment::Kind::kStart:
        if (!more) throw InternalError("the scheduler starts a configuration where there are no more");
        if (start(assignment)) return true;
        exhausted_ = true;
        break;  // it may have something else to do then
      case Assignment::Kind::kContinue:
        go_on(assignment);
        return true;
      case Assignment::Kind::kWait:
        if (running_.empty()) throw InternalError("the scheduler waits for trials, and none is running");
        return false;
      case Assignment::Kind::kNothing:
        nothing_more_ = true;
    }
  }
  return false;
}

bool Simulation::start(const Assignment& assignment) {
  std::optional<Proposal> proposal;
  {
    const Timed timed(run_.strategy_seconds);
    proposal = strategy_->suggest(next_number_, running_);
  }
  if (!proposal) return false;
  const RecordedPoint* point = table_.find(proposal->configuration);
  ++run_.configurations;
  if (point != nullptr) {
    run_.full_seconds += point->cost_seconds;
    const bool first = std::isnan(run_.best_started);
    if (std::isfinite(point->measure) && (first || table_.better(point->measure, run_.best_started)))
      run_.best_started = point->measure;
  }
  begin({.configuration = std::move(proposal->configuration),
         .fidelity = assignment.fidelity,
         .parent = proposal->parent,
         .origin = std::string(strategy_->name())},
        point, next_number_, 0.0);
  return true;
}

void Simulation::go_on(const Assignment& assignment) {
  const auto left = left_.find(assignment.continues);
  const bool runs = std::ranges::find(running_, assignment.continues, &Trial::number) != running_.end();
  if (left == left_.end() || runs)
    throw InternalError(fmt::format("the scheduler continues trial {}, which has not ended", assignment.continues));
  ++run_.promoted;
  begin({.configuration = assignment.configuration,
         .fidelity = assignment.fidelity,
         .parent = assignment.continues,
         .continues = assignment.continues,
         .origin = std::string(scheduler_->name())},
        left->second.point, left->second.root, left->second.fidelity);
}

void Simulation::begin(Trial trial, const RecordedPoint* point, std::int64_t root, double from) {
  const auto named = trial.fidelity.find(table_.fidelity_axis());
  const double to = named == trial.fidelity.end() ? table_.fidelities().back() : named->second;
  const std::size_t columns = table_.objectives().size();
  const std::size_t column =
      options_.average || columns == 1
          ? columns
          : Random(mix_seed(seed_, kNoiseStream), static_cast<std::uint64_t>(root)).below(columns);
  trial.number = next_number_++;
  trial.started_seconds = now_;
  running_.push_back(std::move(trial));
  work_.push_back({root, column, to, RecordedTraining(table_, point, from, to)});
  left_.insert_or_assign(running_.back().number, Left{point, root, from});
}

double Simulation::moment(std::size_t worker) const {
  return running_[worker].started_seconds + work_[worker].training.next_seconds();
}

/// The next event; of several at one moment, that of the trial that started first. False at the end.
bool Simulation::step() {
  if (running_.empty()) {
    end_at(now_);
    return false;
  }
  std::size_t first = 0;
  for (std::size_t worker = 1; worker < running_.size(); ++worker)
    if (moment(worker) < moment(first)) first = worker;
  if (moment(first) > options_.seconds) {
    end_at(options_.seconds);
    return false;
  }
  now_ = moment(first);
  if (work_[first].training.next() != nullptr)
    report(first);
  else
    finish(first, "");
  const bool reached = options_.until_regret && incumbent_is_whole_ &&
                       std::fabs(run_.measure.back() - table_.measure().best) <= *options_.until_regret;
  if (!reached) return true;
  run_.reached_seconds = now_;
  end_at(now_);
  return false;
}

void Simulation::report(std::size_t worker) {
  Trial& trial = running_[worker];
  Work& work = work_[worker];
  const RecordedStep& step = *work.training.next();
  work.training.advance();
  left_.at(trial.number).fidelity = step.fidelity;
  trial.reports.push_back({.step = std::llround(step.fidelity),
                           .metrics = {{kMetric, value_of(step, work)}},
                           .cost_seconds = now_ - trial.started_seconds});
  Decision decision;
  {
    const Timed timed(run_.scheduler_seconds);
    decision = scheduler_->decide(trial);
  }
  ++run_.decisions;
  if (decision.kind == Decision::Kind::kContinue) return;
  finish(worker, decision.reason.empty() ? "stopped" : std::move(decision.reason));
}

void Simulation::finish(std::size_t worker, std::string stopped_because) {
  Trial trial = std::move(running_[worker]);
  const Work work = std::move(work_[worker]);
  running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(worker));
  work_.erase(work_.begin() + static_cast<std::ptrdiff_t>(worker));
  trial.cost_seconds = now_ - trial.started_seconds;
  run_.busy_seconds += trial.cost_seconds;
  Left& left = left_.at(trial.number);
  if (!stopped_because.empty()) {
    trial.state = TrialState::kStopped;
    trial.reason = std::move(stopped_because);
    trial.metrics = trial.reports.back().metrics;
    ++run_.stopped;
  } else if (!work.training.failure().empty()) {
    trial.state = TrialState::kFailed;
    trial.reason = work.training.failure();
    ++run_.failed;
  } else {
    trial.state = TrialState::kComplete;
    trial.metrics[kMetric] = value_of(*work.training.result(), work);
    left.fidelity = work.to;
    if (!is_whole(work.to)) ++run_.paused;
  }
  note(trial, left.point);
  {
    const Timed timed(run_.strategy_seconds);
    strategy_->observe(trial);
  }
  const Timed timed(run_.scheduler_seconds);
  scheduler_->observe(trial);
}

double Simulation::value_of(const RecordedStep& step, const Work& work) const {
  return work.column < step.values.size() ? step.values[work.column] : step.mean;
}

void Simulation::note(const Trial& trial, const RecordedPoint* point) {
  incumbent_.push_back(
      {.number = trial.number, .fidelity = trial.fidelity, .state = trial.state, .metrics = trial.metrics});
  const Trial* best = best_trial(incumbent_, objective_);
  const bool whole = trial.state == TrialState::kComplete && is_whole(left_.at(trial.number).fidelity);
  if (best == &incumbent_.back()) {
    incumbent_point_ = point;
    incumbent_is_whole_ = whole;
  }
  if (best == nullptr)
    incumbent_.clear();
  else
    incumbent_ = {Trial(*best)};

  if (!run_.found_at && whole && point->mean == table_.objective().best)
    run_.found_at = static_cast<std::int64_t>(run_.best.size()) + 1;
  const auto known = [](double of_point, double otherwise) { return std::isfinite(of_point) ? of_point : otherwise; };
  const bool none = incumbent_point_ == nullptr;
  run_.best.push_back(none ? table_.objective().worst : known(incumbent_point_->mean, table_.objective().worst));
  run_.measure.push_back(none ? table_.measure().worst : known(incumbent_point_->measure, table_.measure().worst));
  run_.seconds.push_back(now_);
}

/// What is under way is lost; it has cost its time.
void Simulation::end_at(double seconds) {
  run_.end_seconds = seconds;
  for (const Trial& trial : running_) run_.busy_seconds += seconds - trial.started_seconds;
}

}  // namespace nascent
