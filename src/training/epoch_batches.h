#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "nascent/core/random.h"

namespace nascent {

/// Goes through the rows of a table in batches of one size, in a new order at each epoch. What does not fill the last
/// batch of an epoch is left out, and is less than a batch.
class EpochBatches {
 public:
  /// `batch`: about how many rows; it is adapted so that the batches of an epoch divide the rows as evenly as they can.
  EpochBatches(std::size_t rows, std::size_t batch, Random random) : random_(random), order_(rows) {
    std::iota(order_.begin(), order_.end(), std::uint32_t{0});
    batches_ = std::max<std::size_t>(1, (rows + batch / 2) / batch);
    size_ = rows / batches_;
  }

  std::size_t batches() const { return batches_; }
  std::size_t size() const { return size_; }

  std::span<const std::uint32_t> next() {
    if (at_ == 0) random_.shuffle(order_);
    const std::span<const std::uint32_t> rows(order_.data() + at_ * size_, size_);
    at_ = (at_ + 1) % batches_;
    return rows;
  }

 private:
  Random random_;
  std::vector<std::uint32_t> order_;
  std::size_t batches_ = 1;
  std::size_t size_ = 0;
  std::size_t at_ = 0;
};

}  // namespace nascent
