#include "strategy/tpe_group.h"

#include <algorithm>
#include <numeric>

namespace nascent {
namespace {

/// Running trials are newer than all finished ones.
constexpr std::uint32_t kFirstRunning = 1u << 31;

ParzenDimension parzen_dimension(const Dimension& dimension) {
  using Kind = ParzenDimension::Kind;
  switch (dimension.kind) {
    case Dimension::Kind::kCategorical:
      return {dimension.ordered ? Kind::kDiscrete : Kind::kCategorical, dimension.low, dimension.high, 1.0, false};
    case Dimension::Kind::kLength:
      return {Kind::kDiscrete, dimension.low, dimension.high, 1.0, false};
    case Dimension::Kind::kInt:
      return {Kind::kDiscrete, dimension.low, dimension.high, dimension.step, dimension.log};
    case Dimension::Kind::kFloat:
      break;
  }
  if (dimension.step > 0.0) return {Kind::kDiscrete, dimension.low, dimension.high, dimension.step, false};
  return {Kind::kContinuous, dimension.low, dimension.high, 1.0, false};
}

std::vector<ParzenDimension> parzen_dimensions(const std::vector<Dimension>& all,
                                               const std::vector<std::size_t>& indices) {
  std::vector<ParzenDimension> dimensions;
  for (const std::size_t d : indices) dimensions.push_back(parzen_dimension(all[d]));
  return dimensions;
}

}  // namespace

TpeGroup::TpeGroup(const std::vector<Dimension>& all, std::vector<std::size_t> indices, const TpeSplit& split,
                   ParzenWeights good_weights)
    : indices_(std::move(indices)),
      parent_(all[indices_.front()].parent),
      parent_is_length_(parent_ >= 0 && all[static_cast<std::size_t>(parent_)].kind == Dimension::Kind::kLength),
      condition_(all[indices_.front()].condition),
      split_(split),
      good_(parzen_dimensions(all, indices_), good_weights),
      bad_(parzen_dimensions(all, indices_)) {}

bool TpeGroup::is_active(const std::vector<double>& values, const std::vector<bool>& active) const {
  if (parent_ < 0) return true;
  const auto parent = static_cast<std::size_t>(parent_);
  if (!active[parent]) return false;
  const auto value = static_cast<std::int64_t>(values[parent]);
  return parent_is_length_ ? value > condition_ : value == condition_;
}

void TpeGroup::add(std::uint32_t id, const EncodedPoint& point, const std::vector<Outcome>& outcomes) {
  if (!point.active[indices_.front()]) return;
  members_.push_back({id, values_of(point)});
  split_.add(id, outcomes);
}

void TpeGroup::refresh(std::span<const std::pair<std::int64_t, EncodedPoint>> running,
                       const std::vector<Outcome>& outcomes) {
  refresh_running(running);
  const std::uint32_t first_new = modelled_ < members_.size() ? members_[modelled_].id : kFirstRunning;
  std::vector<std::uint32_t> good = split_.good(outcomes);
  std::vector<std::uint32_t> moved;
  std::set_difference(good_ids_.begin(), good_ids_.end(), good.begin(), good.end(), std::back_inserter(moved));
  for (const std::uint32_t id : moved) {
    good_.erase(id);
    bad_.insert(id, values_of(id));
  }
  moved.clear();
  std::set_difference(good.begin(), good.end(), good_ids_.begin(), good_ids_.end(), std::back_inserter(moved));
  for (const std::uint32_t id : moved) {
    if (id < first_new) bad_.erase(id);
    good_.insert(id, values_of(id));
  }
  for (; modelled_ < members_.size(); ++modelled_) {
    const Member& member = members_[modelled_];
    if (!std::binary_search(good.begin(), good.end(), member.id)) bad_.insert(member.id, member.values);
  }
  good_ids_ = std::move(good);
}

void TpeGroup::refresh_running(std::span<const std::pair<std::int64_t, EncodedPoint>> running) {
  const auto id_of = [](std::int64_t number) {
    return kFirstRunning + static_cast<std::uint32_t>(number) % kFirstRunning;
  };
  std::vector<std::uint32_t> ids;
  for (const auto& [number, point] : running)
    if (point.active[indices_.front()]) ids.push_back(id_of(number));
  std::sort(ids.begin(), ids.end());
  std::vector<std::uint32_t> gone;
  std::set_difference(running_ids_.begin(), running_ids_.end(), ids.begin(), ids.end(), std::back_inserter(gone));
  for (const std::uint32_t id : gone) bad_.erase(id);
  for (const auto& [number, point] : running) {
    if (!point.active[indices_.front()]) continue;
    if (!std::binary_search(running_ids_.begin(), running_ids_.end(), id_of(number)))
      bad_.insert(id_of(number), values_of(point));
  }
  running_ids_ = std::move(ids);
}

std::vector<std::vector<double>> TpeGroup::propose(std::size_t candidates, Random& random) const {
  const std::vector<double> points = good_.sample(candidates, random);
  std::vector<double> scores = good_.log_densities(points);
  const std::vector<double> bad = bad_.log_densities(points);
  for (std::size_t i = 0; i < candidates; ++i) scores[i] -= bad[i];
  std::vector<std::size_t> order(candidates);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  std::vector<std::vector<double>> proposed;
  for (const std::size_t i : order) {
    const auto first = points.begin() + static_cast<std::ptrdiff_t>(i * indices_.size());
    proposed.emplace_back(first, first + static_cast<std::ptrdiff_t>(indices_.size()));
  }
  return proposed;
}

std::vector<double> TpeGroup::values_of(const EncodedPoint& point) const {
  std::vector<double> values;
  values.reserve(indices_.size());
  for (const std::size_t d : indices_) values.push_back(point.values[d]);
  return values;
}

const std::vector<double>& TpeGroup::values_of(std::uint32_t id) const {
  const auto member = std::lower_bound(members_.begin(), members_.end(), id,
                                       [](const Member& known, std::uint32_t wanted) { return known.id < wanted; });
  return member->values;
}

}  // namespace nascent
