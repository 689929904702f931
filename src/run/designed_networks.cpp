#include "run/designed_networks.h"

#include "run/fidelity_axes.h"

namespace nascent {

NetworkTask network_task(const FitPlan& plan) {
  const Shape input = plan.kind == DataKind::kTable
                          ? Shape{plan.network_inputs, 0, 0}
                          : Shape{plan.images.value().channels, plan.images->height, plan.images->width};
  return {.input = input, .outputs = static_cast<int>(plan.task.outputs()), .count = plan.split.rows()};
}

DesignedNetworks::DesignedNetworks(const FitPlan& plan)
    : options_(plan.network.value()), task_(network_task(plan)), space_(make_network_space(options_, task_)) {}

Architecture DesignedNetworks::build(const Configuration& configuration, const Fidelity& fidelity) const {
  // On a table the space of networks is that of a model family.
  const bool in_family = configuration.find(kModelParameter) != nullptr;
  const Configuration& network = in_family ? configuration.branch(kModelParameter) : configuration;
  if (fidelity.empty()) return space_.build(network, options_.final_network);
  const Enlargement size{.cells = share_on(fidelity, kCellsAxis), .filters = share_on(fidelity, kFiltersAxis)};
  if (share_on(fidelity, kResolutionAxis) == 1.0) return space_.build(network, size);
  NetworkTask task = task_;
  task.input.height = scaled_side(fidelity, task.input.height);
  task.input.width = scaled_side(fidelity, task.input.width);
  return make_network_space(options_, task).build(network, size);
}

}  // namespace nascent
