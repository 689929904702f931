#pragma once

#include <map>
#include <string>
#include <vector>

#include "architecture/network_spaces.h"
#include "architecture/space_settings.h"
#include "nascent/architecture/cell_operation.h"

/// What networks of cells have in common.
namespace nascent {

/// The names of all operations of cells.
std::vector<std::string> operation_names();

/// The operations by name. A copy: operations that are registered later do not change a space.
std::map<std::string, CellOperation> operations_of(const std::vector<std::string>& names);

/// Rectifier, convolution without bias, batch normalization.
int append_relu_convolution_norm(Architecture& net, const std::string& scope, const Convolution& convolution,
                                 int input);

/// The parameters "filters" and "cells" (normal cells a stage).
struct CellSizes {
  SpaceSettings::Range filters, cells;
  int stages;

  CellSizes(SpaceSettings& settings, SpaceSettings::Range usual_filters);
  void add_to(SearchSpace& space) const;
  /// Sets both at a share of their ranges, 0 the lowest.
  void set(Configuration& configuration, double share) const;
};

/// Everything in the configuration but these parameters, as part of a key.
std::string rest_of_key(const Configuration& configuration, const std::vector<std::string>& without);

}  // namespace nascent
