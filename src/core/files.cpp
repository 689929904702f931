#include "nascent/core/files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "nascent/core/error.h"

namespace nascent {
namespace {

/// Closes a file descriptor when it goes out of scope.
struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

[[noreturn]] void throw_write_error(const std::filesystem::path& path, int error) {
  const char* remedy = error == ENOSPC || error == EDQUOT ? "; free some space and run the command again" : "";
  throw SystemError("cannot write " + path.string() + ": " + std::strerror(error) + remedy);
}

Descriptor open_for_reading(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw InputError("cannot read " + path.string() + ": " + std::strerror(errno));
  return Descriptor{fd};
}

void write_all(int fd, std::string_view content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_write_error(path, errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

void replace_file(const std::filesystem::path& path, std::string_view content, bool flush) {
  std::filesystem::path temporary = path;
  temporary += "." + std::to_string(::getpid()) + ".new";
  const Descriptor file{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
  if (file.fd < 0) throw_write_error(path, errno);
  try {
    write_all(file.fd, content, path);
    if (flush && ::fsync(file.fd) != 0) throw_write_error(path, errno);
    if (::rename(temporary.c_str(), path.c_str()) != 0) throw_write_error(path, errno);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
  const Descriptor file = open_for_reading(path);
  std::string content;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t got = ::read(file.fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw InputError("cannot read " + path.string() + ": " + std::strerror(errno));
    if (got == 0) return content;
    content.append(buffer, static_cast<std::size_t>(got));
  }
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  replace_file(path, content, true);
}

void write_file(const std::filesystem::path& path, std::string_view content) { replace_file(path, content, false); }

MappedFile::MappedFile(const std::filesystem::path& path) {
  const Descriptor file = open_for_reading(path);
  struct stat status {};
  if (::fstat(file.fd, &status) != 0) throw InputError("cannot read " + path.string() + ": " + std::strerror(errno));
  if (S_ISDIR(status.st_mode)) throw InputError("cannot read " + path.string() + ": it is a folder, not a file");
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ == 0) return;
  void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file.fd, 0);
  if (mapped == MAP_FAILED) throw InputError("cannot read " + path.string() + ": " + std::strerror(errno));
  data_ = static_cast<const std::byte*>(mapped);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

}  // namespace nascent
