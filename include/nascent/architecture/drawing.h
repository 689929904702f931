#pragma once

#include <filesystem>
#include <string>

#include "nascent/architecture/architecture.h"

namespace nascent {

struct DrawingOptions {
  std::string title = "";  ///< above the drawing; the summary stands below it in any case
};

/// The architecture as an SVG picture that needs nothing but a browser: one column from input to output. A convolution
/// or dense layer is one box together with the normalization, activation and dropout that belong to it; each box says
/// what it does, the shape that leaves it and its parameters. Connections that skip boxes are drawn beside the column.
///
/// Nodes are told apart by their names: what starts with "stage-2/" stands in one frame, and cells ("cell-3/",
/// "stage-2/cell-3/", "reduction-1/") that are repeated are drawn once, in columns of their own.
std::string to_svg(const Architecture& architecture, const DrawingOptions& options = {});

/// The same boxes in the language of Graphviz, for `dot`.
std::string to_dot(const Architecture& architecture);

/// Writes the picture to `path` (SVG). A network with parallel paths is laid out by the program `dot` of Graphviz, where
/// that is there and answers within some seconds, any other as `to_svg` does it. Throws `SystemError` naming the file
/// when it cannot be written.
void write_drawing(const Architecture& architecture, const std::filesystem::path& path,
                   const DrawingOptions& options = {});

}  // namespace nascent
