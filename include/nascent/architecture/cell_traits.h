#pragma once

#include <string>
#include <vector>

#include "nascent/space/search_space.h"

namespace nascent {

/// A space whose categorical parameters are the edges of a cell: a graph of nodes 0, 1, ..., where each node is the sum
/// of what its incoming edges make of the nodes before it; node 0 is the input, the last node the output
/// (NAS-Bench-201, Dong & Yang, ICLR 2020).
struct CellDescription {
  /// The parameters in the order 0->1, 0->2, 1->2, 0->3, 1->3, 2->3, ...; n nodes have n (n - 1) / 2 edges.
  std::vector<std::string> edges;
  std::vector<std::string> zero = {"none", "zero"};                          ///< categories that give nothing
  std::vector<std::string> identity = {"skip_connect", "identity", "skip"};  ///< categories that change nothing
};

/// The description of a space that holds nothing but the edges of a cell, in their order. Throws `InputError` that says
/// why it cannot be one.
CellDescription describe_cell(const SearchSpace& space);

/// What is known of cells, for `SearchSpace::set_traits`.
///
/// The key is the same for cells that compute the same function of the same operations: edges of zero and nodes that
/// lead nowhere are left out, the identity passes through, the terms of a sum have no order and no grouping. The 15,625
/// cells of NAS-Bench-201 have 4,930 keys; the strings of its authors, in which zeros and some groupings within sums
/// still count, tell 6,466 apart. Parameters of the space that are no edges are part of the key too.
///
/// The features count the paths from input to output by their operations, in order, identities left out (path encoding:
/// White, Neiswanger & Savani, AAAI 2021), the shorter sequences first: 1 + 3 + 9 + 27 for four nodes and three
/// operations. Where all lengths would give more than 400 features, the longest are left out.
///
/// Throws `InputError` where an edge is no parameter of the space, is no categorical or opens a sub-space, and where
/// the number of edges is that of no cell.
SpaceTraits cell_traits(const SearchSpace& space, const CellDescription& description);

}  // namespace nascent
