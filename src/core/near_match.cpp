#include "nascent/core/near_match.h"

#include <algorithm>
#include <cctype>

namespace nascent {
namespace {

std::string lower_case(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lowered;
}

/// Levenshtein distance.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

std::vector<std::string> near_matches(std::string_view word, std::span<const std::string> candidates,
                                      std::size_t limit) {
  const std::string wanted = lower_case(word);
  std::vector<std::pair<std::size_t, std::string>> found;
  for (const std::string& candidate : candidates) {
    const std::string lowered = lower_case(candidate);
    const std::size_t distance = edit_distance(wanted, lowered);
    const bool contained = wanted.size() >= 3 && lowered.size() >= 3 &&
                           (lowered.find(wanted) != std::string::npos || wanted.find(lowered) != std::string::npos);
    if (contained || distance <= std::max<std::size_t>(1, std::max(wanted.size(), lowered.size()) / 3))
      found.emplace_back(distance, candidate);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  if (found.size() > limit) found.resize(limit);
  std::vector<std::string> names;
  for (auto& [distance, name] : found) names.push_back(std::move(name));
  return names;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const std::vector<std::string> names = near_matches(word, candidates);
  if (names.empty()) return "";
  std::string sentence = "; did you mean ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) sentence += i + 1 == names.size() ? " or " : ", ";
    sentence += "\"" + names[i] + "\"";
  }
  return sentence + "?";
}

}  // namespace nascent
