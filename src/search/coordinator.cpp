#include "search/coordinator.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "nascent/core/error.h"
#include "search/timed.h"

namespace nascent {
namespace {

/// How often one configuration may be cut off before that counts against it: perhaps it is what kills the sessions.
constexpr int kMostAttempts = 3;
/// The origin of given starting points.
constexpr std::string_view kFirstOrigin = "first";
/// Between looks at whether the holders of others' trials live.
constexpr double kLookAtHoldersSeconds = 1.0;

/// The latest moment of the study's clock that a trial knows of.
double last_moment(const Trial& trial) {
  const double reported = trial.reports.empty() ? 0.0 : trial.reports.back().cost_seconds;
  return trial.started_seconds + std::max(trial.cost_seconds, reported);
}

}  // namespace

Coordinator::Coordinator(TrialStore& store, SearchStrategy& strategy, Scheduler& scheduler, CoordinatorOptions options)
    : store_(store), strategy_(strategy), scheduler_(scheduler), options_(std::move(options)) {
  for (const Configuration& configuration : options_.first) {
    store_.study().space.validate(configuration);
    const std::uint64_t hash = configuration.hash();
    const bool known = std::ranges::any_of(first_, [&](const auto& entry) { return entry.first == hash; });
    if (!known) first_.emplace_back(hash, configuration);
  }
  read_news();
  take_over_from_the_dead();
}

void Coordinator::follow() {
  store_.renew_lease();
  if (store_.changed_elsewhere() || news_of_our_own_) read_news();
  if (running_.size() > mine_.size() && since_look_at_holders_.seconds() >= kLookAtHoldersSeconds) {
    take_over_from_the_dead();
  }
}

void Coordinator::read_news() {
  news_of_our_own_ = false;
  store_.for_each_ended(ended_, [&](Trial&& trial) {
    ++ended_;
    learn_ended(trial);
  });
  // In this order a trial may be missed here only if it has ended, and then it comes with the ends.
  const std::int64_t from = next_number_;
  next_number_ = store_.size();
  store_.for_each_running(from, [&](Trial&& trial) {
    next_number_ = std::max(next_number_, trial.number + 1);
    learn_running(std::move(trial));
  });
}

bool Coordinator::is_ours(const Trial& trial) const { return scheduler_.uses(trial.fidelity); }

/// What is to be known of every trial, whether it runs or has ended.
void Coordinator::learn_of(const Trial& trial) {
  last_seconds_ = std::max(last_seconds_, last_moment(trial));
  if (trial.retry_of) {
    retried_.insert(*trial.retry_of);
    to_try_again_.erase(*trial.retry_of);
  }
}

void Coordinator::learn_running(Trial trial) {
  learn_of(trial);
  if (mine_.contains(trial.number) || !is_ours(trial)) return;
  if (proposal_waits_) keys_of_news_.insert(store_.study().space.key(trial.configuration));
  if (!first_.empty()) {
    const std::uint64_t hash = trial.configuration.hash();
    std::erase_if(first_, [&](const auto& entry) { return entry.first == hash; });
  }
  running_.push_back(std::move(trial));
}

int Coordinator::attempt_of(const Trial& trial) const {
  const auto earlier = trial.retry_of ? attempts_.find(*trial.retry_of) : attempts_.end();
  return 1 + (earlier == attempts_.end() ? 0 : earlier->second);
}

void Coordinator::learn_ended(const Trial& trial) {
  learn_of(trial);
  if (!is_ours(trial)) return;
  const auto known = find_running(trial.number);
  if (known != running_.end()) {
    running_.erase(known);
  } else if (proposal_waits_) {
    keys_of_news_.insert(store_.study().space.key(trial.configuration));
  }
  mine_.erase(trial.number);
  to_try_again_.erase(trial.number);  // its late result has come
  if (!first_.empty()) {
    const std::uint64_t hash = trial.configuration.hash();
    std::erase_if(first_, [&](const auto& entry) { return entry.first == hash; });
  }
  if (was_cut_off(trial)) {
    const int attempt = attempts_[trial.number] = attempt_of(trial);
    if (attempt < kMostAttempts) {
      if (!retried_.contains(trial.number)) to_try_again_.emplace(trial.number, trial);
      return;
    }
  }
  if (trial.origin != kKnownOrigin && !trial.continues) ++counted_;
  if (trial.state != TrialState::kFailed) any_succeeded_ = true;
  const Timed timed(strategy_seconds_);
  strategy_.observe(trial);
  scheduler_.observe(trial);
}

void Coordinator::take_over_from_the_dead() {
  since_look_at_holders_ = {};
  std::vector<std::int64_t> left;
  for (const Trial& trial : running_) {
    if (!mine_.contains(trial.number) && !store_.held_elsewhere(trial.number)) left.push_back(trial.number);
  }
  for (const std::int64_t number : left) put_back(number);
  if (news_of_our_own_) read_news();
}

/// Its result still counts if it comes before somebody has started the trial anew.
void Coordinator::put_back(std::int64_t number) {
  const auto found = find_running(number);
  Trial trial = std::move(*found);
  running_.erase(found);
  const int attempt = attempts_[number] = attempt_of(trial);
  if (attempt < kMostAttempts) {
    to_try_again_.emplace(number, std::move(trial));
    return;
  }
  store_.give_up(number,
                 fmt::format("{} {} times: each program that worked on it ended before it did", kInterrupted, attempt));
  news_of_our_own_ = true;
}

bool Coordinator::is_full() const {
  if (max_trials_ < 0) return false;
  const auto begun = std::ranges::count_if(running_, [](const Trial& trial) { return !trial.continues; });
  return counted_ + begun >= max_trials_;
}

std::optional<Coordinator::Next> Coordinator::next_to_try() {
  const auto again = std::ranges::find_if(
      to_try_again_, [&](const auto& entry) { return entry.second.continues.has_value() || !is_full(); });
  if (again != to_try_again_.end()) {
    const Trial& trial = again->second;
    return Next{{trial.configuration, trial.parent}, trial.origin, trial.fidelity, trial.number, trial.continues};
  }
  for (;;) {
    const bool more = !exhausted_ && !is_full();
    Assignment next = scheduler_.next(running_, more);
    waits_ = next.kind == Assignment::Kind::kWait;
    switch (next.kind) {
      case Assignment::Kind::kStart: {
        if (!more) throw InternalError(fmt::format("the scheduler {} starts more than it may", scheduler_.name()));
        std::optional<Next> proposed = next_new(next.fidelity);
        if (proposed) return proposed;
        exhausted_ = true;
        break;
      }
      case Assignment::Kind::kContinue:
        return Next{.proposal = {std::move(next.configuration), next.continues},
                    .origin = std::string(scheduler_.name()),
                    .fidelity = std::move(next.fidelity),
                    .continues = next.continues};
      case Assignment::Kind::kWait:
      case Assignment::Kind::kNothing:
        return {};
    }
  }
}

std::optional<Coordinator::Next> Coordinator::next_new(const Fidelity& fidelity) {
  if (!first_.empty()) return Next{{first_.front().second, {}}, std::string(kFirstOrigin), fidelity};
  const Timed timed(strategy_seconds_);
  keys_of_news_.clear();
  std::optional<Proposal> proposal = strategy_.suggest(next_number_, running_);
  if (!proposal) return {};
  return Next{std::move(*proposal), std::string(strategy_.name()), fidelity};
}

std::optional<Trial> Coordinator::start(double seconds, const Prepare& prepare) {
  std::optional<Next> proposed;
  for (;;) {
    proposal_waits_ = proposed.has_value();
    follow();
    proposal_waits_ = false;
    // Another coordinator took the number. What the strategy proposed is still good, unless that one has the same.
    if (proposed && (is_full() || keys_of_news_.contains(store_.study().space.key(proposed->proposal.configuration))))
      proposed.reset();
    if (!proposed) proposed = next_to_try();
    if (!proposed) return {};
    Trial trial;
    trial.number = next_number_;
    trial.configuration = proposed->proposal.configuration;
    trial.parent = proposed->proposal.parent;
    trial.retry_of = proposed->retry_of;
    trial.continues = proposed->continues;
    trial.origin = proposed->origin;
    trial.fidelity = proposed->fidelity;
    trial.started_seconds = seconds;
    if (!prepare(trial)) return {};
    std::optional<std::int64_t> number;
    {
      const Timed timed(store_seconds_);
      number = store_.create(trial);
    }
    if (number) {
      next_number_ = *number + 1;
      mine_.insert(*number);
      learn_of(trial);
      if (trial.retry_of) news_of_our_own_ = true;  // the end of the one before
      if (!first_.empty() && first_.front().second == trial.configuration) first_.pop_front();
      running_.push_back(trial);
      return trial;
    }
    // Looked up anew.
    if (proposed->retry_of || proposed->continues || proposed->origin == kFirstOrigin) proposed.reset();
    news_of_our_own_ = true;
  }
}

std::vector<Trial>::iterator Coordinator::find_running(std::int64_t number) {
  return std::ranges::find(running_, number, &Trial::number);
}

const Trial* Coordinator::running(std::int64_t number) const {
  if (!mine_.contains(number)) return nullptr;
  const auto found = std::ranges::find(running_, number, &Trial::number);
  return found == running_.end() ? nullptr : &*found;
}

bool Coordinator::report(std::int64_t number, const Report& report) {
  const auto trial = find_running(number);
  if (trial == running_.end()) return false;
  const Timed timed(store_seconds_);
  if (!store_.report(number, report)) return false;
  trial->reports.push_back(report);
  return true;
}

bool Coordinator::finish(const Trial& trial) {
  std::optional<std::int64_t> place;
  {
    const Timed timed(store_seconds_);
    place = store_.finish(trial);
  }
  if (place && *place == ended_ + 1) {
    ended_ = *place;
    learn_ended(trial);
    return true;
  }
  // Others have ended trials before this one, which are to be learned first.
  if (const auto found = find_running(trial.number); !place && found != running_.end()) running_.erase(found);
  mine_.erase(trial.number);
  read_news();
  return place.has_value();
}

void Coordinator::add(Trial trial) {
  trial.origin = kKnownOrigin;
  Trial begun = trial;
  begun.number = kNextNumber;
  begun.state = TrialState::kRunning;
  begun.reports.clear();
  trial.number = *store_.create(begun);
  for (const Report& report : trial.reports) store_.report(trial.number, report);
  store_.finish(trial);
  read_news();
}

}  // namespace nascent
