#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace nascent {

struct PictureFile {
  std::filesystem::path path;
  std::string label;  ///< name of the class; empty if there is none
};

/// The picture files of a folder in the order of their names, without what is hidden.
struct PictureFolder {
  std::vector<PictureFile> training;
  std::vector<PictureFile> test;
  std::vector<std::string> notes;
};

/// Sub-folders with pictures are classes, and may lie in sub-folders `train` and `test`; pictures right in the folder
/// have no class and are training pictures only if no sub-folder holds any. Files of other kinds are left out with a
/// note. Throws `InputError` if the folder cannot be read.
PictureFolder list_pictures(const std::filesystem::path& folder);

}  // namespace nascent
