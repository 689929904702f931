#include "training/table_batches.h"

#include <algorithm>

namespace nascent {

TableBatches::TableBatches(const Matrix& numbers, std::span<const double> target, const TabularTarget* scale,
                           std::size_t batch, std::uint64_t seed)
    : numbers_(numbers), target_(target), scale_(scale), order_(target.size(), batch, Random(seed, 4)) {
  const auto rows = static_cast<std::int64_t>(order_.size());
  batch_.input = torch::empty({rows, static_cast<std::int64_t>(numbers.columns)});
  if (scale != nullptr) {
    batch_.values = torch::empty({rows});
  } else {
    batch_.classes = torch::empty({rows}, torch::kInt64);
  }
}

const TrainingBatch& TableBatches::next() {
  const std::span<const std::uint32_t> rows = order_.next();
  auto* input = batch_.input.data_ptr<float>();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::ranges::copy(numbers_.row(rows[i]), input + i * numbers_.columns);
    const double target = target_[rows[i]];
    if (scale_ != nullptr) {
      batch_.values.data_ptr<float>()[i] = scale_->scaled(target);
    } else {
      batch_.classes.data_ptr<std::int64_t>()[i] = static_cast<std::int64_t>(target);
    }
  }
  return batch_;
}

}  // namespace nascent
