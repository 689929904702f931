#pragma once

#include <map>
#include <string>
#include <vector>

#include "architecture/network_spaces.h"
#include "architecture/space_settings.h"
#include "nascent/architecture/cell_operation.h"

/// What networks of cells have in common.
namespace nascent {

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

/// What every space of cells is made from. The operations are a copy: those that are registered later do not change it.
struct CellNetworks {
  struct Usual {
    SpaceSettings::Range nodes;  ///< at least and at most; 4 where nothing is said
    std::vector<std::string> operations;
    SpaceSettings::Range filters;
  };

  /// Reads the settings that all kinds have, those of a kind's own before: what nobody has read is an error, and so is
  /// a task without images.
  CellNetworks(const std::string& kind, SpaceSettings& settings, const NetworkTask& what, const Usual& usual);

  NetworkTask task;
  int nodes;
  std::vector<std::string> operation_names;
  std::map<std::string, CellOperation> operations;
  CellSizes sizes;
};

/// Everything in the configuration but these parameters, as part of a key.
std::string rest_of_key(const Configuration& configuration, const std::vector<std::string>& without);

}  // namespace nascent
