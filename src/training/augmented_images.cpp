#include "training/augmented_images.h"

#include <algorithm>

namespace nascent {

AugmentedImages::AugmentedImages(const ImageSet& images, std::vector<std::uint32_t> rows,
                                 const PixelStatistics& statistics, Augmentation augmentation, std::size_t batch_size,
                                 std::uint64_t seed, bool pinned)
    : images_(images),
      rows_(std::move(rows)),
      statistics_(statistics),
      augmentation_(augmentation),
      batch_size_(std::min(batch_size, rows_.size())),
      augmenting_(seed, 3),
      shuffling_(seed, 4),
      at_(rows_.size()) {
  const auto count = static_cast<std::int64_t>(batch_size_);
  batch_.input = torch::empty({count, images.channels(), images.height(), images.width()},
                              torch::TensorOptions().pinned_memory(pinned));
  batch_.classes = torch::empty({count}, torch::kInt64);
}

const TrainingBatch& AugmentedImages::next() {
  if (at_ + batch_size_ > rows_.size()) {
    shuffling_.shuffle(rows_);
    at_ = 0;
  }
  const std::span<const std::uint32_t> chosen = std::span(rows_).subspan(at_, batch_size_);
  at_ += batch_size_;
  write_augmented_batch(images_, chosen, statistics_, augmentation_, augmenting_, batch_.input.data_ptr<float>());
  auto* classes = batch_.classes.data_ptr<std::int64_t>();
  for (std::size_t i = 0; i < chosen.size(); ++i) classes[i] = images_.labels()[chosen[i]];
  return batch_;
}

}  // namespace nascent
