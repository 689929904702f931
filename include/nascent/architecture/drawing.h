#pragma once

#include <string>

#include "nascent/architecture/architecture.h"

namespace nascent {

struct DrawingOptions {
  std::string title = "";  ///< above the drawing; the summary stands below it in any case
};

/// The architecture as an SVG picture that needs nothing but a browser: one column from input to output. A convolution
/// or dense layer is one box together with the normalization, activation and dropout that follow it; each box says what
/// it does, the shape that leaves it and its parameters. Connections that skip boxes are drawn beside the column.
std::string to_svg(const Architecture& architecture, const DrawingOptions& options = {});

}  // namespace nascent
