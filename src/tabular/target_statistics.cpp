#include "tabular/target_statistics.h"

namespace nascent {

namespace {

/// Rows that the prior counts for.
constexpr double kPriorRows = 10.0;

}  // namespace

TargetStatistics::TargetStatistics(const Task& task, std::size_t slots)
    : regression_(!task.is_classification()),
      width_(task.kind == TaskKind::kMulticlass ? task.outputs() : 1),
      counts_(slots),
      sums_(slots * width_),
      sum_(width_) {}

void TargetStatistics::add(std::size_t slot, double target) {
  counts_[slot] += 1.0;
  count_ += 1.0;
  const double value = regression_ || width_ == 1 ? target : 1.0;
  const std::size_t at = regression_ || width_ == 1 ? 0 : static_cast<std::size_t>(target);
  sums_[slot * width_ + at] += value;
  sum_[at] += value;
}

void TargetStatistics::subtract(const TargetStatistics& other) {
  count_ -= other.count_;
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] -= other.counts_[i];
  for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] -= other.sums_[i];
  for (std::size_t i = 0; i < sum_.size(); ++i) sum_[i] -= other.sum_[i];
}

void TargetStatistics::means(std::size_t slot, std::span<float> out) const {
  for (std::size_t k = 0; k < width_; ++k) {
    const double prior = count_ > 0.0 ? sum_[k] / count_ : 0.0;
    out[k] = static_cast<float>((sums_[slot * width_ + k] + kPriorRows * prior) / (counts_[slot] + kPriorRows));
  }
}

}  // namespace nascent
