#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nascent/data/task.h"

namespace nascent {

/// The smoothed mean of the target for each slot (a category, or what stands for several), after Micci-Barreca 2001:
/// (sum + m * prior) / (count + m) with the overall mean as prior. One value for two classes (the share of the second)
/// and for regression, one for each class otherwise.
class TargetStatistics {
 public:
  TargetStatistics(const Task& task, std::size_t slots);

  /// Values for each slot.
  std::size_t width() const { return width_; }
  void add(std::size_t slot, double target);
  std::size_t rows(std::size_t slot) const { return static_cast<std::size_t>(counts_[slot]); }
  /// Takes away what `other`, of the same shape, has seen.
  void subtract(const TargetStatistics& other);
  /// `width()` smoothed means. A slot without rows gets the prior; without any rows at all they are zero.
  void means(std::size_t slot, std::span<float> out) const;

 private:
  bool regression_;
  std::size_t width_;
  std::vector<double> counts_;  // of each slot
  std::vector<double> sums_;    // slots x width
  double count_ = 0.0;
  std::vector<double> sum_;  // width
};

}  // namespace nascent
