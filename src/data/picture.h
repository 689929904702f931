#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "data/image_set_builder.h"

namespace nascent {

/// True if the file's name ends in .png, .jpg or .jpeg, in small or capital letters.
bool is_named_like_picture(const std::filesystem::path& path);

/// Width and height from the head of a PNG or JPEG file. Throws `InputError` naming the file if it is neither.
ImageShape picture_size(const std::filesystem::path& path);

/// A decoded picture, plane after plane. A transparent picture is laid on white.
struct Picture {
  ImageShape shape;
  std::vector<std::uint8_t> pixels;
};

/// Reads a PNG or JPEG file; three planes unless it has grey pixels only, whichever way they are stored. Throws
/// `InputError` naming the file if it is truncated or damaged.
Picture read_picture(const std::filesystem::path& path);

/// The same picture of another size and another number of planes.
Picture converted(const Picture& picture, const ImageShape& shape);

}  // namespace nascent
