#pragma once

#include "nascent/architecture/network_space.h"
#include "nascent/trial/trial.h"
#include "run/fit_plan.h"

namespace nascent {

/// What the designed networks of a plan are for.
NetworkTask network_task(const FitPlan& plan);

/// Builds the networks that the configurations of a plan stand for.
class DesignedNetworks {
 public:
  /// Requires a plan with `FitPlan::network`. Throws `InputError` as `make_network_space` does.
  explicit DesignedNetworks(const FitPlan& plan);

  /// The network at a fidelity: enlarged as the space says where that is everything; for smaller images, with fewer
  /// filters or fewer cells where it says so. Throws `InputError` where the images become too small for it.
  Architecture build(const Configuration& configuration, const Fidelity& fidelity) const;
  const NetworkSpace& space() const { return space_; }
  /// Above this a network may not be trained; 0 for no bound.
  double latency_limit_ms() const { return options_.limits.latency_ms; }

 private:
  NetworkSpaceOptions options_;
  NetworkTask task_;
  NetworkSpace space_;
};

}  // namespace nascent
