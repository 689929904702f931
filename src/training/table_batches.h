#pragma once

#include <cstdint>
#include <span>

#include "nascent/data/matrix.h"
#include "training/epoch_batches.h"
#include "training/network_trainer.h"
#include "training/tabular_target.h"

namespace nascent {

/// Batches of rows of a table, in a new order at each epoch.
class TableBatches final : public TrainingBatches {
 public:
  /// `numbers` and `target` (class indices or values) must outlive this. With `scale` the target is a value and is
  /// learned on that scale.
  TableBatches(const Matrix& numbers, std::span<const double> target, const TabularTarget* scale, std::size_t batch,
               std::uint64_t seed);

  std::size_t batch_size() const override { return order_.size(); }
  double epoch_samples() const override { return static_cast<double>(order_.batches() * order_.size()); }
  const TrainingBatch& next() override;

 private:
  const Matrix& numbers_;
  std::span<const double> target_;
  const TabularTarget* scale_;
  EpochBatches order_;
  TrainingBatch batch_;
};

}  // namespace nascent
