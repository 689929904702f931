#include "training/image_batch.h"

#include <algorithm>
#include <cmath>

#include "training/vectorised.h"

namespace nascent {
namespace {

/// out[i] = in[i] * scale + shift
NASCENT_VECTORISED
void convert_forward(const std::uint8_t* __restrict in, float* __restrict out, int count, float scale, float shift) {
  for (int i = 0; i < count; ++i) out[i] = static_cast<float>(in[i]) * scale + shift;
}

/// out[i] = in[count - 1 - i] * scale + shift
NASCENT_VECTORISED
void convert_mirrored(const std::uint8_t* __restrict in, float* __restrict out, int count, float scale, float shift) {
  for (int i = 0; i < count; ++i) out[i] = static_cast<float>(in[count - 1 - i]) * scale + shift;
}

/// Where one image is taken from and what is done to it.
struct Placement {
  int dx = 0;  ///< the output at (x, y) is the source at (x + dx, y + dy), black outside
  int dy = 0;
  bool mirrored = false;
  int hole_left = 0;
  int hole_top = 0;
  int hole_side = 0;
};

Placement draw_placement(const Augmentation& augmentation, int height, int width, Random& random) {
  Placement place;
  if (augmentation.crop > 0) {
    place.dx = static_cast<int>(random.integer(-augmentation.crop, augmentation.crop));
    place.dy = static_cast<int>(random.integer(-augmentation.crop, augmentation.crop));
  }
  place.mirrored = augmentation.flip && random.chance(0.5);
  if (augmentation.cutout > 0) {
    place.hole_side = augmentation.cutout;
    place.hole_left = static_cast<int>(random.integer(0, width - 1)) - augmentation.cutout / 2;
    place.hole_top = static_cast<int>(random.integer(0, height - 1)) - augmentation.cutout / 2;
  }
  return place;
}

void write_row(const std::uint8_t* source, float* out, int width, const Placement& place, float scale, float shift) {
  // In coordinates of the output; a mirrored image is cropped first and mirrored then.
  const int begin = std::clamp(-place.dx, 0, width);
  const int end = std::clamp(width - place.dx, 0, width);
  if (begin >= end) {
    std::fill_n(out, width, shift);
  } else if (!place.mirrored) {
    std::fill(out, out + begin, shift);
    convert_forward(source + begin + place.dx, out + begin, end - begin, scale, shift);
    std::fill(out + end, out + width, shift);
  } else {
    std::fill(out, out + (width - end), shift);
    convert_mirrored(source + begin + place.dx, out + (width - end), end - begin, scale, shift);
    std::fill(out + (width - begin), out + width, shift);
  }
}

void write_channel(const std::uint8_t* source, float* out, int height, int width, const Placement& place, float scale,
                   float shift) {
  if (place.dx == 0 && place.dy == 0 && !place.mirrored) {
    convert_forward(source, out, height * width, scale, shift);
  } else {
    for (int y = 0; y < height; ++y) {
      const int from = y + place.dy;
      float* row = out + static_cast<std::ptrdiff_t>(y) * width;
      if (from < 0 || from >= height) {
        std::fill_n(row, width, shift);
      } else {
        write_row(source + static_cast<std::ptrdiff_t>(from) * width, row, width, place, scale, shift);
      }
    }
  }
  if (place.hole_side == 0) return;
  const int left = std::max(place.hole_left, 0);
  const int right = std::min(place.hole_left + place.hole_side, width);
  for (int y = std::max(place.hole_top, 0); y < std::min(place.hole_top + place.hole_side, height); ++y) {
    float* row = out + static_cast<std::ptrdiff_t>(y) * width;
    std::fill(row + left, row + right, 0.0F);  // the mean
  }
}

void write_image(const ImageSet& images, std::uint32_t row, const PixelStatistics& statistics, const Placement& place,
                 float* out) {
  const std::size_t plane = static_cast<std::size_t>(images.height()) * static_cast<std::size_t>(images.width());
  const std::uint8_t* source = images.pixels().data() + row * images.image_bytes();
  for (std::size_t c = 0; c < static_cast<std::size_t>(images.channels()); ++c) {
    const float scale = 1.0F / statistics.deviation[c];
    write_channel(source + c * plane, out + c * plane, images.height(), images.width(), place, scale,
                  -statistics.mean[c] * scale);
  }
}

}  // namespace

PixelStatistics pixel_statistics(const ImageSet& images, std::span<const std::uint32_t> rows) {
  const auto channels = static_cast<std::size_t>(images.channels());
  const std::size_t plane = images.image_bytes() / channels;
  PixelStatistics statistics;
  for (std::size_t c = 0; c < channels; ++c) {
    std::uint64_t sum = 0;
    std::uint64_t squares = 0;
    for (const std::uint32_t row : rows) {
      const std::uint8_t* pixels = images.pixels().data() + row * images.image_bytes() + c * plane;
      std::uint64_t image_sum = 0;
      std::uint64_t image_squares = 0;
      for (std::size_t i = 0; i < plane; ++i) {
        image_sum += pixels[i];
        image_squares += static_cast<std::uint64_t>(pixels[i]) * pixels[i];
      }
      sum += image_sum;
      squares += image_squares;
    }
    const double count = std::max(1.0, static_cast<double>(rows.size()) * static_cast<double>(plane));
    const double mean = static_cast<double>(sum) / count;
    const double variance = static_cast<double>(squares) / count - mean * mean;
    statistics.mean.push_back(static_cast<float>(mean));
    statistics.deviation.push_back(static_cast<float>(std::sqrt(std::max(variance, 1.0))));
  }
  return statistics;
}

void write_plain_batch(const ImageSet& images, std::span<const std::uint32_t> rows, const PixelStatistics& statistics,
                       float* out) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    write_image(images, rows[i], statistics, Placement{}, out + i * images.image_bytes());
  }
}

void write_augmented_batch(const ImageSet& images, std::span<const std::uint32_t> rows,
                           const PixelStatistics& statistics, const Augmentation& augmentation, Random& random,
                           float* out) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Placement place = draw_placement(augmentation, images.height(), images.width(), random);
    write_image(images, rows[i], statistics, place, out + i * images.image_bytes());
  }
}

}  // namespace nascent
