#include "data/column_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "data/cells.h"

namespace nascent {
namespace {

ColumnProfile profile_as(const Cells& cells, bool decimal_comma) {
  ColumnProfile profile{.rows = cells.size(), .decimal_comma = decimal_comma};
  for (std::size_t row = 0; row < cells.size(); ++row) {
    const std::string_view cell = trimmed(cells[row]);
    if (is_missing(cell)) {
      ++profile.missing;
      continue;
    }
    const auto value = parse_number(cell, decimal_comma);
    if (!value) {
      if (profile.others++ == 0) profile.first_other = row;
    } else if (std::isnan(*value)) {
      ++profile.missing;
    } else {
      profile.counts_up =
          profile.counts_up && (profile.numbers == 0 || *value == profile.lowest + static_cast<double>(row));
      ++profile.numbers;
      profile.whole = profile.whole && *value == std::floor(*value);
      profile.lowest = std::min(profile.lowest, *value);
      profile.highest = std::max(profile.highest, *value);
    }
  }
  profile.counts_up = profile.counts_up && profile.numbers == profile.rows;
  return profile;
}

}  // namespace

ColumnProfile profile_column(const Cells& cells) {
  ColumnProfile with_point = profile_as(cells, false);
  if (with_point.others == 0) return with_point;
  const bool has_comma = cells[with_point.first_other].find(',') != std::string_view::npos;
  if (!has_comma) return with_point;
  const ColumnProfile with_comma = profile_as(cells, true);
  return with_comma.others == 0 ? with_comma : with_point;
}

DistinctCells distinct_cells(const Cells& cells) {
  DistinctCells distinct;
  std::unordered_map<std::string_view, std::size_t> positions;
  for (const std::string_view raw : cells) {
    const std::string_view cell = trimmed(raw);
    if (is_missing(cell)) continue;
    const auto [found, is_new] = positions.emplace(cell, distinct.texts.size());
    if (is_new) {
      distinct.texts.push_back(cell);
      distinct.counts.push_back(0);
    }
    ++distinct.counts[found->second];
  }
  return distinct;
}

bool is_mostly_numbers(const ColumnProfile& profile, const Cells& cells) {
  if (profile.numbers == 0) return false;
  if (profile.others == 0) return true;
  constexpr std::size_t kManyNumbers = 20;
  const double share = static_cast<double>(profile.numbers) / static_cast<double>(profile.present());
  if (share < 0.5) return false;
  std::size_t different_numbers = 0;
  std::size_t different_others = 0;
  for (const std::string_view text : distinct_cells(cells).texts) {
    ++(parse_number(text, profile.decimal_comma) ? different_numbers : different_others);
  }
  if (different_numbers <= kManyNumbers) return share >= 0.99 && different_numbers > kManyNumbers / 2;
  return share >= 0.95 || different_others == 1;
}

std::string count_and_share(std::size_t count, std::size_t rows) {
  const double percent = 100.0 * static_cast<double>(count) / static_cast<double>(std::max<std::size_t>(rows, 1));
  return fmt::format("{} {} ({})", count, count == 1 ? "cell" : "cells",
                     percent < 0.1 ? std::string("under 0.1 %") : fmt::format("{:.1f} %", percent));
}

}  // namespace nascent
