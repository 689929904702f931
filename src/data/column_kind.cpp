#include "data/column_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "data/category_index.h"
#include "data/cells.h"
#include "data/column_profile.h"
#include "data/date_time.h"
#include "nascent/core/error.h"

namespace nascent {
namespace {

// Names of columns that number the rows, if every value differs.
constexpr std::array<std::string_view, 15> kRowNames{"key",      "index",   "idx",    "row",    "rows",
                                                     "rowid",    "rownum",  "sno",    "obs",    "row_number",
                                                     "rownames", "rowname", "record", "serial", "observation"};
// Names of columns that identify something, besides those that end in "id" as a word of its own.
constexpr std::array<std::string_view, 4> kIdNames{"id", "uid", "uuid", "guid"};

constexpr double kNearlyAll = 0.9;             // values that are different, from which a column identifies its rows
constexpr double kReadableDates = 0.99;        // a few slips are taken as missing
constexpr std::size_t kFewRows = 10;           // with fewer, a column of different words proves nothing
constexpr std::size_t kFewCategories = 12;     // always a category
constexpr std::size_t kManyCategories = 1000;  // or one in a hundred rows, whichever is more
constexpr double kRowsPerCategory = 3.0;       // on average, from which something can be learned about each
constexpr double kWordsOfText = 3.0;           // on average, from which a column is free text
constexpr double kLettersOfText = 40.0;

std::string lower_case(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lowered;
}

enum class NameHint { kNone, kRowNumber, kIdentifier };

/// "PassengerId", "customer_id", "order id" and "ID" identify something; "index", "Unnamed: 0" and columns without a
/// name are what programs write that number their rows.
NameHint hint_of(const std::string& name, std::size_t position) {
  const std::string lowered = lower_case(name);
  if (std::ranges::find(kIdNames, lowered) != kIdNames.end()) return NameHint::kIdentifier;
  if (lowered.ends_with("id") && lowered.size() > 2) {
    const char before = name[name.size() - 3];
    const bool separated = std::isalnum(static_cast<unsigned char>(before)) == 0;
    const bool camel = name[name.size() - 2] == 'I' && std::islower(static_cast<unsigned char>(before)) != 0;
    if (separated || camel) return NameHint::kIdentifier;
  }
  const bool nameless = lowered == "column_" + std::to_string(position + 1) || lowered.starts_with("unnamed:");
  const bool numbers_rows = nameless || std::ranges::find(kRowNames, lowered) != kRowNames.end();
  return numbers_rows ? NameHint::kRowNumber : NameHint::kNone;
}

bool works_as_category(std::size_t different, std::size_t present) {
  if (present < kFewRows) return true;
  const auto d = static_cast<double>(different);
  const auto n = static_cast<double>(present);
  if (d >= kNearlyAll * n) return false;
  if (different <= kFewCategories) return true;
  return n / d >= kRowsPerCategory && different <= std::max(kManyCategories, present / 100);
}

bool is_yes_or_no(const DistinctCells& distinct) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kPairs{
      {{"no", "yes"}, {"n", "y"}, {"false", "true"}, {"f", "t"}, {"off", "on"}}};
  if (distinct.size() != 2) return false;
  std::string first = lower_case(distinct.texts[0]);
  std::string second = lower_case(distinct.texts[1]);
  if (second < first) std::swap(first, second);
  return std::ranges::find(kPairs, std::pair<std::string_view, std::string_view>(first, second)) != kPairs.end();
}

struct DateReading {
  std::string_view layout;
  std::vector<std::string> parts;
  std::size_t unreadable = 0;
};

/// The parts that tell rows apart. One number for the whole is always among them.
std::vector<std::string> varying_parts(const DistinctCells& distinct, std::string_view layout) {
  std::vector<DateTime> moments;
  for (const std::string_view text : distinct.texts) {
    if (const auto moment = parse_date_time(text, layout)) moments.push_back(*moment);
  }
  const bool has_date = moments.front().has_date;
  std::vector<std::string> parts;
  for (const std::string_view part : date_parts()) {
    if (part == (has_date ? "time" : "days")) continue;
    const double first = part_of(moments.front(), part);
    const bool varies = std::ranges::any_of(moments, [&](const DateTime& m) { return part_of(m, part) != first; });
    if (varies) parts.emplace_back(part);
  }
  return parts;
}

std::optional<DateReading> read_as_dates(const DistinctCells& distinct, std::span<const std::string_view> layouts) {
  std::size_t present = 0;
  for (const std::size_t count : distinct.counts) present += count;
  std::optional<DateReading> best;
  for (const std::string_view layout : layouts) {
    const auto most = static_cast<std::size_t>((1.0 - kReadableDates) * static_cast<double>(present));
    std::size_t unreadable = 0;
    for (std::size_t i = 0; i < distinct.size() && unreadable <= most; ++i) {
      if (!parse_date_time(distinct.texts[i], layout)) unreadable += distinct.counts[i];
    }
    if (unreadable > most || (best && best->unreadable <= unreadable)) continue;
    best = DateReading{.layout = layout, .parts = {}, .unreadable = unreadable};
  }
  if (best) best->parts = varying_parts(distinct, best->layout);
  return best && !best->parts.empty() ? best : std::nullopt;
}

/// Decides for one column; each step gives an answer or leaves it to the next.
class ColumnInference {
 public:
  ColumnInference(const CsvTable& csv, std::size_t column)
      : csv_(csv), position_(column), cells_(csv.column(column)), profile_(profile_column(cells_)) {
    schema_.name = csv.names()[column];
  }

