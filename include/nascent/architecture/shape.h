#pragma once

#include <cstdint>
#include <string>

namespace nascent {

/// The shape of what flows between operations, without the batch dimension: feature maps (channels x height x width),
/// or a vector of features when height and width are 0.
struct Shape {
  int channels = 0;  ///< of feature maps; the number of features of a vector
  int height = 0;
  int width = 0;

  bool is_flat() const { return height == 0; }
  std::int64_t elements() const { return is_flat() ? channels : static_cast<std::int64_t>(channels) * height * width; }
  bool operator==(const Shape&) const = default;
};

/// "16 × 28 × 28" or "64".
std::string to_string(const Shape& shape);

}  // namespace nascent
