#include <fmt/format.h>

#include <array>

#include "data/array_file.h"
#include "data/image_set_builder.h"
#include "nascent/core/error.h"
#include "nascent/data/images.h"

namespace nascent {
namespace {

constexpr std::string_view kContent = "images";

bool is_valid(const ImageShape& shape) {
  return (shape.channels == 1 || shape.channels == 3) && shape.height > 0 && shape.width > 0;
}

}  // namespace

ImageSet ImageSet::from_pixels(int channels, int height, int width, std::vector<std::uint8_t> pixels,
                               std::vector<std::int32_t> labels) {
  const ImageShape shape{.channels = channels, .height = height, .width = width};
  if (!is_valid(shape)) {
    throw InputError(fmt::format("images of {} x {} pixels and {} channels: there must be pixels, and 1 or 3 channels",
                                 height, width, channels));
  }
  if (pixels.size() != labels.size() * shape.bytes()) {
    throw InputError(fmt::format("{} images of {} bytes need {} bytes of pixels, but there are {}", labels.size(),
                                 shape.bytes(), labels.size() * shape.bytes(), pixels.size()));
  }
  return ImageSetBuilder::own(shape, std::move(pixels), std::move(labels));
}

void ImageSet::save(const std::filesystem::path& path) const {
  const std::array arrays{std::as_bytes(pixels_), std::as_bytes(labels_)};
  const Json header{{"count", count_}, {"channels", channels_}, {"height", height_}, {"width", width_}};
  write_array_file(path, kContent, header, arrays);
}

ImageSet ImageSet::map(const std::filesystem::path& path) {
  ArrayFile file = map_array_file(path, kContent);
  ImageShape shape;
  std::size_t count = 0;
  try {
    count = file.header.at("count").get<std::size_t>();
    shape = {.channels = file.header.at("channels").get<int>(),
             .height = file.header.at("height").get<int>(),
             .width = file.header.at("width").get<int>()};
  } catch (const Json::exception&) {
    throw_damaged(path, kContent);
  }
  const bool is_empty = count == 0 && shape.height == 0 && shape.width == 0;
  if (!is_empty && !is_valid(shape)) throw_damaged(path, kContent);
  const auto pixels = typed_array<std::uint8_t>(file, 0, count * shape.bytes(), path, kContent);
  const auto labels = typed_array<std::int32_t>(file, 1, count, path, kContent);
  return ImageSetBuilder::view(shape, pixels, labels, std::move(file.file));
}

Json ImageSchema::to_json() const {
  return Json{{"task", task.to_json()}, {"channels", channels}, {"height", height}, {"width", width}};
}

ImageSchema ImageSchema::from_json(const Json& json) {
  try {
    ImageSchema schema{.task = Task::from_json(json.at("task")),
                       .channels = json.at("channels").get<int>(),
                       .height = json.at("height").get<int>(),
                       .width = json.at("width").get<int>()};
    if (is_valid({.channels = schema.channels, .height = schema.height, .width = schema.width})) return schema;
    throw InputError("the description of images is damaged: their size or number of channels is impossible");
  } catch (const Json::exception& error) {
    throw InputError(std::string("the description of images is damaged: ") + error.what());
  }
}

}  // namespace nascent
