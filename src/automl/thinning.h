#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nascent/core/json.h"
#include "nascent/trial/trial.h"

namespace nascent {

/// Leaves out candidates before they are trained: those whose zero-cost score is among the lowest share of those seen
/// so far. The scores never become results.
class Thinning {
 public:
  Thinning() = default;
  /// "naswot:0.3": the score and the share; empty for none. Throws `InputError` for anything else.
  explicit Thinning(const std::string& text);

  /// For a trial's payload; null where there is no thinning: {"score": name, "least": a number or null}.
  Json to_payload() const;
  /// Learns the score of a trial that has ended, trained or not.
  void observe(const Trial& trial);
  const std::string& text() const { return text_; }

 private:
  /// What a score must reach; none while there are too few to tell.
  std::optional<double> least() const;

  std::string text_;
  std::string score_;
  double share_ = 0.0;
  std::vector<double> seen_;
};

}  // namespace nascent
