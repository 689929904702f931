#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "nascent/core/files.h"
#include "nascent/core/json.h"

/// A file of raw arrays that is used where it lies, by memory map. Layout (all in the machine's byte order):
///
///   8 bytes     "NASCENT1"
///   8 bytes     length of the JSON text
///   JSON        {"content": what it is, "header": what the caller gave, "sizes": bytes of each array}
///   arrays      each beginning at the next multiple of 64 bytes
namespace nascent {

struct ArrayFile {
  MappedFile file;  ///< owns what `arrays` views
  Json header;
  std::vector<std::span<const std::byte>> arrays;
};

/// Where arrays of these sizes begin when laid out one after the other on multiples of 64 bytes; the last entry is the
/// end.
std::vector<std::size_t> aligned_offsets(std::span<const std::size_t> sizes);

/// Writes the file as one step.
void write_array_file(const std::filesystem::path& path, std::string_view content, const Json& header,
                      std::span<const std::span<const std::byte>> arrays);

/// Throws `InputError` naming the file if it is not such a file of this content, is damaged or has been cut off.
ArrayFile map_array_file(const std::filesystem::path& path, std::string_view content);

/// The exception for a file whose header does not fit its arrays.
[[noreturn]] void throw_damaged(const std::filesystem::path& path, std::string_view content);

/// An array as values of its type; throws as above if its size is not `count` values.
template <typename T>
std::span<const T> typed_array(const ArrayFile& file, std::size_t index, std::size_t count,
                               const std::filesystem::path& path, std::string_view content) {
  if (index >= file.arrays.size() || file.arrays[index].size() / sizeof(T) != count ||
      file.arrays[index].size() % sizeof(T) != 0) {
    throw_damaged(path, content);
  }
  return {reinterpret_cast<const T*>(file.arrays[index].data()), count};
}

}  // namespace nascent
