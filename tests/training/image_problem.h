#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "data/image_set_builder.h"
#include "nascent/core/random.h"
#include "nascent/data/images.h"

/// A small task that a network of any size can learn: which quarter of a noisy grey image is bright.
namespace nascent::testing {

inline ImageSchema quarter_schema(int side = 8) {
  return {.task = {.kind = TaskKind::kMulticlass, .target = "class", .classes = {"a", "b", "c", "d"}},
          .channels = 1,
          .height = side,
          .width = side};
}

inline ImageSet quarter_images(std::size_t count, std::uint64_t seed, int side = 8) {
  Random random(seed);
  std::vector<std::uint8_t> pixels;
  std::vector<std::int32_t> labels;
  for (std::size_t i = 0; i < count; ++i) {
    const auto label = static_cast<std::int32_t>(random.below(4));
    labels.push_back(label);
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) {
        const bool bright = (y >= side / 2) == (label >= 2) && (x >= side / 2) == (label % 2 == 1);
        pixels.push_back(static_cast<std::uint8_t>(random.below(128) + (bright ? 100 : 0)));
      }
    }
  }
  return ImageSetBuilder::own({.channels = 1, .height = side, .width = side}, std::move(pixels), std::move(labels));
}

inline std::vector<std::uint32_t> row_range(std::size_t begin, std::size_t end) {
  std::vector<std::uint32_t> rows(end - begin);
  std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(begin));
  return rows;
}

}  // namespace nascent::testing
