#include "run/designed_networks.h"

#include "nascent/architecture/macro_space.h"

namespace nascent {

NetworkTask network_task(const FitPlan& plan) {
  const Shape input = plan.kind == DataKind::kTable
                          ? Shape{plan.network_inputs, 0, 0}
                          : Shape{plan.images.value().channels, plan.images->height, plan.images->width};
  return {.input = input, .outputs = static_cast<int>(plan.task.outputs()), .count = plan.split.fold.size()};
}

DesignedNetworks::DesignedNetworks(const FitPlan& plan) : task_(network_task(plan)) {
  if (!plan.network) return;
  options_ = *plan.network;
  space_ = make_network_space(options_, task_);
}

Architecture DesignedNetworks::build(const Configuration& configuration, bool is_final) const {
  if (!space_) return build_macro(configuration, task_.input, task_.outputs);
  // On a table the space of networks is that of a model family.
  const bool in_family = configuration.find(kModelParameter) != nullptr;
  return space_->build(in_family ? configuration.branch(kModelParameter) : configuration,
                       is_final ? options_.final_network : Enlargement{});
}

}  // namespace nascent
