#include "training/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace nascent {
namespace {

double half_cosine(double share) { return 0.5 * (1.0 + std::cos(std::numbers::pi * std::clamp(share, 0.0, 1.0))); }

}  // namespace

double Progress::at(double work_done, double seconds_used) const {
  const double by_work = work_ > 0.0 ? work_done / work_ : 1.0;
  const double by_time = seconds_ > 0.0 ? seconds_used / seconds_ : 1.0;
  return std::clamp(std::max(by_work, by_time), 0.0, 1.0);
}

double one_cycle(double progress, double warm_up) {
  if (progress < warm_up) return 0.1 + 0.9 * progress / warm_up;
  return half_cosine((progress - warm_up) / (1.0 - warm_up));
}

double cosine(double progress) { return one_cycle(progress, 0.02); }

double coslog4(double progress) {
  const double t = std::clamp(progress, 0.0, 1.0);
  return 0.5 * (1.0 - std::cos(2.0 * std::numbers::pi * std::log2(1.0 + 15.0 * t)));
}

double flat_cosine(double progress) { return half_cosine(2.0 * progress - 1.0); }

}  // namespace nascent
