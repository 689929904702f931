#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "nascent/core/files.h"
#include "nascent/core/random.h"
#include "paths.h"
#include "support/program.h"
#include "support/temporary_folder.h"

namespace nascent::testing {

inline constexpr std::uint32_t kSide = 12;

inline void append_big_endian(std::string& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>((value >> shift) & 0xffU);
}

/// Noise with one bright half: left, right or top. The class says which; mirroring the image changes it.
inline void write_idx_pair(const std::filesystem::path& folder, const std::string& prefix, std::uint32_t count,
                           Random& random) {
  std::string images;
  append_big_endian(images, 0x00000803);
  for (const std::uint32_t size : {count, kSide, kSide}) append_big_endian(images, size);
  std::string labels;
  append_big_endian(labels, 0x00000801);
  append_big_endian(labels, count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t kind = i % 3;
    labels += static_cast<char>(kind);
    for (std::uint32_t y = 0; y < kSide; ++y) {
      for (std::uint32_t x = 0; x < kSide; ++x) {
        const bool bright = kind == 0 ? x < kSide / 2 : kind == 1 ? x >= kSide / 2 : y < kSide / 2;
        images += static_cast<char>(random.below(120) + (bright ? 100 : 0));
      }
    }
  }
  write_file_atomically(folder / (prefix + "-images-idx3-ubyte"), images);
  write_file_atomically(folder / (prefix + "-labels-idx1-ubyte"), labels);
}

/// 300 images to learn from and 90 to test on, in `folder`/images.
inline std::string image_data(const TemporaryFolder& folder) {
  Random random(11);
  std::filesystem::create_directories(folder / "images");
  write_idx_pair(folder / "images", "train", 300, random);
  write_idx_pair(folder / "images", "t10k", 90, random);
  return folder / "images";
}

/// A short fit of images that is the same every time, and prints its report.
inline ProgramResult fit_images(const std::string& data, const std::string& run, std::vector<std::string> options) {
  options.insert(options.begin(), {kNascent, "fit", data, "--workers", "1", "--out", run, "--json"});
  return run_program(options);
}

}  // namespace nascent::testing
