#pragma once

#include <functional>
#include <string>
#include <vector>

#include "nascent/architecture/architecture.h"

namespace nascent {

/// What an edge of a cell may do. Networks of cells name it in their settings and in their configurations.
struct CellOperation {
  std::string name;  ///< "nor_conv_3x3"
  /// Appends what the edge does to the node `input` and returns the last node: as many channels as come in, and sides
  /// that are halved upwards where `stride` is 2. The names of new nodes begin with `scope` and "/". Empty for the
  /// operation that gives nothing.
  std::function<int(Architecture& net, const std::string& scope, int input, int stride)> append;
};

/// Those that are known: of NAS-Bench-201 none, skip_connect, nor_conv_1x1, nor_conv_3x3 and avg_pool_3x3 (rectifier,
/// convolution, batch normalization; Dong & Yang, ICLR 2020), of DARTS sep_conv_3x3, sep_conv_5x5, dil_conv_3x3,
/// dil_conv_5x5 and max_pool_3x3 (Liu et al., ICLR 2019; a skip_connect of stride 2 is one strided 1 x 1 convolution),
/// squeeze (Hu et al. 2018), and those that were registered.
const std::vector<CellOperation>& cell_operations();

/// Makes one more operation known. Call it at the start of the program, before any space is made. Throws `InputError`
/// when the name is empty or taken.
void register_cell_operation(CellOperation operation);

}  // namespace nascent