  ColumnSchema infer() && {
    if (profile_.present() == 0) return constant("every cell is missing");
    if (is_mostly_numbers(profile_, cells_)) return numbers();
    return words();
  }

  ColumnSchema as_category() && {
    const DistinctCells distinct = distinct_cells(cells_);
    if (distinct.size() == 0) {
      throw InputError(fmt::format("column \"{}\" of {} cannot be a category: every cell is missing", schema_.name,
                                   csv_.path().string()));
    }
    return category(distinct);
  }

  ColumnSchema as_number() && {
    if (profile_.numbers <= profile_.others) {
      const bool all_missing = profile_.present() == 0;
      const std::string where = all_missing ? "every cell is missing"
                                            : fmt::format("line {} holds \"{}\"", csv_.line(profile_.first_other),
                                                          cells_[profile_.first_other]);
      throw InputError(
          fmt::format("column \"{}\" of {} cannot be read as numbers: {}", schema_.name, csv_.path().string(), where));
    }
    return number();
  }

 private:
  ColumnSchema finish(ColumnKind kind, const std::string& reason) {
    schema_.kind = kind;
    note(reason);
    if (profile_.missing > 0 && profile_.present() > 0) {
      note(count_and_share(profile_.missing, profile_.rows) + (profile_.missing == 1 ? " is missing" : " are missing"));
    }
    return std::move(schema_);
  }

  void note(const std::string& sentence) {
    if (sentence.empty()) return;
    schema_.note += (schema_.note.empty() ? "" : "; ") + sentence;
  }

  ColumnSchema constant(const std::string& reason) { return finish(ColumnKind::kConstant, reason); }

  ColumnSchema number() {
    schema_.decimal_comma = profile_.decimal_comma;
    std::string slips;
    if (profile_.others > 0) {
      slips = fmt::format("{} no number (the first, \"{}\", in line {}) and count as missing",
                          count_and_share(profile_.others, profile_.rows) + (profile_.others == 1 ? " is" : " are"),
                          trimmed(cells_[profile_.first_other]), csv_.line(profile_.first_other));
    }
    return finish(ColumnKind::kNumber, slips);
  }

  ColumnSchema category(const DistinctCells& distinct) {
    schema_.categories = sorted_categories(distinct.texts);
    return finish(is_yes_or_no(distinct) ? ColumnKind::kBoolean : ColumnKind::kCategory, "");
  }

