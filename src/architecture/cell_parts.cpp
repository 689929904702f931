#include "architecture/cell_parts.h"

#include <fmt/format.h>

#include <algorithm>

namespace nascent {
namespace {

std::vector<std::string> all_operations() {
  std::vector<std::string> names;
  for (const CellOperation& operation : cell_operations()) names.push_back(operation.name);
  return names;
}

}  // namespace

CellNetworks::CellNetworks(const std::string& kind, SpaceSettings& settings, const NetworkTask& what,
                           const Usual& usual)
    : task(what),
      nodes(settings.count("nodes", 4, usual.nodes.low, usual.nodes.high)),
      operation_names(settings.choices("operations", usual.operations, all_operations())),
      sizes(settings, usual.filters) {
  settings.check_unknown();
  if (task.input.is_flat())
    throw InputError(fmt::format("the network space \"{}\" is for images; choose \"macro\" for tables", kind));
  for (const CellOperation& operation : cell_operations())
    if (std::ranges::find(operation_names, operation.name) != operation_names.end())
      operations.emplace(operation.name, operation);
}

int append_relu_convolution_norm(Architecture& net, const std::string& scope, const Convolution& convolution,
                                 int input) {
  int end = net.append(scope + "/relu", Activation{}, input);
  end = net.append(scope + "/convolution", convolution, end);
  return net.append(scope + "/norm", BatchNorm{}, end);
}

CellSizes::CellSizes(SpaceSettings& settings, SpaceSettings::Range usual_filters)
    : filters(settings.range("filters", usual_filters, {4, 1024})),
      cells(settings.range("cells", {1, 3}, {1, 32})),
      stages(settings.count("stages", 3, 1, 8)) {
  if ((filters.high - filters.low) % 4 != 0)
    throw SettingError("filters", fmt::format("must have bounds that lie a multiple of 4 apart, not {} and {}",
                                              filters.low, filters.high));
}

void CellSizes::add_to(SearchSpace& space) const {
  space.add_int("filters", filters.low, filters.high, {.step = 4});
  space.add_int("cells", cells.low, cells.high);
}

void CellSizes::set(Configuration& configuration, double share) const {
  const auto steps = static_cast<int>(share * (filters.high - filters.low) / 4);
  configuration.set("filters", std::int64_t{filters.low + 4 * steps});
  configuration.set("cells", std::int64_t{cells.low + static_cast<int>(share * (cells.high - cells.low))});
}

std::string rest_of_key(const Configuration& configuration, const std::vector<std::string>& without) {
  Configuration rest;
  for (const auto& [name, value] : configuration.values())
    if (std::find(without.begin(), without.end(), name) == without.end()) rest.set(name, value);
  return rest.canonical();
}

}  // namespace nascent
