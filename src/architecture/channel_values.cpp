#include "architecture/channel_values.h"

#include <cmath>

namespace nascent {
namespace {

using Function = ChannelValues::Function;

bool is_linear(Function function) {
  return function == Function::kAveragePool || function == Function::kMean || function == Function::kPosition;
}

bool keeps_sign(Function function) { return function != Function::kOtherActivation && function != Function::kRelu; }

/// f(c x) = c f(x) for c > 0.
bool scales(Function function) { return function != Function::kOtherActivation; }

}  // namespace

int ChannelValues::add(Facts facts) {
  facts_.push_back(std::move(facts));
  return static_cast<int>(facts_.size()) - 1;
}

int ChannelValues::made_by(int node, int channel, bool non_negative) {
  const auto [entry, is_new] = made_.try_emplace({node, channel}, 0);
  if (is_new) entry->second = add({.non_negative = non_negative, .terms = {}});
  return entry->second;
}

int ChannelValues::call(const Call& call, int value) {
  if (value == kUnknown || value == kZero) return value;
  if (call.function == Function::kRelu && is_non_negative(value)) return value;
  if (const std::vector<Term> terms = facts_[static_cast<std::size_t>(value)].terms; !terms.empty()) {
    if (is_linear(call.function) || (terms.size() == 1 && terms[0].second > 0.0 && scales(call.function))) {
      std::vector<Term> results;
      for (const auto& [term, factor] : terms) results.emplace_back(this->call(call, term), factor);
      return sum(results);
    }
  }
  const auto [entry, is_new] = calls_.try_emplace({call, value}, 0);
  if (is_new) {
    const bool non_negative = call.function == Function::kRelu || (keeps_sign(call.function) && is_non_negative(value));
    entry->second = add({.non_negative = non_negative, .terms = {}});
  }
  return entry->second;
}

int ChannelValues::sum(std::span<const Term> terms) {
  std::map<int, double> factors;
  for (const auto& [value, factor] : terms) {
    if (value == kUnknown) return kUnknown;
    if (value == kZero) continue;
    const std::vector<Term>& inner = facts_[static_cast<std::size_t>(value)].terms;
    if (inner.empty()) factors[value] += factor;
    for (const auto& [term, inner_factor] : inner) factors[term] += factor * inner_factor;
  }
  std::vector<Term> combined;
  bool non_negative = true;
  for (auto [value, factor] : factors) {
    if (std::abs(factor) < 1e-12) continue;
    if (std::abs(factor - 1.0) < 1e-12) factor = 1.0;  // three thirds
    combined.emplace_back(value, factor);
    non_negative = non_negative && factor > 0.0 && is_non_negative(value);
  }
  if (combined.empty()) return kZero;
  if (combined.size() == 1 && combined[0].second == 1.0) return combined[0].first;
  const auto [entry, is_new] = sums_.try_emplace(combined, 0);
  if (is_new) entry->second = add({.non_negative = non_negative, .terms = std::move(combined)});
  return entry->second;
}

int ChannelValues::scaled(int value, double factor) {
  const Term term{value, factor};
  return sum({&term, 1});
}

}  // namespace nascent
