#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace nascent {

/// Numbers for what flows through one channel: two channels have the same number only if they always hold the same
/// values (value numbering, as compilers do it). Sums and scaled channels are kept as linear combinations, so that
/// terms may come in any order and two halves are a whole.
class ChannelValues {
 public:
  static constexpr int kUnknown = -1;  ///< equals nothing, not even itself
  static constexpr int kZero = 0;

  /// What may be done to one channel without learned numbers. All of it makes zeros of zeros.
  enum class Function : std::uint8_t { kRelu, kOtherActivation, kMaxPool, kAveragePool, kMean, kPosition, kDropout };
  struct Call {
    Function function = Function::kRelu;
    std::int64_t a = 0, b = 0, c = 0;  ///< its arguments
    auto operator<=>(const Call&) const = default;
  };
  using Term = std::pair<int, double>;  ///< a value and its coefficient

  ChannelValues() : facts_(1, Facts{.non_negative = true, .terms = {}}) {}

  /// The value that a layer with learned numbers (or the input) gives in this channel.
  int made_by(int node, int channel, bool non_negative);
  int call(const Call& call, int value);
  int sum(std::span<const Term> terms);
  int scaled(int value, double factor);

  bool is_non_negative(int value) const { return value >= 0 && facts_[static_cast<std::size_t>(value)].non_negative; }

 private:
  struct Facts {
    bool non_negative = false;
    std::vector<Term> terms;  ///< of a linear combination; empty otherwise
  };

  int add(Facts facts);

  std::vector<Facts> facts_;
  std::map<std::pair<int, int>, int> made_;
  std::map<std::pair<Call, int>, int> calls_;
  std::map<std::vector<Term>, int> sums_;
};

}  // namespace nascent
