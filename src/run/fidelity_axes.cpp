#include "run/fidelity_axes.h"

#include <algorithm>
#include <cmath>

namespace nascent {

double share_on(const Fidelity& fidelity, const char* axis) {
  const auto share = fidelity.find(axis);
  return share == fidelity.end() ? 1.0 : share->second;
}

int scaled_side(const Fidelity& fidelity, int pixels) {
  return std::max(1, static_cast<int>(std::lround(pixels * share_on(fidelity, kResolutionAxis))));
}

}  // namespace nascent
