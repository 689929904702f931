#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "nascent/data/images.h"

namespace nascent {

/// Height and width in pixels, and 1 (grey) or 3 (red, green, blue) planes.
struct ImageShape {
  int channels = 1;
  int height = 0;
  int width = 0;

  std::size_t pixels() const { return static_cast<std::size_t>(height) * static_cast<std::size_t>(width); }
  std::size_t bytes() const { return static_cast<std::size_t>(channels) * pixels(); }
  friend bool operator==(const ImageShape&, const ImageShape&) = default;
};

/// Makes an image set of what it owns from then on, or of what a mapped file holds.
class ImageSetBuilder {
 public:
  /// One label and `shape.bytes()` bytes for each image.
  static ImageSet own(const ImageShape& shape, std::vector<std::uint8_t> pixels, std::vector<std::int32_t> labels) {
    ImageSet set = with_shape(shape, labels.size());
    set.pixel_memory_ = std::move(pixels);
    set.label_memory_ = std::move(labels);
    set.pixels_ = set.pixel_memory_;
    set.labels_ = set.label_memory_;
    return set;
  }

  static ImageSet view(const ImageShape& shape, std::span<const std::uint8_t> pixels,
                       std::span<const std::int32_t> labels, MappedFile file) {
    ImageSet set = with_shape(shape, labels.size());
    set.pixels_ = pixels;
    set.labels_ = labels;
    set.file_ = std::move(file);
    return set;
  }

 private:
  static ImageSet with_shape(const ImageShape& shape, std::size_t count) {
    ImageSet set;
    set.count_ = count;
    set.channels_ = shape.channels;
    set.height_ = shape.height;
    set.width_ = shape.width;
    return set;
  }
};

}  // namespace nascent
