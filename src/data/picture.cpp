#include "data/picture.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <span>
#include <string>

#include "nascent/core/error.h"
#include "nascent/core/files.h"

// The only file that holds the code of stb; its functions stay inside.
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#define STBI_MAX_DIMENSIONS (1 << 15)
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#include <stb/stb_image.h>
#define STB_IMAGE_RESIZE_STATIC
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#include <stb/stb_image_resize.h>

namespace nascent {
namespace {

struct StbDeleter {
  void operator()(stbi_uc* pixels) const { ::stbi_image_free(pixels); }
};

[[noreturn]] void throw_damaged_picture(const std::filesystem::path& path, const std::string& what) {
  throw InputError(path.string() + " is not a whole picture (" + what + "); replace or remove it");
}

const stbi_uc* data_of(const MappedFile& file) { return reinterpret_cast<const stbi_uc*>(file.bytes().data()); }

int size_of(const MappedFile& file, const std::filesystem::path& path) {
  if (file.bytes().empty()) throw_damaged_picture(path, "the file is empty");
  if (file.bytes().size() > (1U << 30)) throw_damaged_picture(path, "the file is larger than 1 GiB");
  return static_cast<int>(file.bytes().size());
}

bool is_jpeg(std::span<const std::byte> bytes) {
  return bytes.size() > 2 && bytes[0] == std::byte{0xFF} && bytes[1] == std::byte{0xD8};
}

/// Walks through the segments of a JPEG file to its end marker. The decoder fills what a truncated file lacks with grey
/// and says nothing.
bool reaches_end_of_jpeg(std::span<const std::byte> bytes) {
  const auto at = [&](std::size_t i) { return std::to_integer<unsigned>(bytes[i]); };
  std::size_t i = 2;
  while (i + 1 < bytes.size()) {
    // Coded data in between: a zero byte or a restart marker after 0xFF belongs to it, and so does a row of 0xFF.
    const unsigned marker = at(i + 1);
    if (at(i) != 0xFF || marker == 0x00 || marker == 0xFF || (marker >= 0xD0 && marker <= 0xD7)) {
      ++i;
      continue;
    }
    if (marker == 0xD9) return true;
    if (i + 3 >= bytes.size()) return false;
    i += 2 + (at(i + 2) << 8U | at(i + 3));
  }
  return false;
}

/// Pixels lie one after the other, with `stored` bytes each: grey, grey and alpha, colour, colour and alpha.
void lay_on_white(std::span<stbi_uc> pixels, int stored) {
  const auto step = static_cast<std::size_t>(stored);
  for (std::size_t i = 0; i + step <= pixels.size(); i += step) {
    const unsigned alpha = pixels[i + step - 1];
    for (std::size_t c = 0; c + 1 < step; ++c) {
      pixels[i + c] = static_cast<stbi_uc>((pixels[i + c] * alpha + 255U * (255U - alpha) + 127U) / 255U);
    }
  }
}

bool is_grey(std::span<const stbi_uc> pixels, std::size_t stored) {
  for (std::size_t i = 0; i < pixels.size(); i += stored) {
    if (pixels[i] != pixels[i + 1] || pixels[i] != pixels[i + 2]) return false;
  }
  return true;
}

}  // namespace

bool is_named_like_picture(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

ImageShape picture_size(const std::filesystem::path& path) {
  const MappedFile file(path);
  ImageShape shape;
  const int size = size_of(file, path);
  if (::stbi_info_from_memory(data_of(file), size, &shape.width, &shape.height, &shape.channels) == 0) {
    throw_damaged_picture(path, "it does not begin like a PNG or JPEG file");
  }
  shape.channels = shape.channels <= 2 ? 1 : 3;
  return shape;
}

Picture read_picture(const std::filesystem::path& path) {
  const MappedFile file(path);
  if (is_jpeg(file.bytes()) && !reaches_end_of_jpeg(file.bytes())) throw_damaged_picture(path, "it ends too early");
  int width = 0;
  int height = 0;
  int stored = 0;
  const int size = size_of(file, path);
  const std::unique_ptr<stbi_uc, StbDeleter> decoded(
      ::stbi_load_from_memory(data_of(file), size, &width, &height, &stored, 0));
  if (!decoded) throw_damaged_picture(path, ::stbi_failure_reason());

  const ImageShape plane{.channels = 1, .height = height, .width = width};
  const auto step = static_cast<std::size_t>(stored);
  const std::span<stbi_uc> pixels(decoded.get(), plane.pixels() * step);
  if (stored == 2 || stored == 4) lay_on_white(pixels, stored);
  Picture picture{.shape = plane, .pixels = {}};
  picture.shape.channels = stored <= 2 || is_grey(pixels, step) ? 1 : 3;
  picture.pixels.resize(picture.shape.bytes());
  for (std::size_t c = 0; c < static_cast<std::size_t>(picture.shape.channels); ++c) {
    for (std::size_t i = 0; i < plane.pixels(); ++i) picture.pixels[c * plane.pixels() + i] = pixels[i * step + c];
  }
  return picture;
}

Picture converted(const Picture& picture, const ImageShape& shape) {
  const std::size_t source_pixels = picture.shape.pixels();
  Picture recoloured{.shape = picture.shape, .pixels = picture.pixels};
  recoloured.shape.channels = shape.channels;
  if (picture.shape.channels == 1 && shape.channels == 3) {
    for (int copy = 1; copy < 3; ++copy) {
      recoloured.pixels.insert(recoloured.pixels.end(), picture.pixels.begin(), picture.pixels.end());
    }
  }
  if (picture.shape.channels == 3 && shape.channels == 1) {
    // Brightness as in ITU-R BT.601, in thousandths.
    for (std::size_t i = 0; i < source_pixels; ++i) {
      const unsigned sum = 299U * picture.pixels[i] + 587U * picture.pixels[source_pixels + i] +
                           114U * picture.pixels[2 * source_pixels + i];
      recoloured.pixels[i] = static_cast<std::uint8_t>((sum + 500U) / 1000U);
    }
    recoloured.pixels.resize(source_pixels);
  }
  if (recoloured.shape == shape) return recoloured;

  Picture scaled{.shape = shape, .pixels = std::vector<std::uint8_t>(shape.bytes())};
  for (std::size_t c = 0; c < static_cast<std::size_t>(shape.channels); ++c) {
    const std::uint8_t* from = recoloured.pixels.data() + c * source_pixels;
    std::uint8_t* to = scaled.pixels.data() + c * shape.pixels();
    if (::stbir_resize_uint8(from, picture.shape.width, picture.shape.height, 0, to, shape.width, shape.height, 0, 1) ==
        0) {
      throw SystemError("a picture of " + std::to_string(picture.shape.width) + " x " +
                        std::to_string(picture.shape.height) + " pixels could not be scaled: out of memory");
    }
  }
  return scaled;
}

}  // namespace nascent
