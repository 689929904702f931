#include "data/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "nascent/core/error.h"

namespace nascent {
namespace {

constexpr int kGzipOnly = 16;  // zlib's flag: expect a gzip header, check its checksum

/// Owns the state of zlib.
class Inflater {
 public:
  Inflater() {
    if (::inflateInit2(&stream_, kGzipOnly + MAX_WBITS) != Z_OK) throw SystemError("zlib could not be started");
  }
  ~Inflater() { ::inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  z_stream* operator->() { return &stream_; }
  z_stream* get() { return &stream_; }

 private:
  z_stream stream_{};
};

/// The unpacked size modulo 4 GiB stands at the end; only a hint, since the file may be damaged or have several
/// members.
std::size_t expected_size(std::span<const std::byte> packed) {
  std::size_t size = 0;
  for (std::size_t i = 4; i > 0; --i) size = size << 8 | std::to_integer<std::size_t>(packed[packed.size() - 5 + i]);
  constexpr std::size_t kLargestRatio = 1032;  // of deflate
  return std::min(size, packed.size() * kLargestRatio);
}

constexpr std::size_t kSmallestGzip = 18;  // header and trailer
constexpr std::size_t kLargestStep = 1U << 30;

}  // namespace

bool is_gzip(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

std::string unpack_gzip(std::span<const std::byte> packed, const std::filesystem::path& path) {
  const std::string damaged = path.string() + " is a damaged gzip file (";
  const std::string remedy = "); copy or download it again";
  if (packed.size() < kSmallestGzip) throw InputError(damaged + "it ends too early" + remedy);

  std::string text(std::max<std::size_t>(expected_size(packed), 1024), '\0');
  std::size_t filled = 0;
  Inflater inflater;
  std::size_t read = 0;
  for (;;) {
    if (filled == text.size()) text.resize(text.size() + text.size() / 2);
    const std::size_t room = std::min(text.size() - filled, kLargestStep);
    const std::size_t left = std::min(packed.size() - read, kLargestStep);
    inflater->next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data() + read));
    inflater->avail_in = static_cast<uInt>(left);
    inflater->next_out = reinterpret_cast<Bytef*>(text.data() + filled);
    inflater->avail_out = static_cast<uInt>(room);
    const int status = ::inflate(inflater.get(), Z_NO_FLUSH);
    read += left - inflater->avail_in;
    filled += room - inflater->avail_out;
    if (status == Z_STREAM_END) {
      // Bytes that do not begin another member are padding, as gzip itself sees it.
      if (!is_gzip(packed.subspan(read))) break;
      ::inflateReset(inflater.get());
    } else if (status == Z_BUF_ERROR || (status == Z_OK && read == packed.size() && inflater->avail_out > 0)) {
      throw InputError(damaged + "it ends too early" + remedy);
    } else if (status != Z_OK) {
      throw InputError(damaged + (inflater->msg != nullptr ? inflater->msg : "it cannot be unpacked") + remedy);
    }
  }
  text.resize(filled);
  return text;
}

}  // namespace nascent