  ColumnSchema date(DateReading reading) {
    schema_.date_format = reading.layout;
    schema_.date_parts = std::move(reading.parts);
    std::string slips;
    if (reading.unreadable > 0) {
      slips = count_and_share(reading.unreadable, profile_.rows) + " cannot be read as " + schema_.date_format +
              " and count as missing";
    }
    return finish(ColumnKind::kDateTime, slips);
  }

  ColumnSchema numbers() {
    const bool one_value = profile_.lowest == profile_.highest && profile_.others == 0;
    if (one_value && profile_.missing == 0) {
      return constant(fmt::format("every cell is {}", trimmed(cells_.front())));
    }
    // One value or none at all: that it is there is all it says.
    if (one_value) return category(distinct_cells(cells_));
    const NameHint hint = hint_of(schema_.name, position_);
    if (profile_.whole && profile_.others == 0 && hint != NameHint::kNone) {
      const DistinctCells distinct = distinct_cells(cells_);
      if (distinct.size() == profile_.present()) {
        return finish(ColumnKind::kIdentifier,
                      "every row has another value, and the name says that it numbers the rows");
      }
      // Numbers that name something (a shop, a district) have no order.
      if (hint == NameHint::kIdentifier) {
        return works_as_category(distinct.size(), profile_.present()) ? category(distinct) : left_out(distinct);
      }
    }
    if (auto reading = packed_dates()) return date(std::move(*reading));
    if (profile_.counts_up && position_ == 0 && profile_.rows >= kFewRows) {
      note(fmt::format("counts up from {:.0f} row by row; leave it out if it only numbers the rows", profile_.lowest));
    }
    return number();
  }

  /// Whole numbers that are all dates written as 20240131.
  std::optional<DateReading> packed_dates() const {
    if (!profile_.whole || profile_.others > 0 || profile_.lowest < 19000101 || profile_.highest > 20991231) return {};
    const DistinctCells distinct = distinct_cells(cells_);
    // Of eight-digit numbers at random, four in a hundred are dates.
    if (distinct.size() < 4) return {};
    constexpr std::array<std::string_view, 1> kPacked{"YYYYMMDD"};
    auto reading = read_as_dates(distinct, kPacked);
    return reading && reading->unreadable == 0 ? reading : std::nullopt;
  }

  ColumnSchema words() {
    const DistinctCells distinct = distinct_cells(cells_);
    if (distinct.size() == 1 && profile_.missing == 0) {
      return constant(fmt::format("every cell is \"{}\"", distinct.texts.front()));
    }
    if (auto reading = read_as_dates(distinct, date_layouts())) return date(std::move(*reading));
    if (works_as_category(distinct.size(), profile_.present())) return category(distinct);
    return left_out(distinct);
  }

  /// Too many values for a category: sentences, names of single things, or something between.
  ColumnSchema left_out(const DistinctCells& distinct) {
    double letters = 0.0;
    double words = 0.0;
    for (const std::string_view text : distinct.texts) {
      letters += static_cast<double>(text.size());
      words += 1.0 + static_cast<double>(std::ranges::count(text, ' '));
    }
    const auto d = static_cast<double>(distinct.size());
    const std::string amount = fmt::format("{} different values in {} rows", distinct.size(), profile_.present());
    if (words / d >= kWordsOfText || letters / d >= kLettersOfText) {
      return finish(ColumnKind::kText, "free text (" + amount + ")");
    }
    const bool unique = d >= kNearlyAll * static_cast<double>(profile_.present());
    return finish(ColumnKind::kIdentifier,
                  unique ? "(nearly) every row has another value (" + amount + ")"
                         : amount + " are too many to learn something about each; name it as categorical to keep it");
  }

  const CsvTable& csv_;
  std::size_t position_;
  const Cells& cells_;
  ColumnProfile profile_;
  ColumnSchema schema_;
};

}  // namespace

ColumnSchema infer_column(const CsvTable& csv, std::size_t column) { return ColumnInference(csv, column).infer(); }

ColumnSchema category_column(const CsvTable& csv, std::size_t column) {
  return ColumnInference(csv, column).as_category();
}

ColumnSchema number_column(const CsvTable& csv, std::size_t column) { return ColumnInference(csv, column).as_number(); }

}  // namespace nascent
