#include "run/designed_networks.h"

namespace nascent {

NetworkTask network_task(const FitPlan& plan) {
  const Shape input = plan.kind == DataKind::kTable
                          ? Shape{plan.network_inputs, 0, 0}
                          : Shape{plan.images.value().channels, plan.images->height, plan.images->width};
  return {.input = input, .outputs = static_cast<int>(plan.task.outputs()), .count = plan.split.fold.size()};
}

DesignedNetworks::DesignedNetworks(const FitPlan& plan)
    : options_(plan.network.value()), space_(make_network_space(options_, network_task(plan))) {}

Architecture DesignedNetworks::build(const Configuration& configuration, bool is_final) const {
  // On a table the space of networks is that of a model family.
  const bool in_family = configuration.find(kModelParameter) != nullptr;
  return space_.build(in_family ? configuration.branch(kModelParameter) : configuration,
                      is_final ? options_.final_network : Enlargement{});
}

}  // namespace nascent
