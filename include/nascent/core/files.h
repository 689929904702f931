#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace nascent {

/// The whole file as text. Throws `InputError` naming the file when it does not exist or cannot be read.
std::string read_file(const std::filesystem::path& path);

/// Replaces a file as one step: writes a temporary one beside it, flushes it to the disk and renames it over. A crash
/// or a full disk leaves the old content. Throws `SystemError` naming the file and the reason.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// The same without the flush: quicker by some milliseconds, but after a power failure the file may be empty. For what
/// can be made again.
void write_file(const std::filesystem::path& path, std::string_view content);

/// A file mapped into memory for reading; processes that map the same file share its pages.
/// The bytes stay valid until the object is destroyed. An empty file gives an empty span.
class MappedFile {
 public:
  MappedFile() = default;
  /// Throws `InputError` naming the file when it cannot be opened.
  explicit MappedFile(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace nascent
