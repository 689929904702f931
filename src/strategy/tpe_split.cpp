#include "strategy/tpe_split.h"

#include <algorithm>
#include <cmath>

namespace nascent {

void TpeSplit::add(std::uint32_t id, const std::vector<Outcome>& outcomes) {
  const auto place = std::upper_bound(
      ranking_.begin(), ranking_.end(), id,
      [&](std::uint32_t added, std::uint32_t known) { return ranks_before(outcomes[added], outcomes[known]); });
  ranking_.insert(place, id);
  if (outcomes[id].has_result()) ++with_result_;
}

std::vector<std::uint32_t> TpeSplit::good() const {
  auto count = static_cast<std::size_t>(std::ceil(share_ * static_cast<double>(ranking_.size())));
  count = std::min(count, with_result_);
  if (most_ > 0) count = std::min(count, most_);
  std::vector<std::uint32_t> good(ranking_.begin(), ranking_.begin() + static_cast<std::ptrdiff_t>(count));
  std::sort(good.begin(), good.end());
  return good;
}

}  // namespace nascent
