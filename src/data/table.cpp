#include "nascent/data/table.h"

#include "data/array_file.h"
#include "nascent/core/error.h"

namespace nascent {
namespace {

constexpr std::string_view kContent = "a table";

template <typename T>
std::span<const T> typed(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}

}  // namespace

std::span<const float> Table::numbers(std::size_t feature) const {
  if (features_.at(feature).categorical) throw InternalError(features_[feature].name + " is no numeric feature");
  return typed<float>(columns_[feature]);
}

std::span<const std::int32_t> Table::codes(std::size_t feature) const {
  if (!features_.at(feature).categorical) throw InternalError(features_[feature].name + " is no categorical feature");
  return typed<std::int32_t>(columns_[feature]);
}

void Table::save(const std::filesystem::path& path) const {
  Json features = Json::array();
  for (const Feature& feature : features_) {
    features.push_back(
        {{"name", feature.name}, {"categorical", feature.categorical}, {"categories", feature.categories}});
  }
  std::vector<std::span<const std::byte>> arrays = columns_;
  arrays.push_back(std::as_bytes(target_));
  const Json header{{"rows", rows_}, {"features", features}, {"has_target", !target_.empty()}};
  write_array_file(path, kContent, header, arrays);
}

Table Table::map(const std::filesystem::path& path) {
  ArrayFile file = map_array_file(path, kContent);
  Table table;
  try {
    table.rows_ = file.header.at("rows").get<std::size_t>();
    for (const Json& feature : file.header.at("features")) {
      table.features_.push_back({.name = feature.at("name").get<std::string>(),
                                 .categorical = feature.at("categorical").get<bool>(),
                                 .categories = feature.at("categories").get<std::size_t>()});
    }
    for (std::size_t f = 0; f < table.features_.size(); ++f) {
      static_assert(sizeof(float) == sizeof(std::int32_t));
      table.columns_.push_back(std::as_bytes(typed_array<float>(file, f, table.rows_, path, kContent)));
    }
    const std::size_t targets = file.header.at("has_target").get<bool>() ? table.rows_ : 0;
    table.target_ = typed_array<double>(file, table.features_.size(), targets, path, kContent);
  } catch (const Json::exception&) {
    throw_damaged(path, kContent);
  }
  table.file_ = std::move(file.file);
  return table;
}

}  // namespace nascent
