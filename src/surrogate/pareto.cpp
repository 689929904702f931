#include "surrogate/pareto.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "nascent/core/error.h"

namespace nascent {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Whether `a` is no worse than `b` in any of the first `losses` losses.
bool covers(const LossVector& a, const LossVector& b, std::size_t losses) {
  for (std::size_t i = 0; i < losses; ++i)
    if (a[i] > b[i]) return false;
  return true;
}

/// The places of the points in lexicographic order: a point is dominated by points before it only.
std::vector<std::size_t> lexicographic_order(std::span<const LossVector> points) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return points[a] < points[b]; });
  return order;
}

/// The fronts while points are added to them in lexicographic order.
class GrowingFronts {
 public:
  explicit GrowingFronts(std::span<const LossVector> points) : points_(points), losses_(points.front().size()) {}

  /// Whether a member of the front dominates the point, which equals none of them.
  bool dominates(std::size_t front, std::size_t point) const {
    // With two losses the member added last has the smallest second loss of its front, and no larger first one.
    if (losses_ <= 2) return covers(points_[members_[front].back()], points_[point], losses_);
    for (auto member = members_[front].rbegin(); member != members_[front].rend(); ++member)
      if (covers(points_[*member], points_[point], losses_)) return true;
    return false;
  }

  /// A point that some front dominates is dominated by every front before it as well, so the first one that does not
  /// can be bisected for.
  std::size_t add(std::size_t point) {
    std::size_t low = 0;
    std::size_t high = members_.size();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (dominates(middle, point)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == members_.size()) members_.emplace_back();
    members_[low].push_back(point);
    return low;
  }

 private:
  std::span<const LossVector> points_;
  std::size_t losses_;
  std::vector<std::vector<std::size_t>> members_;
};

/// Keeps the points that no other dominates in the first `losses` losses, each once, and cuts off the other losses.
std::vector<LossVector> first_front(std::vector<LossVector> points, std::size_t losses) {
  for (LossVector& point : points) point.resize(losses);
  std::sort(points.begin(), points.end());
  std::vector<LossVector> front;
  for (LossVector& point : points) {
    const bool covered = std::any_of(front.begin(), front.end(),
                                     [&](const LossVector& better) { return covers(better, point, losses); });
    if (!covered) front.push_back(std::move(point));
  }
  return front;
}

/// The points that count, with the reference as the origin: every loss is negative.
std::vector<LossVector> below(std::span<const LossVector> points, const LossVector& reference) {
  std::vector<LossVector> kept;
  for (const LossVector& point : points) {
    if (point.size() != reference.size())
      throw InternalError("a point and the reference of a hypervolume have different numbers of losses");
    LossVector shifted(point.size());
    for (std::size_t i = 0; i < point.size(); ++i) shifted[i] = point[i] - reference[i];
    if (std::all_of(shifted.begin(), shifted.end(), [](double loss) { return loss < 0.0; }))
      kept.push_back(std::move(shifted));
  }
  return kept;
}

double area(std::vector<LossVector> points) {
  std::sort(points.begin(), points.end());
  double sum = 0.0;
  double lowest = 0.0;
  for (const LossVector& point : points) {
    if (point[1] >= lowest) continue;
    sum += -point[0] * (lowest - point[1]);
    lowest = point[1];
  }
  return sum;
}

/// The area that points dominate in the first two losses, while they are added.
class Staircase {
 public:
  double area() const { return area_; }

  void add(double x, double y) {
    auto next = steps_.lower_bound(x);
    double height = next == steps_.begin() ? 0.0 : std::prev(next)->second;  // above it the strip at x is dominated
    if (height <= y || (next != steps_.end() && next->first == x && next->second <= y)) return;
    double left = x;
    while (next != steps_.end() && next->second >= y) {
      area_ += (next->first - left) * (height - y);
      left = next->first;
      height = next->second;
      next = steps_.erase(next);
    }
    area_ += ((next == steps_.end() ? 0.0 : next->first) - left) * (height - y);
    steps_.emplace(x, y);
  }

 private:
  std::map<double, double> steps_;  ///< to the right of x all above y is dominated; y falls as x grows
  double area_ = 0.0;
};

double volume(std::vector<LossVector> points) {
  std::sort(points.begin(), points.end(), [](const LossVector& a, const LossVector& b) { return a[2] < b[2]; });
  Staircase staircase;
  double sum = 0.0;
  double last = points.empty() ? 0.0 : points.front()[2];
  for (const LossVector& point : points) {
    sum += staircase.area() * (point[2] - last);
    last = point[2];
    staircase.add(point[0], point[1]);
  }
  return sum - staircase.area() * last;
}

/// The product of the first `losses` losses' sizes.
double box(const LossVector& point, std::size_t losses) {
  double product = 1.0;
  for (std::size_t i = 0; i < losses; ++i) product *= -point[i];
  return product;
}

