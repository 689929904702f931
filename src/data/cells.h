#pragma once

#include <optional>
#include <string_view>

#include "nascent/data/csv.h"

/// What a single cell says.
namespace nascent {

/// Without blanks and line breaks at both ends.
std::string_view trimmed(std::string_view cell);

/// A number as people and programs write it: 12, -3.5, +1e-3, .5, 1,234.50, $12, 12 €, 45 %; with `decimal_comma` 3,5
/// and 1.234,50 instead. A percent sign or currency is dropped, not computed with. NaN for what is infinite or too
/// large for a float, from which nothing can be learned. Empty if the cell is no number.
std::optional<double> parse_number(std::string_view cell, bool decimal_comma = false);

}  // namespace nascent
