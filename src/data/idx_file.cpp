#include "data/idx_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string>

#include "data/gzip.h"
#include "nascent/core/error.h"
#include "nascent/core/files.h"

namespace nascent {
namespace {

constexpr unsigned kUnsignedByte = 0x08;  // the third byte of the file names the type
constexpr std::size_t kLargestSide = 1U << 15;

std::string with_plural(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// The content of an IDX file of bytes.
class IdxContent {
 public:
  IdxContent(const std::filesystem::path& path, std::size_t dimensions) : file_(path), bytes_(file_.bytes()) {
    if (is_gzip(bytes_)) {
      unpacked_ = unpack_gzip(bytes_, path);
      bytes_ = std::as_bytes(std::span(unpacked_));
    }
    const std::string name = path.string();
    if (bytes_.size() < 4 || byte(0) != 0 || byte(1) != 0 || byte(2) != kUnsignedByte) {
      throw InputError(name + " is not an IDX file of bytes (it does not begin with 00 00 08)");
    }
    if (byte(3) != dimensions) {
      throw InputError(name + " has " + with_plural(byte(3), "dimension") + " where " + std::to_string(dimensions) +
                       (dimensions == 1 ? " is expected for labels" : " are expected for images"));
    }
    const std::size_t header = 4 + 4 * dimensions;
    if (bytes_.size() < header) throw InputError(name + " is truncated: its header is not complete; copy it again");
    std::size_t total = 1;
    for (std::size_t d = 0; d < dimensions; ++d) {
      std::size_t size = 0;
      for (std::size_t b = 0; b < 4; ++b) size = size << 8U | byte(4 + 4 * d + b);
      if (d > 0 && (size == 0 || size > kLargestSide)) {
        throw InputError(name + " is damaged: images of " + std::to_string(size) + " pixels on one side");
      }
      sizes_.push_back(size);
      total *= size;  // at most 2^32 * 2^15 * 2^15
    }
    bytes_ = bytes_.subspan(header);
    if (bytes_.size() != total) {
      const bool is_short = bytes_.size() < total;
      throw InputError(name + (is_short ? " is truncated: " : " is damaged: ") + "its header says " +
                       std::to_string(total) + " bytes and " + std::to_string(bytes_.size()) +
                       " are there; copy it again");
    }
    if (total == 0) throw InputError(name + " holds nothing; another file is needed");
  }

  const std::vector<std::size_t>& sizes() const { return sizes_; }
  std::vector<std::uint8_t> values() const {
    const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes_.data());
    return {begin, begin + bytes_.size()};
  }

 private:
  unsigned byte(std::size_t at) const { return std::to_integer<unsigned>(bytes_[at]); }

  MappedFile file_;
  std::string unpacked_;
  std::span<const std::byte> bytes_;
  std::vector<std::size_t> sizes_;
};

constexpr std::array<std::string_view, 4> kImageEndings{"images-idx3-ubyte", "images.idx3-ubyte",
                                                        "images-idx3-ubyte.gz", "images.idx3-ubyte.gz"};

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

std::optional<IdxPair> find_idx(const std::filesystem::path& folder, std::span<const std::string_view> parts) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    for (const std::string_view part : parts) {
      for (const std::string_view ending : kImageEndings) {
        if (name.ends_with(std::string(part) + "-" + std::string(ending))) found.push_back(entry->path());
      }
    }
  }
  if (error) throw InputError("cannot read the folder " + folder.string() + ": " + error.message());
  if (found.empty()) return std::nullopt;
  std::ranges::sort(found);
  // A file and its unpacked twin are one.
  const auto bare = [](const std::filesystem::path& path) {
    return path.extension() == ".gz" ? path.stem() : path.filename();
  };
  if (bare(found.front()) != bare(found.back())) {
    throw InputError(folder.string() + " holds several sets of IDX files (" + found.front().filename().string() +
                     " and " + found.back().filename().string() + "); give a folder with one of them");
  }
  return IdxPair{.images = found.front(), .labels = idx_labels_beside(found.front())};
}

}  // namespace

IdxImages read_idx_images(const std::filesystem::path& path) {
  const IdxContent content(path, 3);
  return {.count = content.sizes()[0],
          .height = static_cast<int>(content.sizes()[1]),
          .width = static_cast<int>(content.sizes()[2]),
          .pixels = content.values()};
}

std::vector<std::uint8_t> read_idx_labels(const std::filesystem::path& path) { return IdxContent(path, 1).values(); }

std::optional<IdxPair> find_idx_training(const std::filesystem::path& folder) {
  constexpr std::array<std::string_view, 1> kParts{"train"};
  return find_idx(folder, kParts);
}

std::optional<IdxPair> find_idx_test(const std::filesystem::path& folder) {
  constexpr std::array<std::string_view, 2> kParts{"t10k", "test"};
  return find_idx(folder, kParts);
}

std::filesystem::path idx_labels_beside(const std::filesystem::path& images) {
  std::string name = images.filename().string();
  const std::size_t at = name.rfind("images");
  const std::size_t three = name.rfind("idx3");
  if (at == std::string::npos || three == std::string::npos) return {};
  name.replace(three, 4, "idx1").replace(at, std::string_view("images").size(), "labels");
  std::filesystem::path labels = images.parent_path() / name;
  if (is_there(labels)) return labels;
  // One of the two may be packed and the other not.
  std::filesystem::path twin = labels.extension() == ".gz" ? labels.parent_path() / labels.stem() : labels;
  if (labels.extension() != ".gz") twin += ".gz";
  return is_there(twin) ? twin : labels;
}

bool is_named_like_idx_images(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  return name.ends_with("idx3-ubyte") || name.ends_with("idx3-ubyte.gz");
}

}  // namespace nascent
