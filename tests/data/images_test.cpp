#include "nascent/data/images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "data/text_files.h"
#include "data/thrown_message.h"
#include "nascent/core/random.h"
#include "support/temporary_folder.h"

#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>

namespace nascent {
namespace {

using namespace std::string_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::gzipped;
using ::testing::HasSubstr;
using testing::input_error_of;
using ::testing::IsEmpty;
using testing::TemporaryFolder;
using testing::write_file;

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift & 0xFFU));
  return bytes;
}

std::string idx_images(std::uint32_t count, std::uint32_t height, std::uint32_t width) {
  std::string bytes = "\0\0\x08\x03"s + big_endian(count) + big_endian(height) + big_endian(width);
  for (std::uint32_t i = 0; i < count * height * width; ++i) bytes.push_back(static_cast<char>(i * 31 % 251));
  return bytes;
}

std::string idx_labels(const std::vector<int>& labels) {
  std::string bytes = "\0\0\x08\x01"s + big_endian(static_cast<std::uint32_t>(labels.size()));
  for (const int label : labels) bytes.push_back(static_cast<char>(label));
  return bytes;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class Images : public ::testing::Test {
 protected:
  using Pixel = std::function<int(int x, int y, int channel)>;

  std::filesystem::path png(const std::string& name, int width, int height, int channels, const Pixel& pixel) {
    return picture(name, width, height, channels, pixel, false);
  }

  std::filesystem::path picture(const std::string& name, int width, int height, int channels, const Pixel& pixel,
                                bool is_jpeg) {
    std::vector<unsigned char> bytes;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        for (int c = 0; c < channels; ++c) bytes.push_back(static_cast<unsigned char>(pixel(x, y, c)));
      }
    }
    const std::filesystem::path path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    const int written = is_jpeg ? ::stbi_write_jpg(path.c_str(), width, height, channels, bytes.data(), 90)
                                : ::stbi_write_png(path.c_str(), width, height, channels, bytes.data(), 0);
    EXPECT_NE(written, 0);
    return path;
  }

  /// Two classes of three small pictures each.
  void write_classes(const std::string& below = "", int channels = 3) {
    for (int i = 0; i < 3; ++i) {
      for (const std::string name : {"cat", "dog"}) {
        png(below + name + "/" + std::to_string(i) + ".png", 8, 6, channels,
            [&](int x, int y, int c) { return (name == "cat" ? 10 : 100) + 10 * i + x + y + 40 * c; });
      }
    }
  }

  void write_idx(bool packed = false) {
    const auto put = [&](const std::string& name, const std::string& bytes) {
      std::filesystem::remove(folder_ / name);
      write_file(folder_ / (name + (packed ? ".gz" : "")), packed ? gzipped(bytes) : bytes);
    };
    put("train-images-idx3-ubyte", idx_images(6, 5, 4));
    put("train-labels-idx1-ubyte", idx_labels({0, 3, 7, 3, 0, 7}));
    put("t10k-images-idx3-ubyte", idx_images(2, 5, 4));
    put("t10k-labels-idx1-ubyte", idx_labels({7, 0}));
  }

  std::string read_error() {
    return input_error_of([&] { read_images(folder_.path()); });
  }

  TemporaryFolder folder_;
};

TEST_F(Images, IdxFilesAreReadPlainAndPacked) {
  for (const bool packed : {false, true}) {
    write_idx(packed);
    ASSERT_TRUE(looks_like_images(folder_.path()));
    const ImageData data = read_images(folder_.path());
    EXPECT_EQ(data.training.count(), 6U);
    EXPECT_EQ(data.schema.height, 5);
    EXPECT_EQ(data.schema.width, 4);
    EXPECT_EQ(data.schema.channels, 1);
    EXPECT_EQ(data.schema.task.kind, TaskKind::kMulticlass);
    EXPECT_THAT(data.schema.task.classes, ElementsAre("0", "3", "7"));
    EXPECT_THAT(data.training.labels(), ElementsAre(0, 1, 2, 1, 0, 2));
    EXPECT_EQ(data.training.pixels().size(), 6U * 20U);
    EXPECT_EQ(data.training.pixels()[27], 27 * 31 % 251);
    EXPECT_THAT(data.test.labels(), ElementsAre(2, 0));
    EXPECT_THAT(data.notes, IsEmpty());
  }
}

