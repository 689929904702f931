#pragma once

#include <cstdint>
#include <vector>

#include "nascent/space/search_space.h"

/// The single edits that mutation and neighbourhoods are made of.
namespace nascent {

/// An active parameter and its value in a configuration that is about to be edited.
struct Place {
  const Parameter* parameter;
  Value* value;
};

/// All active parameters of a configuration, at every depth, parents before what is below them. The pointers hold until
/// a list or a category above them is edited.
std::vector<Place> active_places(const SearchSpace& space, Configuration& configuration);

/// Whether the parameter is no list and has more than one value.
bool can_change(const Parameter& parameter);

/// Another value: of a number or an ordered category one at a distance drawn from a normal distribution, whose standard
/// deviation is `spread` of the (logarithmic) range, reflected at the bounds and at least one step away; of an
/// unordered category any other, with its sub-space at random. Requires `can_change`.
Value changed(const Parameter& parameter, const Value& value, double spread, Random& random);

std::size_t index_of(const CategoricalDomain& domain, std::string_view category);

/// How many values a number or a category has; 0 for a float without a step.
std::uint64_t count_of_values(const Parameter& parameter);
/// The value so many steps further (or, if negative, before); none beyond the ends. Needs a parameter with counted
/// values that are ordered.
std::optional<Value> stepped(const Parameter& parameter, const Value& value, std::int64_t steps, Random& random);
/// A value on one side (direction 1 or -1) at a distance drawn from a normal distribution, within the bounds; none at
/// the end of the range.
std::optional<Value> drawn_beside(const Parameter& parameter, const Value& value, int direction, double spread,
                                  Random& random);

std::uint64_t unused_identity(const std::vector<Element>& elements);
/// The edits of a list. New elements get identities that the list does not use.
void insert_random(const RepeatDomain& domain, std::vector<Element>& elements, std::size_t at, Random& random);
void duplicate(std::vector<Element>& elements, std::size_t at);

}  // namespace nascent
