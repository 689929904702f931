#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "training/image_batch.h"
#include "training/network_trainer.h"

namespace nascent {

/// Batches of images with augmentation, each image once in an epoch, in a new order at each. What does not fill the
/// last batch of an epoch is left out: each epoch leaves out others.
class AugmentedImages final : public TrainingBatches {
 public:
  /// `rows`: images with a known class, at least one. `batch_size` is at most their number. `images` and `statistics`
  /// must outlive this. `pinned`: in memory from which a device can copy.
  AugmentedImages(const ImageSet& images, std::vector<std::uint32_t> rows, const PixelStatistics& statistics,
                  Augmentation augmentation, std::size_t batch_size, std::uint64_t seed, bool pinned);

  std::size_t batch_size() const override { return batch_size_; }
  double epoch_samples() const override { return static_cast<double>(rows_.size()); }
  const TrainingBatch& next() override;

 private:
  const ImageSet& images_;
  std::vector<std::uint32_t> rows_;
  const PixelStatistics& statistics_;
  Augmentation augmentation_;
  std::size_t batch_size_;
  Random augmenting_;
  Random shuffling_;
  std::size_t at_;
  TrainingBatch batch_;
};

}  // namespace nascent
