#pragma once

#include <cstddef>

namespace nascent {

/// What training on a share of the doomed has shown.
struct ControlledRegret {
  std::size_t controls = 0;  ///< doomed configurations that were trained on to the end all the same
  std::size_t better = 0;    ///< of them, those that became better than the best of that time
  double mean = 0.0;         ///< by how much better, in units of the metric; 0 for those that did not
  double most = 0.0;
};

/// A scheduler that measures what its decisions cost.
class MeasuresRegret {
 public:
  virtual ~MeasuresRegret() = default;
  virtual ControlledRegret controlled_regret() const = 0;
};

}  // namespace nascent
