#include "data/date_time.h"

#include <array>
#include <cctype>
#include <chrono>
#include <string>

#include "nascent/core/error.h"

namespace nascent {
namespace {

constexpr std::array<std::string_view, 16> kLayouts{
    "YYYY-MM-DD", "YYYY/MM/DD", "YYYY.MM.DD", "DD.MM.YYYY", "MM/DD/YYYY",  "DD/MM/YYYY", "DD-MM-YYYY",  "MM-DD-YYYY",
    "DD.MM.YY",   "MM/DD/YY",   "DD/MM/YY",   "YYYYMMDD",   "DD Mon YYYY", "DD Mon YY",  "Mon DD YYYY", "hh:mm"};
constexpr std::array<std::string_view, 8> kParts{"year", "month", "day", "weekday", "hour", "minute", "days", "time"};
constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr int kFirstYearOfShort = 1970;  // 70 to 99 are 19.., 00 to 69 are 20..

/// Eats a text from the front; every step says whether it succeeded.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }

  bool character(char wanted) {
    if (!text_.starts_with(wanted)) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool any_of(std::string_view wanted) {
    if (text_.empty() || wanted.find(text_.front()) == std::string_view::npos) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool number(std::size_t fewest, std::size_t most, int& value) {
    std::size_t digits = 0;
    value = 0;
    while (digits < most && digits < text_.size() && is_digit(text_[digits]))
      value = value * 10 + (text_[digits++] - '0');
    text_.remove_prefix(digits);
    return digits >= fewest;
  }

  /// "Jan", "January", "JAN."
  bool month(int& value) {
    std::size_t letters = 0;
    std::string word;
    while (letters < text_.size() && std::isalpha(static_cast<unsigned char>(text_[letters])) != 0) {
      word.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(text_[letters++]))));
    }
    if (letters < 3 || letters > std::string_view("september").size()) return false;
    for (std::size_t m = 0; m < kMonths.size(); ++m) {
      if (!word.starts_with(kMonths[m])) continue;
      value = static_cast<int>(m) + 1;
      text_.remove_prefix(letters);
      character('.');
      return true;
    }
    return false;
  }

  /// hh:mm[:ss[.fraction]] [AM|PM] [Z|+hh:mm], to the end.
  bool time(DateTime& moment) {
    if (!number(1, 2, moment.hour) || !character(':') || !number(2, 2, moment.minute)) return false;
    if (character(':')) {
      int whole = 0;
      if (!number(2, 2, whole)) return false;
      moment.second = whole;
      if (any_of(".,")) {
        double place = 0.1;
        for (; !text_.empty() && is_digit(text_.front()); text_.remove_prefix(1), place *= 0.1) {
          moment.second += place * (text_.front() - '0');
        }
      }
    }
    while (character(' ')) {
    }
    if (!half_day(moment.hour) || !zone()) return false;
    moment.has_time = true;
    return at_end() && moment.hour < 24 && moment.minute < 60 && moment.second < 61.0;
  }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  bool half_day(int& hour) {
    if (text_.size() < 2 || std::tolower(static_cast<unsigned char>(text_[1])) != 'm') return true;
    const int half = std::tolower(static_cast<unsigned char>(text_.front()));
    if ((half != 'a' && half != 'p') || hour < 1 || hour > 12) return false;
    hour = hour % 12 + (half == 'p' ? 12 : 0);
    text_.remove_prefix(2);
    return true;
  }

  bool zone() {
    if (at_end() || any_of("Zz")) return true;
    int ignored = 0;
    if (!any_of("+-") || !number(2, 2, ignored)) return false;
    character(':');
    number(0, 2, ignored);
    return true;
  }

  std::string_view text_;
};

bool read_year(Reader& reader, bool is_short, int& year) {
  if (!is_short) return reader.number(4, 4, year);
  if (!reader.number(2, 2, year)) return false;
  year += year < kFirstYearOfShort % 100 ? 2000 : 1900;
  return true;
}

/// Follows the letters of a layout; other characters stand for themselves, a blank for blanks, '-' or ','.
bool read_date(Reader& reader, std::string_view layout, DateTime& moment) {
  const bool is_packed = layout == "YYYYMMDD";
  while (!layout.empty()) {
    const auto take = [&](std::string_view letters) {
      if (!layout.starts_with(letters)) return false;
      layout.remove_prefix(letters.size());
      return true;
    };
    bool fits = false;
    if (take("YYYY")) {
      fits = read_year(reader, false, moment.year);
    } else if (take("YY")) {
      fits = read_year(reader, true, moment.year);
    } else if (take("Mon")) {
      fits = reader.month(moment.month);
    } else if (take("MM")) {
      fits = reader.number(is_packed ? 2 : 1, 2, moment.month);
    } else if (take("DD")) {
      fits = reader.number(is_packed ? 2 : 1, 2, moment.day);
    } else if (take(" ")) {
      fits = reader.any_of(" -,");
      while (reader.any_of(" -,")) {
      }
    } else {
      fits = reader.character(layout.front());
      layout.remove_prefix(1);
    }
    if (!fits) return false;
  }
  moment.has_date = true;
  return std::chrono::year_month_day(std::chrono::year(moment.year), std::chrono::month(unsigned(moment.month)),
                                     std::chrono::day(unsigned(moment.day)))
      .ok();
}

std::chrono::sys_days days_of(const DateTime& moment) {
  return std::chrono::year_month_day(std::chrono::year(moment.year), std::chrono::month(unsigned(moment.month)),
                                     std::chrono::day(unsigned(moment.day)));
}

}  // namespace

std::span<const std::string_view> date_layouts() { return kLayouts; }

std::span<const std::string_view> date_parts() { return kParts; }

std::optional<DateTime> parse_date_time(std::string_view cell, std::string_view layout) {
  Reader reader(cell);
  DateTime moment;
  if (layout == "hh:mm") return reader.time(moment) ? std::optional(moment) : std::nullopt;
  if (!read_date(reader, layout, moment)) return std::nullopt;
  if (reader.at_end()) return moment;
  reader.character(',');
  if (!reader.any_of("T t")) return std::nullopt;
  while (reader.character(' ')) {
  }
  // Some programs write the time without colons after a packed date: 20141013T000000.
  if (layout == "YYYYMMDD") {
    Reader packed = reader;
    int second = 0;
    if (packed.number(2, 2, moment.hour) && packed.number(2, 2, moment.minute) && packed.number(2, 2, second) &&
        packed.at_end() && moment.hour < 24 && moment.minute < 60 && second < 61) {
      moment.second = second;
      moment.has_time = true;
      return moment;
    }
  }
  return reader.time(moment) ? std::optional(moment) : std::nullopt;
}

double part_of(const DateTime& moment, std::string_view part) {
  const double hours = moment.hour + moment.minute / 60.0 + moment.second / 3600.0;
  if (part == "year") return moment.year;
  if (part == "month") return moment.month;
  if (part == "day") return moment.day;
  if (part == "weekday") return std::chrono::weekday(days_of(moment)).iso_encoding() - 1;
  if (part == "hour") return moment.hour;
  if (part == "minute") return moment.minute;
  if (part == "time") return hours;
  if (part == "days") return static_cast<double>(days_of(moment).time_since_epoch().count()) + hours / 24.0;
  throw InternalError("a date has no part " + std::string(part));
}

}  // namespace nascent
