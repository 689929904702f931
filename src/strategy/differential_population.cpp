#include "strategy/differential_population.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <utility>

#include "strategy/ranking.h"

namespace nascent {
namespace {

/// The chance that a category of a child becomes any one, so that none is lost for ever.
constexpr double kOtherCategory = 0.05;
/// A population has converged when its losses differ by less than this part of them, or its numbers by less than this
/// part of their range.
constexpr double kSmallestDifference = 1e-12;
constexpr double kSmallestSpread = 1e-9;

double first_number(std::initializer_list<double> candidates, Random& random) {
  for (const double candidate : candidates)
    if (!std::isnan(candidate)) return candidate;
  return random.uniform();
}

/// Differences with a value that is not there count as none. Beyond a bound lies the middle between it and x (JADE).
double stepped(double x, double p, double a, double b, double F) {
  double v = x;
  if (!std::isnan(p)) v += F * (p - x);
  if (!std::isnan(a) && !std::isnan(b)) v += F * (a - b);
  if (v < 0.0) return x / 2.0;
  if (v > 1.0) return (x + 1.0) / 2.0;
  return v;
}

double improvement(const Outcome& child, const Outcome& parent) {
  if (child.losses.size() > 1 || child.kind != parent.kind || child.violation != parent.violation) return 1.0;
  return std::fabs(parent.losses.front() - child.losses.front());
}

}  // namespace

MixedPoint DifferentialPopulation::child_of(const MixedPoint& x, const StepControl& control, Random& random) const {
  const auto best =
      std::max<std::size_t>(2, static_cast<std::size_t>(std::lround(greed_ * static_cast<double>(members_.size()))));
  const MixedPoint& p = members_[order_[random.below(std::min(best, order_.size()))]].point;
  const MixedPoint& a = members_[random.below(members_.size())].point;
  const std::size_t other = random.below(members_.size() + archive_.size());
  const MixedPoint& b = other < members_.size() ? members_[other].point : archive_[other - members_.size()];

  MixedPoint child = x;
  const std::size_t variables = x.numbers.size() + x.categories.size();
  const std::size_t always = variables > 0 ? random.below(variables) : 0;
  for (std::size_t i = 0; i < x.numbers.size(); ++i) {
    // What a parent does not have it takes from one of the others.
    const double own = first_number({x.numbers[i], p.numbers[i], a.numbers[i]}, random);
    const bool crossed = random.chance(control.CR) || i == always;
    child.numbers[i] = crossed ? stepped(own, p.numbers[i], a.numbers[i], b.numbers[i], control.F) : own;
  }
  for (std::size_t i = 0; i < x.categories.size(); ++i) {
    const bool crossed = random.chance(control.CR) || x.numbers.size() + i == always;
    child.categories[i] = category(i, x.categories[i], p.categories[i], a.categories[i], b.categories[i],
                                   crossed ? control.F : 0.0, random);
  }
  return child;
}

/// The step in a category: to that of p with the chance F, and where a and b differ to that of a with the chance F.
int DifferentialPopulation::category(std::size_t variable, int x, int p, int a, int b, double F, Random& random) const {
  constexpr int kInactive = CategoricalDistribution::kInactive;
  int value = x;
  if (p != kInactive && random.chance(F)) value = p;
  if (a != kInactive && a != b && random.chance(F)) value = a;
  if (value == kInactive || (F > 0.0 && random.chance(kOtherCategory)))
    value = p != kInactive && value == kInactive ? p : static_cast<int>(random.below(shape_->counts[variable]));
  return value;
}

std::optional<double> DifferentialPopulation::add(Individual newcomer, std::optional<std::int64_t> parent) {
  if (!is_ready_) {
    members_.push_back(std::move(newcomer));
    rank();
    is_ready_ = members_.size() >= start_;
    return {};
  }
  auto rival =
      std::ranges::find_if(members_, [&](const Individual& member) { return parent && member.first == *parent; });
  const bool is_child = rival != members_.end();
  if (!is_child) rival = members_.begin() + static_cast<std::ptrdiff_t>(order_.back());
  if (!improves_on(newcomer.outcome, rival->outcome)) return {};
  const double better = improvement(newcomer.outcome, rival->outcome);
  archive(std::move(*rival));
  *rival = std::move(newcomer);
  rank();
  return is_child ? std::optional(better) : std::nullopt;
}

void DifferentialPopulation::shrink_to(std::size_t count) {
  while (members_.size() > count) {
    members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(order_.back()));
    rank();
  }
}

bool DifferentialPopulation::has_converged() const {
  const Individual& first = members_.front();
  if (first.outcome.losses.size() == 1) {
    const double best = members_[order_.front()].outcome.losses.front();
    const double worst = members_[order_.back()].outcome.losses.front();
    if (std::fabs(worst - best) <= kSmallestDifference * std::fabs(best)) return true;
  }
  return std::ranges::all_of(members_, [&](const Individual& member) {
    for (std::size_t i = 0; i < first.point.numbers.size(); ++i)
      if (std::fabs(member.point.numbers[i] - first.point.numbers[i]) > kSmallestSpread) return false;
    return member.point.categories == first.point.categories;
  });
}

void DifferentialPopulation::rank() {
  std::vector<const Outcome*> outcomes;
  for (const Individual& member : members_) outcomes.push_back(&member.outcome);
  order_ = order_from_best(outcomes);
}

void DifferentialPopulation::archive(Individual former) {
  if (archive_.size() < start_) {
    archive_.push_back(std::move(former.point));
  } else {
    archive_[archived_ % archive_.size()] = std::move(former.point);
  }
  ++archived_;
}

}  // namespace nascent
