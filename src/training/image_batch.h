#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nascent/core/json.h"
#include "nascent/core/random.h"
#include "nascent/data/images.h"

namespace nascent {

/// What is done to training images on their way in.
struct Augmentation {
  int crop = 0;       ///< pixels of black border, out of which a part of the original size is cut at random
  bool flip = false;  ///< mirrored left to right, every second time
  int cutout = 0;     ///< side of a square that is blanked, 0 for none (DeVries & Taylor 2017)
};

/// Mean and standard deviation of the pixels (0 to 255) of each channel.
struct PixelStatistics {
  std::vector<float> mean;
  std::vector<float> deviation;

  Json to_json() const { return {{"mean", mean}, {"deviation", deviation}}; }
  static PixelStatistics from_json(const Json& json) {
    return {json.at("mean").get<std::vector<float>>(), json.at("deviation").get<std::vector<float>>()};
  }
};

/// Of the given images; a deviation is at least 1 so that a blank channel stays finite.
PixelStatistics pixel_statistics(const ImageSet& images, std::span<const std::uint32_t> rows);

/// Writes images as normalized floats, rows x channels x height x width, straight from the bytes of the set: one pass,
/// no memory of its own. `out` has room for rows.size() images.
void write_plain_batch(const ImageSet& images, std::span<const std::uint32_t> rows, const PixelStatistics& statistics,
                       float* out);

/// The same with augmentation.
void write_augmented_batch(const ImageSet& images, std::span<const std::uint32_t> rows,
                           const PixelStatistics& statistics, const Augmentation& augmentation, Random& random,
                           float* out);

}  // namespace nascent
