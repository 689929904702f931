#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace nascent {

/// The images of an IDX file (the format of MNIST), grey, one byte a pixel.
struct IdxImages {
  std::size_t count = 0;
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> pixels;
};

/// Both read plain or gzip files and throw `InputError` naming the file: not there, no IDX file of bytes, another
/// number of dimensions, truncated, or longer than its header says.
IdxImages read_idx_images(const std::filesystem::path& path);
std::vector<std::uint8_t> read_idx_labels(const std::filesystem::path& path);

/// Where the files of one part lie in a folder, with any prefix and either spelling: "train-images-idx3-ubyte",
/// "emnist-train-images.idx3-ubyte.gz".
struct IdxPair {
  std::filesystem::path images;
  std::filesystem::path labels;  ///< may not exist
};

std::optional<IdxPair> find_idx_training(const std::filesystem::path& folder);
std::optional<IdxPair> find_idx_test(const std::filesystem::path& folder);

/// The file of labels that belongs to a file of images by its name; empty if there is none.
std::filesystem::path idx_labels_beside(const std::filesystem::path& images);

/// True if the name is that of IDX images: it ends in "idx3-ubyte" or "idx3-ubyte.gz".
bool is_named_like_idx_images(const std::filesystem::path& path);

}  // namespace nascent
