#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "nascent/core/files.h"

namespace nascent {

/// The text of a CSV file as UTF-8 without byte-order mark: mapped where it can be used as it lies, in memory where it
/// had to be unpacked or translated (a file that is no UTF-8 is taken for Windows-1252, which includes Latin-1).
///
/// Throws `InputError` naming the file: not there, empty, a damaged gzip, or no text at all, with what it looks like.
class CsvText {
 public:
  explicit CsvText(const std::filesystem::path& path);
  CsvText(const CsvText&) = delete;
  CsvText& operator=(const CsvText&) = delete;

  std::string_view view() const { return view_; }

 private:
  MappedFile file_;
  std::string memory_;
  std::string_view view_;
};

}  // namespace nascent
