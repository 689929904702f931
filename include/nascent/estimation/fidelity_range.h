#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace nascent {

/// What a scheduler gives less of, and between what bounds.
struct FidelityRange {
  std::string axis;    ///< in the plural ("epochs"); empty: there is nothing to give less of
  double least = 0.0;  ///< the smallest amount that says something, above 0
  double most = 0.0;   ///< of the full evaluation, above `least`

  FidelityRange() = default;
  FidelityRange(std::string the_axis, double the_least, double the_most)
      : axis(std::move(the_axis)), least(the_least), most(the_most) {}

  bool operator==(const FidelityRange&) const = default;
};

/// Reads "epochs=0.5:6", the value of the option --fidelity. Throws `InputError` that quotes anything else and shows
/// the `examples`.
FidelityRange parse_fidelity_range(const std::string& text, std::string_view examples);

}  // namespace nascent
