#include "training/image_batch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "training/image_problem.h"

namespace nascent {
namespace {

constexpr int kHeight = 5;
constexpr int kWidth = 7;

/// Two images of three channels, where every pixel has a value of its own, none of them black.
ImageSet numbered_images() {
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < 2 * 3 * kHeight * kWidth; ++i) pixels.push_back(static_cast<std::uint8_t>(1 + i));
  return ImageSetBuilder::own({.channels = 3, .height = kHeight, .width = kWidth}, pixels, {0, 1});
}

/// With these the batch holds the bytes themselves.
const PixelStatistics kRaw{{0, 0, 0}, {1, 1, 1}};

std::vector<float> augmented(const ImageSet& images, const Augmentation& augmentation, std::uint64_t seed) {
  std::vector<float> out(images.image_bytes(), -1.0F);
  Random random(seed);
  const std::vector<std::uint32_t> rows{0};
  write_augmented_batch(images, rows, kRaw, augmentation, random, out.data());
  return out;
}

float pixel(const ImageSet& images, int channel, int y, int x) {
  if (y < 0 || y >= kHeight || x < 0 || x >= kWidth) return 0.0F;
  return images.pixels()[static_cast<std::size_t>((channel * kHeight + y) * kWidth + x)];
}

/// The image moved by (dx, dy) and perhaps mirrored, black where nothing was.
std::vector<float> moved(const ImageSet& images, int dx, int dy, bool mirrored) {
  std::vector<float> out;
  for (int c = 0; c < 3; ++c) {
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 0; x < kWidth; ++x) out.push_back(pixel(images, c, y + dy, (mirrored ? kWidth - 1 - x : x) + dx));
    }
  }
  return out;
}

TEST(ImageBatch, AllPixelsTogetherGetZeroMeanAndUnitVariance) {
  const ImageSet images = numbered_images();
  const std::vector<std::uint32_t> rows{1, 0};
  const PixelStatistics statistics = pixel_statistics(images, rows);
  std::vector<float> out(2 * images.image_bytes());
  write_plain_batch(images, rows, statistics, out.data());
  for (std::size_t c = 0; c < 3; ++c) {
    double sum = 0.0;
    double squares = 0.0;
    for (std::size_t n = 0; n < 2; ++n) {
      for (std::size_t i = 0; i < kHeight * kWidth; ++i) {
        const double value = out[(n * 3 + c) * kHeight * kWidth + i];
        sum += value;
        squares += value * value;
      }
    }
    EXPECT_NEAR(sum / 70.0, 0.0, 1e-5);  // float32, values of about 1
    EXPECT_NEAR(squares / 70.0, 1.0, 1e-5);
  }
  EXPECT_FLOAT_EQ(out[0], (106.0F - statistics.mean[0]) / statistics.deviation[0]) << "row 1 comes first";
}

TEST(ImageBatch, ABlankChannelStaysFinite) {
  const ImageSet blank =
      ImageSetBuilder::own({.channels = 1, .height = 2, .width = 2}, std::vector<std::uint8_t>(4, 9), {0});
  const std::vector<std::uint32_t> rows{0};
  EXPECT_EQ(pixel_statistics(blank, rows).deviation[0], 1.0F);
}

TEST(ImageBatch, WithoutAugmentationNothingMoves) {
  const ImageSet images = numbered_images();
  EXPECT_EQ(augmented(images, {}, 1), moved(images, 0, 0, false));
}

TEST(ImageBatch, CropsAndMirrorImagesAreAllMovesOfTheImageAndAllOfThemOccur) {
  const ImageSet images = numbered_images();
  std::set<std::vector<float>> possible;
  for (int dx = -2; dx <= 2; ++dx) {
    for (int dy = -2; dy <= 2; ++dy) {
      for (const bool mirrored : {false, true}) possible.insert(moved(images, dx, dy, mirrored));
    }
  }
  ASSERT_EQ(possible.size(), 50U);
  std::set<std::vector<float>> seen;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const std::vector<float> image = augmented(images, {.crop = 2, .flip = true}, seed);
    ASSERT_TRUE(possible.contains(image)) << "seed " << seed;
    seen.insert(image);
  }
  // Each of 50 is missed 1000 times with probability (49/50)^1000 = 2e-9; the seeds are fixed anyway.
  EXPECT_EQ(seen.size(), possible.size());
}

TEST(ImageBatch, ABorderWiderThanTheImageLeavesItBlackAndNothingElse) {
  const ImageSet images = numbered_images();
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::vector<float> image = augmented(images, {.crop = 20, .flip = true}, seed);
    ASSERT_GE(*std::min_element(image.begin(), image.end()), 0.0F);
  }
}

TEST(ImageBatch, ACutoutBlanksOneSquareInAllChannels) {
  const ImageSet images = numbered_images();
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const std::vector<float> image = augmented(images, {.cutout = 3}, seed);
    const auto blank = static_cast<std::size_t>(std::count(image.begin(), image.end(), 0.0F));
    ASSERT_EQ(blank % 3, 0U);
    ASSERT_GE(blank / 3, 4U) << "a corner keeps at least 2 x 2 of the square inside";
    ASSERT_LE(blank / 3, 9U);
  }
}

TEST(ImageBatch, TheSameRandomNumbersGiveTheSameBatch) {
  const ImageSet images = numbered_images();
  const Augmentation all{.crop = 2, .flip = true, .cutout = 2};
  EXPECT_EQ(augmented(images, all, 7), augmented(images, all, 7));
  EXPECT_NE(augmented(images, all, 7), augmented(images, all, 8));
}

}  // namespace
}  // namespace nascent