TEST_F(Images, TheTestPairOfIdxFilesMayBeMissing) {
  write_idx();
  std::filesystem::remove(folder_ / "t10k-images-idx3-ubyte");
  EXPECT_EQ(read_images(folder_.path()).test.count(), 0U);
}

TEST_F(Images, TruncatedAndDamagedIdxFilesAreNamed) {
  write_idx();
  const std::string images = idx_images(6, 5, 4);
  write_file(folder_ / "train-images-idx3-ubyte", images.substr(0, 100));
  EXPECT_THAT(read_error(), AllOf(HasSubstr("train-images-idx3-ubyte is truncated"), HasSubstr("120 bytes and 84")));
  write_file(folder_ / "train-images-idx3-ubyte", images.substr(0, 10));
  EXPECT_THAT(read_error(), HasSubstr("is truncated"));
  write_file(folder_ / "train-images-idx3-ubyte", images + "x");
  EXPECT_THAT(read_error(), HasSubstr("is damaged"));
  write_file(folder_ / "train-images-idx3-ubyte", "hello");
  EXPECT_THAT(read_error(), HasSubstr("is not an IDX file"));
  write_file(folder_ / "train-images-idx3-ubyte", gzipped(images).substr(0, 40));
  EXPECT_THAT(read_error(), HasSubstr("train-images-idx3-ubyte is a damaged gzip file"));
  write_file(folder_ / "train-images-idx3-ubyte", idx_labels({1, 2}));
  EXPECT_THAT(read_error(), HasSubstr("1 dimension where 3 are expected"));
}

TEST_F(Images, LabelsThatDoNotFitTheImagesAreAnError) {
  write_idx();
  write_file(folder_ / "train-labels-idx1-ubyte", idx_labels({0, 1}));
  EXPECT_THAT(read_error(), AllOf(HasSubstr("6 images"), HasSubstr("2 labels")));
  write_file(folder_ / "train-labels-idx1-ubyte", idx_labels({4, 4, 4, 4, 4, 4}));
  EXPECT_THAT(read_error(), HasSubstr("images of one class only (4)"));
  std::filesystem::remove(folder_ / "train-labels-idx1-ubyte");
  EXPECT_THAT(read_error(), HasSubstr("there is no train-labels-idx1-ubyte"));
}

TEST_F(Images, ClassFoldersAreReadInTheOrderOfTheirNames) {
  write_classes();
  ASSERT_TRUE(looks_like_images(folder_.path()));
  const ImageData data = read_images(folder_.path());
  EXPECT_EQ(data.schema.task.kind, TaskKind::kBinary);
  EXPECT_THAT(data.schema.task.classes, ElementsAre("cat", "dog"));
  EXPECT_THAT(data.training.labels(), ElementsAre(0, 0, 0, 1, 1, 1));
  EXPECT_EQ(data.schema.channels, 3);
  EXPECT_EQ(data.schema.height, 6);
  EXPECT_EQ(data.schema.width, 8);
  // Picture dog/2.png, channel 1, y = 3, x = 5.
  EXPECT_EQ(data.training.pixels()[5 * 144 + 48 + 3 * 8 + 5], 100 + 20 + 8 + 40);
  EXPECT_EQ(data.test.count(), 0U);
}

TEST_F(Images, TrainAndTestFoldersAreTakenAsSuch) {
  write_classes("train/");
  png("test/dog/a.png", 8, 6, 3, [](int, int, int c) { return c; });
  png("test/fox/b.png", 8, 6, 3, [](int, int, int c) { return c; });
  png("val/dog/c.png", 8, 6, 3, [](int, int, int c) { return c; });
  const ImageData data = read_images(folder_.path());
  EXPECT_EQ(data.training.count(), 6U);
  EXPECT_THAT(data.test.labels(), ElementsAre(1, -1));
  EXPECT_THAT(data.test_names, ElementsAre("dog/a.png", "fox/b.png"));
  EXPECT_THAT(data.notes, Contains(HasSubstr("1 test image is of a class that training does not have")));
  EXPECT_THAT(data.notes, Contains(HasSubstr("val beside train and test was left out")));
}

