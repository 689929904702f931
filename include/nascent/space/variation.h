#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "nascent/space/search_space.h"

/// How one configuration becomes another: what evolutionary methods and local search are made of. The results are
/// points of the space that its constraints allow.
namespace nascent {

/// The kinds of change, by their chances; a kind that a configuration does not offer is left out of the draw.
struct MutationOptions {
  double change = 1.0;     ///< one number or category becomes another
  double add = 0.3;        ///< a list gets one more element, drawn at random, at a random place, with a new identity
  double remove = 0.3;     ///< a list loses an element
  double multiply = 0.15;  ///< an element of a list is copied behind itself; the copy has a new identity
  /// The standard deviation of a changed number, as a share of its (logarithmic) range; at least one step where it has
  /// any.
  double number_spread = 0.2;
};

/// A configuration that differs from the given one by one edit; elements of lists that are not touched keep their
/// identities. A category that is changed gets its new sub-space at random. None when the space offers no other point
/// (or, under constraints, none was found in many draws).
std::optional<Configuration> mutate(const SearchSpace& space, const Configuration& configuration, Random& random,
                                    const MutationOptions& options = {});

/// All configurations one edit away: each other category (its sub-space at random), each number one step up and down,
/// each list with one element more (at each place, drawn at random), fewer, or doubled. A number without steps, or with
/// more than 20 values, gives one draw on each side from a normal distribution of `number_spread`.
std::vector<Configuration> neighbours(const SearchSpace& space, const Configuration& configuration, Random& random,
                                      double number_spread = 0.1);

/// A child that takes each value from one parent or the other (uniform crossover); where both chose the same category
/// its sub-space is crossed too, and elements of lists are matched by their identity. The parents are returned unmixed
/// only where constraints allow no mixture that was found.
Configuration crossover(const SearchSpace& space, const Configuration& a, const Configuration& b, Random& random);

/// A nearby point that is allowed: the parameters that broken constraints name are drawn again, a bounded number of
/// times. None where that finds nothing, or a point that the traits forbid.
std::optional<Configuration> repaired(const SearchSpace& space, Configuration configuration, Random& random);

}  // namespace nascent
