#pragma once

#include "nascent/architecture/network_space.h"
#include "run/fit_plan.h"

namespace nascent {

/// What the designed networks of a plan are for.
NetworkTask network_task(const FitPlan& plan);

/// Builds the networks that the configurations of a plan stand for.
class DesignedNetworks {
 public:
  /// Requires a plan with `FitPlan::network`. Throws `InputError` as `make_network_space` does.
  explicit DesignedNetworks(const FitPlan& plan);

  /// `is_final`: enlarged as the space says.
  Architecture build(const Configuration& configuration, bool is_final) const;
  /// Above this a network may not be trained; 0 for no bound.
  double latency_limit_ms() const { return options_.limits.latency_ms; }

 private:
  NetworkSpaceOptions options_;
  NetworkSpace space_;
};

}  // namespace nascent