TEST_F(Images, GreyPicturesHaveOneChannelHoweverTheyAreStored) {
  write_classes("", 1);
  EXPECT_EQ(read_images(folder_.path()).schema.channels, 1);
  png("dog/3.png", 8, 6, 3, [](int x, int, int) { return 20 * x; });
  const ImageData stored_in_colour = read_images(folder_.path());
  EXPECT_EQ(stored_in_colour.schema.channels, 1);
  EXPECT_EQ(stored_in_colour.training.pixels()[6 * 48 + 2], 40);
  png("dog/4.png", 8, 6, 3, [](int x, int, int c) { return 20 * x + c; });
  EXPECT_EQ(read_images(folder_.path()).schema.channels, 3);
}

TEST_F(Images, TransparentPicturesLieOnWhite) {
  write_classes("", 1);
  png("dog/3.png", 8, 6, 4, [](int x, int, int c) { return c == 3 ? (x < 4 ? 0 : 255) : 7; });
  const ImageData data = read_images(folder_.path());
  EXPECT_EQ(data.training.pixels()[6 * 48 + 0], 255);
  EXPECT_EQ(data.training.pixels()[6 * 48 + 7], 7);
}

TEST_F(Images, PicturesOfOtherSizesAreScaledToTheCommonest) {
  write_classes();
  png("cat/x.png", 16, 12, 3, [](int, int, int c) { return 50 * c; });
  const ImageData data = read_images(folder_.path());
  EXPECT_EQ(data.schema.width, 8);
  EXPECT_EQ(data.training.count(), 7U);
  // A picture of one colour keeps it.
  EXPECT_THAT(data.training.pixels().subspan(3 * 144 + 96, 48), Each(100));
  EXPECT_THAT(data.notes, Contains(HasSubstr("1 image was scaled to 8 x 6 pixels")));
}

TEST_F(Images, LargePicturesAreScaledDownInProportion) {
  for (const std::string name : {"a", "b"}) png(name + "/1.png", 200, 100, 1, [](int x, int, int) { return x; });
  const ImageData data = read_images(folder_.path(), 32);
  EXPECT_EQ(data.schema.width, 32);
  EXPECT_EQ(data.schema.height, 16);
}

TEST_F(Images, JpegFilesAreRead) {
  for (const std::string name : {"a/1.jpg", "b/2.JPEG"}) {
    picture(
        name, 16, 16, 3, [](int, int, int c) { return c == 0 ? 200 : 50; }, true);
  }
  const ImageData data = read_images(folder_.path());
  EXPECT_EQ(data.training.count(), 2U);
  // JPEG at quality 90 keeps the colour of a plain area to a few steps of 255.
  EXPECT_NEAR(data.training.pixels()[0], 200, 4);
  EXPECT_NEAR(data.training.pixels()[256], 50, 4);
}

TEST_F(Images, TruncatedPicturesAreNamed) {
  write_classes();
  // Noise, so that the data of the picture fills most of the file.
  const Pixel noise = [random = Random(1)](int, int, int) mutable { return static_cast<int>(random.below(256)); };
  const std::string whole_png = content_of(png("dog/noise.png", 32, 32, 3, noise));
  const std::string whole_jpeg = content_of(picture("dog/noise.jpg", 32, 32, 3, noise, true));
  EXPECT_NO_THROW(read_images(folder_.path()));
  for (const double share : {0.0, 0.3, 0.6, 0.9}) {
    const auto keep = [&](const std::string& bytes) {
      return bytes.substr(0, static_cast<std::size_t>(share * static_cast<double>(bytes.size())));
    };
    write_file(folder_ / "dog/noise.png", keep(whole_png));
    EXPECT_THAT(read_error(), AllOf(HasSubstr("dog/noise.png"), HasSubstr("not a whole picture"))) << share;
    write_file(folder_ / "dog/noise.png", whole_png);
    write_file(folder_ / "dog/noise.jpg", keep(whole_jpeg));
    EXPECT_THAT(read_error(), AllOf(HasSubstr("dog/noise.jpg"), HasSubstr("not a whole picture"))) << share;
    write_file(folder_ / "dog/noise.jpg", whole_jpeg);
  }
  write_file(folder_ / "dog/noise.png", "GIF89a is no PNG");
  EXPECT_THAT(read_error(), HasSubstr("does not begin like a PNG or JPEG file"));
}

