#include "data/csv_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "data/gzip.h"
#include "nascent/core/error.h"

namespace nascent {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct Signature {
  std::string_view bytes;
  std::string_view meaning;
};

/// What people hand over by mistake, by the first bytes.
constexpr std::array kSignatures{
    Signature{"PK\3\4"sv, "a zip archive or an Excel workbook; unpack it, or export the sheet as CSV"},
    Signature{"\xD0\xCF\x11\xE0"sv, "an old Excel workbook; export the sheet as CSV"},
    Signature{"PAR1"sv, "a Parquet file; export it as CSV"},
    Signature{"\x89PNG"sv, "a PNG picture; give a CSV file or a folder of pictures"},
    Signature{"\xFF\xD8\xFF"sv, "a JPEG picture; give a CSV file or a folder of pictures"},
    Signature{"%PDF"sv, "a PDF document; export the table as CSV"},
    Signature{"SQLite format 3"sv, "an SQLite database; export the table as CSV"},
    Signature{"BZh"sv, "compressed with bzip2; unpack it or compress it with gzip"},
    Signature{"\xFD"
              "7zXZ"sv,
              "compressed with xz; unpack it or compress it with gzip"},
    Signature{"\x28\xB5\x2F\xFD"sv, "compressed with zstd; unpack it or compress it with gzip"},
    Signature{"\xFF\xFE"sv, "text in UTF-16; save it as UTF-8"},
    Signature{"\xFE\xFF"sv, "text in UTF-16; save it as UTF-8"},
};

/// True for the bytes that no text has: control characters other than tab, line breaks, form feed and escape.
bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\x1B';
}

void require_text(std::string_view text, const std::filesystem::path& path) {
  const std::string not_csv = path.string() + " does not look like CSV: it ";
  for (const Signature& signature : kSignatures) {
    if (text.starts_with(signature.bytes)) {
      throw InputError(not_csv + "is " + std::string(signature.meaning));
    }
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    const auto line = 1 + std::ranges::count(text.substr(0, nul), '\n');
    throw InputError(not_csv + "is a binary file (a NUL byte in line " + std::to_string(line) +
                     "); give a text file with a header line");
  }
  const std::string_view sample = text.substr(0, 1 << 16);
  const auto controls = static_cast<std::size_t>(std::ranges::count_if(sample, is_control));
  constexpr std::size_t kTolerated = 100;  // one byte in so many
  if (controls * kTolerated > sample.size()) {
    throw InputError(not_csv + "is a binary file (full of control characters); give a text file with a header line");
  }
}

/// The length of the UTF-8 sequence at the front (1 to 4), or 0 if there is none.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead >> 5 == 0x6 ? 2 : lead >> 4 == 0xE ? 3 : lead >> 3 == 0x1E ? 4 : 0;
  if (length == 0 || length > text.size() || lead == 0xC0 || lead == 0xC1 || lead > 0xF4) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  }
  const auto second = static_cast<unsigned char>(length > 1 ? text[1] : 0);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool out_of_range = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
  return overlong || out_of_range ? 0 : length;
}

bool is_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::uint64_t eight = 0;
    if (at + sizeof eight <= text.size()) {
      std::memcpy(&eight, text.data() + at, sizeof eight);
      if ((eight & 0x8080808080808080ULL) == 0) {
        at += sizeof eight;
        continue;
      }
    }
    const std::size_t length = sequence_length(text.substr(at));
    if (length == 0) return false;
    at += length;
  }
  return true;
}

/// The code points of the bytes 0x80 to 0x9F in Windows-1252; the five that are not assigned stay what they are.
constexpr std::array<std::uint16_t, 32> kWindows1252{0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                     0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
                                                     0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                     0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

std::string from_windows_1252(std::string_view text) {
  std::string result;
  result.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const unsigned code = byte >= 0x80 && byte < 0xA0 ? kWindows1252[byte - 0x80U] : byte;
    if (code < 0x80) {
      result.push_back(c);
    } else if (code < 0x800) {
      result.push_back(static_cast<char>(0xC0U | code >> 6U));
      result.push_back(static_cast<char>(0x80U | (code & 0x3FU)));
    } else {
      result.push_back(static_cast<char>(0xE0U | code >> 12U));
      result.push_back(static_cast<char>(0x80U | (code >> 6U & 0x3FU)));
      result.push_back(static_cast<char>(0x80U | (code & 0x3FU)));
    }
  }
  return result;
}

}  // namespace

CsvText::CsvText(const std::filesystem::path& path) : file_(path), view_(file_.text()) {
  if (is_gzip(file_.bytes())) {
    memory_ = unpack_gzip(file_.bytes(), path);
    file_ = MappedFile();
    view_ = memory_;
  }
  require_text(view_, path);
  if (view_.starts_with(kByteOrderMark)) view_.remove_prefix(kByteOrderMark.size());
  if (view_.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    throw InputError(path.string() + " is empty; a header line and rows are needed");
  }
  if (!is_utf8(view_)) {
    memory_ = from_windows_1252(view_);
    file_ = MappedFile();
    view_ = memory_;
  }
}

}  // namespace nascent
