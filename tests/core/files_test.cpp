#include "nascent/core/files.h"

#include <gtest/gtest.h>

#include <functional>

#include "nascent/core/error.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

template <typename Exception>
std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Exception& error) {
    return error.what();
  }
  return "(not thrown)";
}

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(Files, ComeBackAsTheyWereWritten) {
  const TemporaryFolder folder;
  std::string content(200'000, 'x');
  content[7] = '\0';
  content += "é\r\n";
  write_file_atomically(folder / "a", content);
  EXPECT_EQ(read_file(folder / "a"), content);
  write_file_atomically(folder / "a", "");
  EXPECT_EQ(read_file(folder / "a"), "");
  EXPECT_EQ(files_in(folder.path()), 1u) << "no temporary file stays";
}

TEST(Files, AreNamedWhenTheyCannotBeRead) {
  const TemporaryFolder folder;
  const std::string path = folder / "absent";
  EXPECT_EQ(message_of<InputError>([&] { read_file(path); }), "cannot read " + path + ": No such file or directory");
  EXPECT_EQ(message_of<InputError>([&] { MappedFile{fs::path(path)}; }),
            "cannot read " + path + ": No such file or directory");
  EXPECT_NE(message_of<InputError>([&] { read_file(folder.path()); }).find(folder.path().string()), std::string::npos);
  EXPECT_NE(message_of<InputError>([&] { MappedFile mapped(folder.path()); }).find("it is a folder"),
            std::string::npos);
}

TEST(Files, KeepTheirOldContentWhenTheNewCannotBeWritten) {
  const TemporaryFolder folder;
  EXPECT_NE(
      message_of<SystemError>([&] { write_file_atomically(folder / "no/such/place", "x"); }).find("no/such/place"),
      std::string::npos);
  // A folder with something in it cannot be replaced by a file.
  fs::create_directories(folder / "taken/inside");
  EXPECT_NE(message_of<SystemError>([&] { write_file_atomically(folder / "taken", "x"); }).find("cannot write"),
            std::string::npos);
  EXPECT_TRUE(fs::is_directory(folder / "taken/inside"));
  EXPECT_EQ(files_in(folder.path()), 1u) << "no temporary file stays";
}

TEST(MappedFile, GivesTheBytesAndMoves) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a", "hello");
  MappedFile first(folder / "a");
  EXPECT_EQ(first.text(), "hello");
  MappedFile second = std::move(first);
  EXPECT_EQ(second.text(), "hello");
  MappedFile third;
  third = std::move(second);
  EXPECT_EQ(third.bytes().size(), 5u);
}

TEST(MappedFile, IsEmptyForAnEmptyFile) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "empty", "");
  EXPECT_TRUE(MappedFile(folder / "empty").bytes().empty());
  EXPECT_TRUE(MappedFile().bytes().empty());
}

}  // namespace
}  // namespace nascent