TEST_F(Images, WhatIsNoPictureIsLeftOutWithANoteAndHiddenFilesWithoutOne) {
  write_classes();
  write_file(folder_ / "cat/readme.txt", "x");
  write_file(folder_ / "notes.md", "x");
  write_file(folder_ / "cat/.DS_Store", "x");
  write_file(folder_ / ".git/cat.png", "x");
  std::filesystem::create_directories(folder_ / "empty");
  const ImageData data = read_images(folder_.path());
  EXPECT_EQ(data.training.count(), 6U);
  EXPECT_THAT(data.schema.task.classes, ElementsAre("cat", "dog"));
  EXPECT_THAT(data.notes, Contains(HasSubstr("2 files are no pictures of a class and were left out")));
  EXPECT_THAT(data.notes, Contains(HasSubstr("the folder empty holds no PNG or JPEG pictures")));
}

TEST_F(Images, FoldersThatCannotBeLearnedFromAreErrors) {
  EXPECT_THAT(read_error(), HasSubstr("holds no images"));
  EXPECT_FALSE(looks_like_images(folder_.path()));
  write_file(folder_ / "cat/readme.txt", "x");
  EXPECT_THAT(read_error(), HasSubstr("holds no images"));
  png("cat/1.png", 8, 6, 1, [](int, int, int) { return 1; });
  EXPECT_THAT(read_error(), HasSubstr("one class only (cat)"));
  EXPECT_THAT(input_error_of([&] { read_images(folder_ / "nowhere"); }), HasSubstr("nowhere"));
  EXPECT_THAT(input_error_of([&] { read_images(folder_ / "cat/1.png"); }), HasSubstr("is a file"));
  EXPECT_THAT(input_error_of([&] { read_images(folder_ / "cat"); }), HasSubstr("no classes"));
  EXPECT_FALSE(looks_like_images(folder_ / "cat/1.png"));
}

TEST_F(Images, AreReadByASchemaInAllForms) {
  write_classes();
  const ImageSchema schema = read_images(folder_.path()).schema;
  std::vector<std::string> names;

  const ImageSet classes = read_images_as(folder_.path(), schema, names);
  EXPECT_THAT(classes.labels(), ElementsAre(0, 0, 0, 1, 1, 1));
  EXPECT_THAT(names, Contains("dog/2.png"));

  const ImageSet loose = read_images_as(folder_ / "dog", schema, names);
  EXPECT_THAT(loose.labels(), ElementsAre(-1, -1, -1));
  EXPECT_THAT(names, ElementsAre("0.png", "1.png", "2.png"));

  png("single.png", 20, 20, 1, [](int, int, int) { return 99; });
  const ImageSet single = read_images_as(folder_ / "single.png", schema, names);
  EXPECT_EQ(single.channels(), 3);
  EXPECT_EQ(single.width(), 8);
  EXPECT_THAT(single.pixels(), Each(99));
  EXPECT_THAT(names, ElementsAre("single.png"));

  write_file(folder_ / "idx/some-images-idx3-ubyte", idx_images(2, 5, 4));
  const ImageSet idx = read_images_as(folder_ / "idx/some-images-idx3-ubyte", schema, names);
  EXPECT_EQ(idx.count(), 2U);
  EXPECT_EQ(idx.image_bytes(), 144U);
  EXPECT_THAT(idx.labels(), ElementsAre(-1, -1));
  EXPECT_THAT(names, ElementsAre("0", "1"));

  EXPECT_THAT(input_error_of([&] { read_images_as(folder_ / "nothing", schema, names); }), HasSubstr("nothing"));
  write_file(folder_ / "text.txt", "hello");
  EXPECT_THAT(input_error_of([&] { read_images_as(folder_ / "text.txt", schema, names); }), HasSubstr("text.txt"));
}

TEST_F(Images, ByASchemaComeFromTheTestPart) {
  write_idx();
  const ImageSchema schema = read_images(folder_.path()).schema;
  std::vector<std::string> names;
  EXPECT_THAT(read_images_as(folder_.path(), schema, names).labels(), ElementsAre(2, 0));
  EXPECT_THAT(read_images_as(folder_ / "train-images-idx3-ubyte", schema, names).labels(),
              ElementsAre(0, 1, 2, 1, 0, 2));
}

