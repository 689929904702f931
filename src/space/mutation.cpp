#include <array>

#include "nascent/space/variation.h"
#include "space/edits.h"

namespace nascent {
namespace {

/// How many edits are tried before the constraints are taken to allow none; the second half are repaired.
constexpr int kAttempts = 100;

enum Kind : std::size_t { kChange, kAdd, kRemove, kMultiply, kKinds };

/// Which places offer which kind of edit.
struct Offers {
  std::array<std::vector<Place>, kKinds> places;
  std::array<double, kKinds> weights{};

  Offers(const SearchSpace& space, Configuration& configuration, const MutationOptions& options) {
    for (const Place& place : active_places(space, configuration)) {
      if (can_change(*place.parameter)) places[kChange].push_back(place);
      const auto* list = std::get_if<RepeatDomain>(&place.parameter->domain);
      if (list == nullptr) continue;
      const auto length = static_cast<std::int64_t>(std::get<std::vector<Element>>(*place.value).size());
      if (length < list->maximum) places[kAdd].push_back(place);
      if (length > list->minimum) places[kRemove].push_back(place);
      if (length < list->maximum && length > 0) places[kMultiply].push_back(place);
    }
    const std::array<double, kKinds> chances{options.change, options.add, options.remove, options.multiply};
    for (std::size_t kind = 0; kind < kKinds; ++kind)
      if (!places[kind].empty()) weights[kind] = chances[kind];
  }

  bool none() const {
    for (const double weight : weights)
      if (weight > 0.0) return false;
    return true;
  }
};

void edit(const Place& place, std::size_t kind, double spread, Random& random) {
  if (kind == kChange) {
    *place.value = changed(*place.parameter, *place.value, spread, random);
    return;
  }
  auto& elements = std::get<std::vector<Element>>(*place.value);
  if (kind == kAdd) {
    const std::size_t at = random.below(elements.size() + 1);
    insert_random(std::get<RepeatDomain>(place.parameter->domain), elements, at, random);
    return;
  }
  const std::size_t at = random.below(elements.size());
  if (kind == kRemove)
    elements.erase(elements.begin() + static_cast<std::ptrdiff_t>(at));
  else
    duplicate(elements, at);
}

}  // namespace

std::optional<Configuration> mutate(const SearchSpace& space, const Configuration& configuration, Random& random,
                                    const MutationOptions& options) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Configuration child = configuration;
    const Offers offers(space, child, options);
    if (offers.none()) return {};
    const std::size_t kind = random.weighted(offers.weights);
    const std::vector<Place>& places = offers.places[kind];
    edit(places[random.below(places.size())], kind, options.number_spread, random);
    if (space.allows(child)) return child;
    if (attempt < kAttempts / 2) continue;
    std::optional<Configuration> other = repaired(space, std::move(child), random);
    if (other && other->canonical() != configuration.canonical()) return other;
  }
  return {};
}

}  // namespace nascent
