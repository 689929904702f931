#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nascent/architecture/architecture.h"

/// What a drawing shows, before anything has its place: the same for both layouts.
namespace nascent {

/// A layer with what belongs to it, a join, or a row of cells.
struct Box {
  std::string title;
  std::string detail;
  std::string shape;       ///< of what leaves it
  std::string parameters;  ///< empty if it has none
  std::string tooltip;     ///< the names of its nodes
  std::string_view colour;
  bool pill = false;         ///< drawn small, with the title and the detail only
  std::string stage;         ///< "stage-2"; empty if it belongs to none
  std::vector<int> sources;  ///< boxes of the same panel that it reads, each once
};

/// One connected picture: the network, or a cell that the network repeats.
struct Panel {
  std::string title;
  std::vector<Box> boxes;
};

/// The network first. Where cells of one structure are repeated, every cell of the network is a box that names its kind
/// ("Cell A × 5"), and each kind is a panel of its own, with the sizes of its first cell.
std::vector<Panel> panels_of(const Architecture& architecture);

}  // namespace nascent