/// `point`, limited to what `other` dominates too.
LossVector limited(const LossVector& point, const LossVector& other) {
  LossVector worse(point.size());
  std::transform(point.begin(), point.end(), other.begin(), worse.begin(),
                 [](double a, double b) { return std::max(a, b); });
  return worse;
}

/// The volume between the points and the origin in `losses` losses. By WFG from four losses on: the points in the order
/// of the last loss, the worst first; each adds its box without what the ones behind it dominate. Those are better in
/// the last loss, so that this difference is a prism over one in a loss less.
double volume_to_origin(std::vector<LossVector> points, std::size_t losses) {
  if (points.empty()) return 0.0;
  if (losses == 1) return -(*std::min_element(points.begin(), points.end())).front();
  if (losses == 2) return area(std::move(points));
  if (losses == 3) return volume(std::move(points));
  const std::size_t last = losses - 1;
  std::sort(points.begin(), points.end(), [&](const LossVector& a, const LossVector& b) { return a[last] > b[last]; });
  double sum = 0.0;
  for (std::size_t k = 0; k < points.size(); ++k) {
    std::vector<LossVector> behind;
    for (std::size_t j = k + 1; j < points.size(); ++j) behind.push_back(limited(points[j], points[k]));
    const double shared = volume_to_origin(first_front(std::move(behind), last), last);
    sum += -points[k][last] * (box(points[k], last) - shared);
  }
  return sum;
}

}  // namespace

std::vector<std::size_t> non_dominated_ranks(std::span<const LossVector> points) {
  std::vector<std::size_t> ranks(points.size());
  if (points.empty()) return ranks;
  GrowingFronts fronts(points);
  const std::vector<std::size_t> order = lexicographic_order(points);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const bool same = i > 0 && points[order[i]] == points[order[i - 1]];
    ranks[order[i]] = same ? ranks[order[i - 1]] : fronts.add(order[i]);
  }
  return ranks;
}

std::vector<std::size_t> non_dominated(std::span<const LossVector> points) {
  const std::vector<std::size_t> ranks = non_dominated_ranks(points);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < ranks.size(); ++i)
    if (ranks[i] == 0) places.push_back(i);
  return places;
}

std::vector<double> crowding_distances(std::span<const LossVector> front) {
  std::vector<double> distances(front.size(), 0.0);
  if (front.empty()) return distances;
  std::vector<std::size_t> order(front.size());
  for (std::size_t loss = 0; loss < front.front().size(); ++loss) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return front[a][loss] < front[b][loss]; });
    distances[order.front()] = kInfinity;
    distances[order.back()] = kInfinity;
    const double range = front[order.back()][loss] - front[order.front()][loss];
    if (!(range > 0.0)) continue;
    for (std::size_t i = 1; i + 1 < order.size(); ++i)
      distances[order[i]] += (front[order[i + 1]][loss] - front[order[i - 1]][loss]) / range;
  }
  return distances;
}

std::vector<std::size_t> order_by_fronts(std::span<const LossVector> points) {
  const std::vector<std::size_t> fronts = non_dominated_ranks(points);
  std::vector<std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (fronts[i] >= members.size()) members.resize(fronts[i] + 1);
    members[fronts[i]].push_back(i);
  }
  std::vector<std::size_t> order;
  for (const std::vector<std::size_t>& front : members) {
    std::vector<LossVector> losses;
    for (const std::size_t member : front) losses.push_back(points[member]);
    const std::vector<double> lonely = crowding_distances(losses);
    std::vector<std::size_t> places(front.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) { return lonely[a] > lonely[b]; });
    for (const std::size_t place : places) order.push_back(front[place]);
  }
  return order;
}

double hypervolume(std::span<const LossVector> points, const LossVector& reference) {
  if (reference.empty()) throw InternalError("a hypervolume needs a reference with at least one loss");
  std::vector<LossVector> kept = below(points, reference);
  if (reference.size() > 3) kept = first_front(std::move(kept), reference.size());
  return volume_to_origin(std::move(kept), reference.size());
}

std::vector<double> hypervolume_contributions(std::span<const LossVector> points, const LossVector& reference) {
  const std::size_t losses = reference.size();
  std::vector<double> contributions(points.size(), 0.0);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::vector<LossVector> own = below(points.subspan(i, 1), reference);
    if (own.empty()) continue;
    std::vector<LossVector> others = below(points.first(i), reference);
    std::vector<LossVector> after = below(points.subspan(i + 1), reference);
    others.insert(others.end(), after.begin(), after.end());
    for (LossVector& other : others) other = limited(other, own.front());
    const double shared = volume_to_origin(first_front(std::move(others), losses), losses);
    contributions[i] = std::max(0.0, box(own.front(), losses) - shared);
  }
  return contributions;
}

}  // namespace nascent
