#include "automl/thinning.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "nascent/architecture/zero_cost_names.h"
#include "nascent/core/error.h"
#include "run/fidelity_axes.h"

namespace nascent {
namespace {

constexpr std::size_t kFewest = 8;

}  // namespace

Thinning::Thinning(const std::string& text) : text_(text) {
  if (text.empty()) return;
  const std::size_t colon = std::min(text.find(':'), text.size());
  score_ = text.substr(0, colon);
  if (std::ranges::find(kZeroCostScores, score_) == kZeroCostScores.end())
    throw InputError(
        fmt::format("--thin: there is no score \"{}\"; there are {}", score_, fmt::join(kZeroCostScores, ", ")));
  const std::string share = colon < text.size() ? text.substr(colon + 1) : "0.5";
  const auto [end, error] = std::from_chars(share.data(), share.data() + share.size(), share_);
  if (error != std::errc() || end != share.data() + share.size() || !(share_ > 0.0 && share_ < 1.0))
    throw InputError(fmt::format(
        "--thin: \"{}\" is not a share of the candidates; write {}:0.3 to leave out three in ten", share, score_));
}

Json Thinning::to_payload() const {
  if (score_.empty()) return nullptr;
  const std::optional<double> bound = least();
  return {{"score", score_}, {"least", bound ? Json(*bound) : Json()}};
}

void Thinning::observe(const Trial& trial) {
  const auto score = trial.details.is_object() ? trial.details.find(kScoreBeforeTraining) : trial.details.end();
  if (score_.empty() || score == trial.details.end() || !score->is_number()) return;
  const double value = *score;
  seen_.insert(std::ranges::upper_bound(seen_, value), value);
}

std::optional<double> Thinning::least() const {
  if (seen_.size() < kFewest) return {};
  return seen_[static_cast<std::size_t>(share_ * static_cast<double>(seen_.size()))];
}

}  // namespace nascent
