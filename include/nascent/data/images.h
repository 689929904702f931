#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "nascent/core/files.h"
#include "nascent/data/task.h"

namespace nascent {

/// Images of one size with their classes, read-only; in memory or in a mapped file.
class ImageSet {
 public:
  std::size_t count() const { return count_; }
  int channels() const { return channels_; }  ///< 1 (grey) or 3 (red, green, blue)
  int height() const { return height_; }
  int width() const { return width_; }
  std::size_t image_bytes() const {
    return static_cast<std::size_t>(channels_) * static_cast<std::size_t>(height_) * static_cast<std::size_t>(width_);
  }
  /// count x channels x height x width bytes.
  std::span<const std::uint8_t> pixels() const { return pixels_; }
  /// The class index of each image, -1 if it has none or one that training never saw.
  std::span<const std::int32_t> labels() const { return labels_; }

  /// Images made by a program: count x channels x height x width bytes, and a class index for each image. Throws
  /// `InputError` when the sizes do not fit.
  static ImageSet from_pixels(int channels, int height, int width, std::vector<std::uint8_t> pixels,
                              std::vector<std::int32_t> labels);
  void save(const std::filesystem::path& path) const;
  static ImageSet map(const std::filesystem::path& path);

 private:
  friend class ImageSetBuilder;
  std::size_t count_ = 0;
  int channels_ = 1;
  int height_ = 0;
  int width_ = 0;
  std::span<const std::uint8_t> pixels_;
  std::span<const std::int32_t> labels_;
  std::vector<std::uint8_t> pixel_memory_;
  std::vector<std::int32_t> label_memory_;
  MappedFile file_;
};

/// The same images at another size, in memory.
ImageSet scaled(const ImageSet& images, int height, int width);

/// How images are brought to one form: found from the training images, applied to all others.
struct ImageSchema {
  Task task;
  int channels = 1;
  int height = 0;
  int width = 0;
  Json to_json() const;
  static ImageSchema from_json(const Json& json);
};

struct ImageData {
  ImageSchema schema;
  ImageSet training;
  ImageSet test;                        ///< count() == 0 if the folder has none
  std::vector<std::string> test_names;  ///< of the files, where images are files
  std::vector<std::string> notes;       ///< for people: "12 images of other sizes were scaled to 32 x 32"
};

/// True if the path looks like images: a folder with IDX files, or with sub-folders that hold images.
bool looks_like_images(const std::filesystem::path& path);

/// Reads a folder for training.
///
/// Either the four IDX files of MNIST and its kin (`train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-...`,
/// plain or .gz; the test pair may be missing), or one sub-folder of PNG or JPEG files for each class (their names are
/// the classes; sub-folders `train` and `test` that hold class folders are taken as such). Pictures of other sizes are
/// scaled to the commonest size, or to the median width and height where no size is that of a quarter of them, with at
/// most `largest_side` pixels on the longer side. Transparent pictures are laid on white. Grey pictures have one
/// channel, even if they are stored in colour. Hidden files are ignored, other files that are no pictures left out with
/// a note.
///
/// Throws `InputError` naming the file: truncated or damaged, not an IDX file, counts of images and labels that differ,
/// one class only, an empty folder.
ImageData read_images(const std::filesystem::path& folder, int largest_side = 64);

/// Reads images for prediction or evaluation by a schema: such a folder (its test part if it has one), a folder of
/// picture files without classes, an IDX image file, or a single picture. `names` receives one name for each image.
ImageSet read_images_as(const std::filesystem::path& path, const ImageSchema& schema, std::vector<std::string>& names);

}  // namespace nascent
