#include "data/array_file.h"

#include <cstdint>
#include <cstring>
#include <string>

#include "nascent/core/error.h"

namespace nascent {
namespace {

constexpr std::string_view kMagic = "NASCENT1";
constexpr std::size_t kAlignment = 64;  // a cache line, and enough for every vector instruction
constexpr std::size_t kPreamble = kMagic.size() + sizeof(std::uint64_t);

std::size_t aligned(std::size_t offset) { return (offset + kAlignment - 1) / kAlignment * kAlignment; }

}  // namespace

std::vector<std::size_t> aligned_offsets(std::span<const std::size_t> sizes) {
  std::vector<std::size_t> offsets{0};
  for (const std::size_t size : sizes) offsets.push_back(aligned(offsets.back() + size));
  return offsets;
}

void throw_damaged(const std::filesystem::path& path, std::string_view content) {
  throw InputError(path.string() + " is damaged or has been cut off: it does not hold the " + std::string(content) +
                   " that its header describes; make it again");
}

void write_array_file(const std::filesystem::path& path, std::string_view content, const Json& header,
                      std::span<const std::span<const std::byte>> arrays) {
  std::vector<std::size_t> sizes;
  for (const auto& array : arrays) sizes.push_back(array.size());
  const std::string json = Json{{"content", content}, {"header", header}, {"sizes", sizes}}.dump();
  const std::uint64_t json_size = json.size();
  const std::size_t begin = aligned(kPreamble + json.size());
  const std::vector<std::size_t> offsets = aligned_offsets(sizes);

  std::string bytes(begin + offsets.back(), '\0');
  std::memcpy(bytes.data(), kMagic.data(), kMagic.size());
  std::memcpy(bytes.data() + kMagic.size(), &json_size, sizeof json_size);
  std::memcpy(bytes.data() + kPreamble, json.data(), json.size());
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    if (!arrays[i].empty()) std::memcpy(bytes.data() + begin + offsets[i], arrays[i].data(), arrays[i].size());
  }
  write_file_atomically(path, bytes);
}

ArrayFile map_array_file(const std::filesystem::path& path, std::string_view content) {
  ArrayFile result;
  result.file = MappedFile(path);
  const std::string_view text = result.file.text();
  if (!text.starts_with(kMagic) || text.size() < kPreamble) {
    throw InputError(path.string() + " is not a file of encoded data; make it again");
  }
  std::uint64_t json_size = 0;
  std::memcpy(&json_size, text.data() + kMagic.size(), sizeof json_size);
  if (json_size > text.size() - kPreamble) throw_damaged(path, content);
  try {
    const Json json = Json::parse(text.substr(kPreamble, json_size));
    if (json.at("content").get<std::string>() != content) {
      throw InputError(path.string() + " holds " + json.at("content").get<std::string>() + ", not " +
                       std::string(content));
    }
    result.header = json.at("header");
    std::size_t offset = aligned(kPreamble + json_size);
    for (const std::size_t size : json.at("sizes").get<std::vector<std::size_t>>()) {
      if (offset > text.size() || size > text.size() - offset) throw_damaged(path, content);
      result.arrays.push_back(result.file.bytes().subspan(offset, size));
      offset = aligned(offset + size);
    }
    if (offset != text.size()) throw_damaged(path, content);
  } catch (const Json::exception&) {
    throw_damaged(path, content);
  }
  return result;
}

}  // namespace nascent
