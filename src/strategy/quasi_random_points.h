#pragma once

#include <cstdint>
#include <optional>

#include "nascent/space/encoding.h"
#include "strategy/tried.h"

namespace nascent {

/// The points of a space that the scrambled Sobol sequence visits, indexed by the number of the trial; the first is the
/// centre. For strategies that need a start, and for one that needs nothing else.
class QuasiRandomPoints {
 public:
  explicit QuasiRandomPoints(const StrategySetup& setup);

  /// The point of this trial. Where it may not be proposed, the one of the same index in other scramblings, and after
  /// some of those one drawn at random. None when a finite space is exhausted.
  std::optional<Configuration> draw(std::int64_t number, const TriedConfigurations& tried) const;

 private:
  Encoding encoding_;
  std::uint64_t seed_;
};

}  // namespace nascent