TEST_F(Images, ColourBecomesGreyByBrightness) {
  write_classes("", 1);
  const ImageSchema schema = read_images(folder_.path()).schema;
  png("red.png", 8, 6, 3, [](int, int, int c) { return c == 0 ? 200 : 0; });
  std::vector<std::string> names;
  EXPECT_THAT(read_images_as(folder_ / "red.png", schema, names).pixels(), Each(60));  // 0.299 * 200
}

TEST_F(Images, AreTheSameAfterSavingAndMapping) {
  write_classes();
  const ImageData data = read_images(folder_.path());
  data.training.save(folder_ / "images.bin");
  const ImageSet mapped = ImageSet::map(folder_ / "images.bin");
  EXPECT_EQ(mapped.count(), 6U);
  EXPECT_EQ(mapped.channels(), 3);
  EXPECT_EQ(mapped.height(), 6);
  EXPECT_EQ(mapped.width(), 8);
  EXPECT_TRUE(std::ranges::equal(mapped.pixels(), data.training.pixels()));
  EXPECT_TRUE(std::ranges::equal(mapped.labels(), data.training.labels()));
  data.test.save(folder_ / "none.bin");
  EXPECT_EQ(ImageSet::map(folder_ / "none.bin").count(), 0U);

  const std::string bytes = content_of(folder_ / "images.bin");
  write_file(folder_ / "part.bin", bytes.substr(0, bytes.size() - 64));
  EXPECT_THAT(input_error_of([&] { ImageSet::map(folder_ / "part.bin"); }),
              HasSubstr("part.bin is damaged or has been cut"));
  EXPECT_THAT(input_error_of([&] { ImageSet::map(folder_ / "dog/1.png"); }), HasSubstr("not a file of encoded data"));
}

TEST_F(Images, TheSchemaSurvivesJson) {
  write_classes();
  const ImageSchema schema = read_images(folder_.path()).schema;
  const ImageSchema copy = ImageSchema::from_json(Json::parse(schema.to_json().dump()));
  EXPECT_EQ(copy.to_json(), schema.to_json());
  EXPECT_EQ(copy.channels, 3);
  EXPECT_THROW(ImageSchema::from_json(Json::parse("{}")), InputError);
}

TEST(ScaledImages, KeepWhatIsBrightAndTheirClasses) {
  // The left half of the first image is bright, the lower half of the second.
  const ImageSet images =
      ImageSet::from_pixels(1, 4, 4, {200, 200, 0, 0, 200, 200, 0, 0, 200, 200, 0,   0,   200, 200, 0,   0,
                                      0,   0,   0, 0, 0,   0,   0, 0, 100, 100, 100, 100, 100, 100, 100, 100},
                            {3, 1});
  const ImageSet small = scaled(images, 2, 2);
  ASSERT_EQ(small.count(), 2U);
  EXPECT_EQ(small.height(), 2);
  EXPECT_EQ(small.width(), 2);
  EXPECT_EQ(small.labels()[0], 3);
  EXPECT_EQ(small.labels()[1], 1);
  const auto pixels = small.pixels();
  EXPECT_GT(pixels[0], 100);  // left
  EXPECT_LT(pixels[1], 100);  // right
  EXPECT_LT(pixels[4], 50);   // above
  EXPECT_GT(pixels[6], 50);   // below
}

TEST(ImageSetFromPixels, HoldsThemAndRefusesOtherSizes) {
  const ImageSet images = ImageSet::from_pixels(1, 1, 2, {1, 2, 3, 4, 5, 6}, {0, 1, 0});
  EXPECT_EQ(images.count(), 3U);
  EXPECT_EQ(images.pixels()[3], 4);
  EXPECT_EQ(images.labels()[1], 1);
  EXPECT_THAT(input_error_of([] {
                ImageSet::from_pixels(1, 1, 2, {1, 2, 3}, {0, 1});
              }),
              HasSubstr("need 4 bytes of pixels, but there are 3"));
  EXPECT_THAT(input_error_of([] { ImageSet::from_pixels(2, 1, 1, {1, 2}, {0}); }), HasSubstr("1 or 3 channels"));
}

}  // namespace
}  // namespace nascent
