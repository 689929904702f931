#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nascent {

/// The candidates that a person may have meant, nearest first: edit distance (case ignored) of at most a third of the
/// length, or one is a part of the other. At most `limit` of them.
std::vector<std::string> near_matches(std::string_view word, std::span<const std::string> candidates,
                                      std::size_t limit = 3);

/// "; did you mean income?" or "; did you mean lr, lr_min or learning_rate?"; empty when nothing is near.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace nascent
