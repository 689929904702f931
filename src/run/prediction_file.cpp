#include "run/prediction_file.h"

#include <cstring>
#include <string>

#include "nascent/core/error.h"
#include "nascent/core/files.h"

namespace nascent {
namespace {

/// Layout: magic, rows, columns (as 64-bit integers), row indices, values.
constexpr std::uint64_t kMagic = 0x3144455250534e4eULL;  // "NNSPRED1"

struct Header {
  std::uint64_t magic;
  std::uint64_t rows;
  std::uint64_t columns;
};

}  // namespace

void save_predictions(const std::filesystem::path& path, const ValidationPredictions& predictions) {
  const Header header{kMagic, predictions.values.rows, predictions.values.columns};
  std::string bytes;
  const auto append = [&bytes](const void* data, std::size_t size) {
    bytes.append(static_cast<const char*>(data), size);
  };
  append(&header, sizeof header);
  append(predictions.rows.data(), predictions.rows.size() * sizeof(std::uint32_t));
  append(predictions.values.values.data(), predictions.values.values.size() * sizeof(float));
  write_file(path, bytes);
}

ValidationPredictions load_predictions(const std::filesystem::path& path) {
  const MappedFile file(path);
  const auto damaged = [&path]() { return InputError(path.string() + " is damaged: it is not a file of predictions"); };
  std::span<const std::byte> rest = file.bytes();
  Header header{};
  if (rest.size() < sizeof header) throw damaged();
  std::memcpy(&header, rest.data(), sizeof header);
  rest = rest.subspan(sizeof header);
  if (header.magic != kMagic || header.columns == 0 || header.rows > rest.size()) throw damaged();
  const std::size_t index_bytes = header.rows * sizeof(std::uint32_t);
  const std::size_t value_bytes = header.rows * header.columns * sizeof(float);
  if (rest.size() != index_bytes + value_bytes) throw damaged();
  ValidationPredictions predictions;
  predictions.rows.resize(header.rows);
  predictions.values = Matrix(header.rows, header.columns);
  std::memcpy(predictions.rows.data(), rest.data(), index_bytes);
  std::memcpy(predictions.values.values.data(), rest.data() + index_bytes, value_bytes);
  return predictions;
}

}  // namespace nascent
