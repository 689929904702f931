#include <algorithm>
#include <cmath>
#include <map>

#include "data/category_index.h"
#include "data/idx_file.h"
#include "data/image_set_builder.h"
#include "data/picture.h"
#include "data/picture_folder.h"
#include "nascent/core/error.h"
#include "nascent/data/images.h"

namespace nascent {
namespace {

constexpr std::int32_t kUnknownLabel = -1;
constexpr double kCommonSize = 0.25;  // the share of pictures from which their commonest size is that of all

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

bool is_folder(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

/// The largest size of the same proportions whose longer side is at most `largest_side`.
ImageShape bounded(ImageShape shape, int largest_side) {
  const int longer = std::max(shape.height, shape.width);
  if (longer <= largest_side) return shape;
  const double factor = static_cast<double>(largest_side) / longer;
  shape.height = std::max(1, static_cast<int>(std::lround(shape.height * factor)));
  shape.width = std::max(1, static_cast<int>(std::lround(shape.width * factor)));
  return shape;
}

std::string size_text(const ImageShape& shape) {
  return std::to_string(shape.width) + " x " + std::to_string(shape.height);
}

/// Class labels as indices into the classes of a task.
std::vector<std::int32_t> indices_of(std::span<const std::string> labels, const Task& task) {
  const CategoryIndex index(task.classes);
  std::vector<std::int32_t> indices;
  indices.reserve(labels.size());
  for (const std::string& label : labels) indices.push_back(index.find(label).value_or(kUnknownLabel));
  return indices;
}

Task task_of(std::span<const std::string> labels, const std::filesystem::path& source) {
  std::vector<std::string_view> texts(labels.begin(), labels.end());
  std::ranges::sort(texts);
  texts.erase(std::ranges::unique(texts).begin(), texts.end());
  Task task{.kind = TaskKind::kMulticlass, .target = "class", .classes = sorted_categories(texts)};
  if (task.classes.size() < 2) {
    throw InputError(source.string() + " has images of one class only (" + task.classes.front() +
                     "); at least two are needed to learn to tell them apart");
  }
  if (task.classes.size() == 2) task.kind = TaskKind::kBinary;
  return task;
}

void note_unknown_labels(const ImageSet& set, std::vector<std::string>& notes) {
  const auto unknown = std::ranges::count(set.labels(), kUnknownLabel);
  if (unknown == 0) return;
  notes.push_back(std::to_string(unknown) + (unknown == 1 ? " test image is" : " test images are") +
                  " of a class that training does not have");
}

// --- IDX
// ---------------------------------------------------------------------------------------------------------------

struct IdxPart {
  IdxImages images;
  std::vector<std::string> labels;  ///< empty if there is no such file and none is needed
};

IdxPart read_idx(const IdxPair& files, bool needs_labels) {
  if (needs_labels && !is_there(files.labels)) {
    throw InputError(files.images.string() + " has no labels: there is no " + files.labels.filename().string() +
                     " beside it");
  }
  IdxPart part{.images = read_idx_images(files.images), .labels = {}};
  if (!is_there(files.labels)) return part;
  for (const std::uint8_t label : read_idx_labels(files.labels)) part.labels.push_back(std::to_string(label));
  if (part.labels.size() != part.images.count) {
    throw InputError(files.images.string() + " has " + std::to_string(part.images.count) + " images, but " +
                     files.labels.string() + " has " + std::to_string(part.labels.size()) +
                     " labels; they do not belong together");
  }
  return part;
}

ImageSet set_of_idx(IdxPart part, const ImageShape& shape, const Task& task) {
  const ImageShape stored{.channels = 1, .height = part.images.height, .width = part.images.width};
  std::vector<std::int32_t> labels(part.images.count, kUnknownLabel);
  if (!part.labels.empty()) labels = indices_of(part.labels, task);
  if (stored == shape) return ImageSetBuilder::own(shape, std::move(part.images.pixels), std::move(labels));

  std::vector<std::uint8_t> pixels;
  pixels.reserve(part.images.count * shape.bytes());
  Picture picture{.shape = stored, .pixels = {}};
  for (std::size_t i = 0; i < part.images.count; ++i) {
    const auto begin = part.images.pixels.begin() + static_cast<std::ptrdiff_t>(i * stored.bytes());
    picture.pixels.assign(begin, begin + static_cast<std::ptrdiff_t>(stored.bytes()));
    const Picture scaled = converted(picture, shape);
    pixels.insert(pixels.end(), scaled.pixels.begin(), scaled.pixels.end());
  }
  return ImageSetBuilder::own(shape, std::move(pixels), std::move(labels));
}

ImageData read_idx_folder(const std::filesystem::path& folder, const IdxPair& training_files, int largest_side) {
  ImageData data;
  IdxPart training = read_idx(training_files, true);
  const ImageShape stored{.channels = 1, .height = training.images.height, .width = training.images.width};
  const ImageShape shape = bounded(stored, largest_side);
  data.schema.task = task_of(training.labels, training_files.labels);
  data.schema.height = shape.height;
  data.schema.width = shape.width;
  if (shape != stored) {
    data.notes.push_back("all images were scaled from " + size_text(stored) + " to " + size_text(shape) + " pixels");
  }
  data.training = set_of_idx(std::move(training), shape, data.schema.task);
  if (const auto test_files = find_idx_test(folder)) {
    data.test = set_of_idx(read_idx(*test_files, true), shape, data.schema.task);
    note_unknown_labels(data.test, data.notes);
  }
  return data;
}

// --- Pictures
// ----------------------------------------------------------------------------------------------------------

/// The size that at least a quarter of the pictures have; where there is no such size, the median width and height.
ImageShape common_size(const std::vector<ImageShape>& sizes) {
  std::map<std::pair<int, int>, std::size_t> counts;
  for (const ImageShape& size : sizes) ++counts[{size.height, size.width}];
  const auto most = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
  if (static_cast<double>(most->second) >= kCommonSize * static_cast<double>(sizes.size())) {
    return {.channels = 1, .height = most->first.first, .width = most->first.second};
  }
  const auto median = [&](int ImageShape::*side) {
    std::vector<int> lengths;
    for (const ImageShape& size : sizes) lengths.push_back(size.*side);
    const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
    std::ranges::nth_element(lengths, middle);
    return *middle;
  };
  return {.channels = 1, .height = median(&ImageShape::height), .width = median(&ImageShape::width)};
}

std::vector<std::string> labels_of(const std::vector<PictureFile>& files) {
  std::vector<std::string> labels;
  for (const PictureFile& file : files) labels.push_back(file.label);
  return labels;
}

/// Reads all files in one shape.
ImageSet set_of_pictures(const std::vector<PictureFile>& files, const ImageShape& shape, const Task& task) {
  std::vector<std::uint8_t> pixels;
  pixels.reserve(files.size() * shape.bytes());
  for (const PictureFile& file : files) {
    const Picture picture = converted(read_picture(file.path), shape);
    pixels.insert(pixels.end(), picture.pixels.begin(), picture.pixels.end());
  }
  return ImageSetBuilder::own(shape, std::move(pixels), indices_of(labels_of(files), task));
}

/// One plane instead of three where every picture turned out to be grey.
ImageSet without_colour(const ImageSet& set) {
  const ImageShape grey{.channels = 1, .height = set.height(), .width = set.width()};
  std::vector<std::uint8_t> pixels;
  pixels.reserve(set.count() * grey.bytes());
  for (std::size_t i = 0; i < set.count(); ++i) {
    const auto plane = set.pixels().subspan(i * set.image_bytes(), grey.bytes());
    pixels.insert(pixels.end(), plane.begin(), plane.end());
  }
  return ImageSetBuilder::own(grey, std::move(pixels), {set.labels().begin(), set.labels().end()});
}

bool is_colourless(const ImageSet& set) {
  const std::size_t plane = set.image_bytes() / static_cast<std::size_t>(set.channels());
  for (std::size_t i = 0; i < set.count(); ++i) {
    const auto image = set.pixels().subspan(i * set.image_bytes(), set.image_bytes());
    for (int c = 1; c < set.channels(); ++c) {
      if (!std::ranges::equal(image.first(plane), image.subspan(static_cast<std::size_t>(c) * plane, plane)))
        return false;
    }
  }
  return true;
}

std::vector<std::string> names_of(const std::vector<PictureFile>& files) {
  std::vector<std::string> names;
  for (const PictureFile& file : files) {
    const std::string name = file.path.filename().string();
    names.push_back(file.label.empty() ? name : file.label + "/" + name);
  }
  return names;
}

ImageData read_picture_folder(const std::filesystem::path& folder, int largest_side) {
  PictureFolder files = list_pictures(folder);
  if (files.training.empty()) {
    throw InputError(folder.string() +
                     " holds no images; IDX files or one sub-folder of PNG or JPEG files for each class are needed");
  }
  if (files.training.front().label.empty()) {
    throw InputError(folder.string() + " holds pictures but no classes; put those of each class into a sub-folder");
  }
  ImageData data;
  data.notes = std::move(files.notes);
  data.schema.task = task_of(labels_of(files.training), folder);

  std::vector<ImageShape> sizes;
  bool stored_in_colour = false;
  for (const PictureFile& file : files.training) {
    sizes.push_back(picture_size(file.path));
    stored_in_colour = stored_in_colour || sizes.back().channels == 3;
    sizes.back().channels = 1;
  }
  ImageShape shape = bounded(common_size(sizes), largest_side);
  const auto scaled = static_cast<std::size_t>(std::ranges::count_if(sizes, [&](const auto& s) { return s != shape; }));
  if (scaled > 0) {
    data.notes.push_back(std::to_string(scaled) + (scaled == 1 ? " image was" : " images were") + " scaled to " +
                         size_text(shape) + " pixels");
  }
  shape.channels = stored_in_colour ? 3 : 1;
  data.training = set_of_pictures(files.training, shape, data.schema.task);
  if (shape.channels == 3 && is_colourless(data.training)) {
    data.training = without_colour(data.training);
    shape.channels = 1;
  }
  data.schema.channels = shape.channels;
  data.schema.height = shape.height;
  data.schema.width = shape.width;
  if (!files.test.empty()) {
    data.test = set_of_pictures(files.test, shape, data.schema.task);
    data.test_names = names_of(files.test);
    note_unknown_labels(data.test, data.notes);
  }
  return data;
}

ImageShape shape_of(const ImageSchema& schema) {
  return {.channels = schema.channels, .height = schema.height, .width = schema.width};
}

ImageSet read_idx_as(const IdxPair& files, const ImageSchema& schema, std::vector<std::string>& names) {
  ImageSet set = set_of_idx(read_idx(files, false), shape_of(schema), schema.task);
  for (std::size_t i = 0; i < set.count(); ++i) names.push_back(std::to_string(i));
  return set;
}

}  // namespace

bool looks_like_images(const std::filesystem::path& path) {
  if (!is_folder(path)) return false;
  if (find_idx_training(path)) return true;
  return !list_pictures(path).training.empty();
}

ImageData read_images(const std::filesystem::path& folder, int largest_side) {
  if (!is_there(folder)) throw InputError("there is no folder " + folder.string());
  if (!is_folder(folder)) {
    throw InputError(folder.string() + " is a file; give the folder that holds the images");
  }
  if (const auto idx = find_idx_training(folder)) return read_idx_folder(folder, *idx, largest_side);
  return read_picture_folder(folder, largest_side);
}

ImageSet read_images_as(const std::filesystem::path& path, const ImageSchema& schema, std::vector<std::string>& names) {
  names.clear();
  if (!is_there(path)) throw InputError("there is no file or folder " + path.string());
  std::vector<PictureFile> files;
  if (is_folder(path)) {
    auto idx = find_idx_test(path);
    if (!idx) idx = find_idx_training(path);
    if (idx) return read_idx_as(*idx, schema, names);
    PictureFolder folder = list_pictures(path);
    files = std::move(folder.test.empty() ? folder.training : folder.test);
    if (files.empty()) throw InputError(path.string() + " holds no PNG or JPEG pictures and no IDX files");
  } else if (is_named_like_idx_images(path)) {
    return read_idx_as({.images = path, .labels = idx_labels_beside(path)}, schema, names);
  } else {
    files.push_back({path, ""});
  }
  names = names_of(files);
  return set_of_pictures(files, shape_of(schema), schema.task);
}

}  // namespace nascent
