// The options of a network space as JSON; network_space_file.cpp reads those that people write.

#include <fmt/format.h>

#include "nascent/architecture/network_space.h"
#include "nascent/core/error.h"

namespace nascent {

Json NetworkSpaceOptions::to_json() const {
  return {
      {"kind", kind},
      {"settings", settings},
      {"limits",
       {{"parameters", limits.parameters}, {"multiply_adds", limits.multiply_adds}, {"latency_ms", limits.latency_ms}}},
      {"final", {{"cells", final_network.cells}, {"filters", final_network.filters}}},
      {"fidelity", fidelity},
      {"training", training.to_json()}};
}

NetworkSpaceOptions NetworkSpaceOptions::from_json(const Json& json) {
  try {
    const Json& limits = json.at("limits");
    const Json& final_network = json.at("final");
    return {.kind = json.at("kind"),
            .settings = json.at("settings"),
            .limits = {limits.at("parameters"), limits.at("multiply_adds"), limits.at("latency_ms")},
            .final_network = {final_network.at("cells"), final_network.at("filters")},
            .fidelity = json.value("fidelity", ""),
            .training = SearchSpace::from_json(json.at("training"))};
  } catch (const Json::exception& error) {
    throw InputError(fmt::format("the saved options of a network space cannot be read: {}", error.what()));
  }
}

}  // namespace nascent
