#include "run/designed_networks.h"

#include "nascent/architecture/macro_space.h"

namespace nascent {

NetworkTask network_task(const FitPlan& plan) {
  const ImageSchema& schema = plan.images.value();
  return {.input = {schema.channels, schema.height, schema.width},
          .outputs = static_cast<int>(plan.task.outputs()),
          .count = plan.split.fold.size()};
}

DesignedNetworks::DesignedNetworks(const FitPlan& plan) : task_(network_task(plan)) {
  if (!plan.network) return;
  options_ = *plan.network;
  space_ = make_network_space(options_, task_);
}

Architecture DesignedNetworks::build(const Configuration& configuration, bool is_final) const {
  if (!space_) return build_macro(configuration, task_.input, task_.outputs);
  return space_->build(configuration, is_final ? options_.final_network : Enlargement{});
}

}  // namespace nascent
