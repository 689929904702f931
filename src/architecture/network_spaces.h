#pragma once

#include <cmath>
#include <string>

#include "nascent/architecture/network_space.h"

/// The kinds of network spaces, one file each.
namespace nascent {

/// Throws `InputError` with near matches when there is none of this name.
const NetworkSpaceKind& network_space_kind(const std::string& name);

/// Networks for images from single layers; for vectors `make_macro_table_space`.
NetworkSpace make_macro_space(const Json& settings, const NetworkTask& task);
NetworkSpace make_macro_table_space(const Json& settings, const NetworkTask& task);
NetworkSpace make_cell_space(const Json& settings, const NetworkTask& task);
NetworkSpace make_nasnet_space(const Json& settings, const NetworkTask& task);

/// So many times as many filters: a multiple of `step`, and unchanged by a factor of 1.
inline std::int64_t enlarged_cells(std::int64_t cells, const Enlargement& enlargement) {
  return std::max<std::int64_t>(1, std::lround(static_cast<double>(cells) * enlargement.cells));
}

inline int enlarged(std::int64_t filters, const Enlargement& enlargement, int step = 8) {
  if (enlargement.filters == 1.0) return static_cast<int>(filters);
  const double wanted = static_cast<double>(filters) * enlargement.filters / step;
  return step * std::max(1, static_cast<int>(std::lround(wanted)));
}

}  // namespace nascent
