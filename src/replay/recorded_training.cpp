#include "replay/recorded_training.h"

#include <fmt/format.h>

#include <algorithm>

namespace nascent {
namespace {

/// Rungs are powers of a factor, which need not come out exactly.
constexpr double kRounding = 1.0 + 1e-9;

std::size_t steps_up_to(const RecordedPoint& point, double fidelity) {
  const auto end = std::ranges::upper_bound(point.steps, fidelity * kRounding, {}, &RecordedStep::fidelity);
  return static_cast<std::size_t>(end - point.steps.begin());
}

/// Linear between the steps, and from the start to the first one.
double seconds_at(const RecordedPoint& point, double fidelity) {
  const std::size_t after = steps_up_to(point, fidelity);
  const RecordedStep start{0.0, 0.0, {}, 0.0};
  const RecordedStep& low = after == 0 ? start : point.steps[after - 1];
  if (after == point.steps.size() || fidelity <= low.fidelity) return low.seconds;
  const RecordedStep& high = point.steps[after];
  return low.seconds + (high.seconds - low.seconds) * (fidelity - low.fidelity) / (high.fidelity - low.fidelity);
}

}  // namespace

RecordedTraining::RecordedTraining(const RecordedTable& table, const RecordedPoint* point, double from, double to)
    : point_(point) {
  if (point == nullptr) {
    failure_ = "the table does not record it";
    return;
  }
  to = std::min(to, table.fidelities().back());
  last_ = steps_up_to(*point, to);
  if (table.separate_trainings()) {
    next_ = last_ == 0 ? 0 : last_ - 1;
  } else {
    next_ = steps_up_to(*point, from);
    paid_before_ = from > 0.0 ? seconds_at(*point, from) : 0.0;
  }
  const bool beyond = point->steps.empty() || to > point->steps.back().fidelity * kRounding;
  if (beyond) {
    failure_ = "the table records no value there";
    end_seconds_ = point->cost_seconds - paid_before_;
    if (table.separate_trainings()) next_ = last_;
  } else {
    if (last_ == 0) failure_ = fmt::format("the table records nothing up to {} {:g}", table.fidelity_axis(), to);
    end_seconds_ = seconds_at(*point, to) - paid_before_;
  }
  next_ = std::min(next_, last_);
}

}  // namespace nascent
