#pragma once

#include "nascent/space/variation.h"

namespace nascent {

struct GeneticOptions {
  double crossover = 0.9;       ///< the chance that a child mixes two parents instead of copying one
  double crossover_eta = 15.0;  ///< η_c: larger keeps the numbers of children nearer to those of the parents
  double mutation_eta = 20.0;   ///< η_m: larger makes smaller changes
  double mutations = 1.0;       ///< how many parameters of a child are mutated, on average
};

/// A child of two configurations, as in genetic algorithms with real-coded numbers. Numbers and ordered categories
/// cross by simulated binary crossover on their (logarithmic) scale, unordered categories come from one of the parents;
/// where both chose the same, its sub-space is crossed as well. A list comes from one parent, and those of its elements
/// that the other parent has too (by identity) are crossed. Then each parameter mutates with the same small chance: a
/// number by polynomial mutation, a category to any other one, a list by one more, one fewer or a doubled element.
/// Constraints of the space are not looked at.
///
/// Deb, Agrawal: Simulated binary crossover for continuous search space. Complex Systems 9 (1995).
/// Deb, Goyal: A combined genetic adaptive search (GeneAS) for engineering design. 1996 (polynomial mutation).
Configuration genetic_child(const SearchSpace& space, const Configuration& a, const Configuration& b,
                            const GeneticOptions& options, Random& random);

}  // namespace nascent
