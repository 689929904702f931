#include "nascent/strategy/repeats.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "strategy/outcome.h"

namespace nascent {
namespace {

/// How many standard errors of the difference behind the best end the race for a configuration.
constexpr double kClearlyBehind = 2.0;

/// A configuration and its evaluations so far.
struct Group {
  Configuration configuration;
  std::size_t begun = 0;  ///< finished evaluations, with and without a value
  std::size_t count = 0;  ///< those with a value
  double mean = 0.0;      ///< of the losses
  double violation = 0.0;
};

class Repeats : public SearchStrategy {
 public:
  Repeats(std::unique_ptr<SearchStrategy> inner, const StrategySetup& setup, const RepeatsOptions& options)
      : inner_(std::move(inner)), setup_(setup), options_(options) {}

  std::string_view name() const override { return inner_->name(); }

  std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) override {
    if (const Group* group = to_repeat(running)) return Proposal{group->configuration, {}};
    return inner_->suggest(number, running);
  }

  void observe(const Trial& trial) override {
    inner_->observe(trial);
    const auto [place, is_new] = places_.try_emplace(setup_.space.key(trial.configuration), groups_.size());
    if (is_new) groups_.push_back({.configuration = trial.configuration});
    Group& group = groups_[place->second];
    ++group.begun;
    const Outcome outcome = outcome_of(trial, setup_);
    if (outcome.kind != Outcome::Kind::kComplete) return;
    if (group.count > 0) by_mean_.erase(rank(place->second));
    add(group, outcome);
    by_mean_.insert(rank(place->second));
  }

 private:
  /// Feasible first, then the mean; the index makes it unique.
  using Rank = std::tuple<double, double, std::size_t>;
  Rank rank(std::size_t index) const { return {groups_[index].violation, groups_[index].mean, index}; }

  /// Welford's update of the mean, and of the squares within all groups.
  void add(Group& group, const Outcome& outcome) {
    const double count = static_cast<double>(++group.count);
    const double before = outcome.losses.front() - group.mean;
    group.mean += before / count;
    group.violation = std::isinf(outcome.violation) || std::isinf(group.violation)
                          ? std::numeric_limits<double>::infinity()
                          : group.violation + (outcome.violation - group.violation) / count;
    squares_ += before * (outcome.losses.front() - group.mean);
    if (group.count > 1) ++freedom_;
  }

  bool may_be_best(const Group& group, const Group& best) const {
    if (&group == &best || freedom_ == 0) return true;
    if (group.violation > best.violation) return false;
    const double variance = squares_ / static_cast<double>(freedom_);
    const double of_difference =
        std::sqrt(variance * (1.0 / static_cast<double>(group.count) + 1.0 / static_cast<double>(best.count)));
    return group.mean - best.mean <= kClearlyBehind * of_difference;
  }

  const Group* to_repeat(std::span<const Trial> running) const {
    if (groups_.size() < options_.first) return nullptr;
    std::unordered_map<std::uint64_t, std::size_t> being_tried;
    for (const Trial& trial : running) ++being_tried[setup_.space.key(trial.configuration)];
    std::size_t seen = 0;
    const Group* best = nullptr;
    for (const Rank& rank : by_mean_) {
      if (seen++ == options_.best) break;
      const Group& group = groups_[std::get<2>(rank)];
      if (best == nullptr) best = &group;
      const auto found = being_tried.find(setup_.space.key(group.configuration));
      const std::size_t begun = group.begun + (found == being_tried.end() ? 0 : found->second);
      if (begun < options_.repeats && may_be_best(group, *best)) return &group;
    }
    return nullptr;
  }

  std::unique_ptr<SearchStrategy> inner_;
  StrategySetup setup_;
  RepeatsOptions options_;
  std::vector<Group> groups_;
  std::unordered_map<std::uint64_t, std::size_t> places_;  ///< of groups, by the key of their configuration
  std::set<Rank> by_mean_;                                 ///< groups with a value
  double squares_ = 0.0;     ///< squared differences of evaluations from the means of their groups
  std::size_t freedom_ = 0;  ///< evaluations beyond the first of each group
};

}  // namespace

std::unique_ptr<SearchStrategy> make_repeats(std::unique_ptr<SearchStrategy> inner, const StrategySetup& setup,
                                             const RepeatsOptions& options) {
  return std::make_unique<Repeats>(std::move(inner), setup, options);
}

}  // namespace nascent
