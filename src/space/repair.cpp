#include "nascent/space/variation.h"

namespace nascent {

std::optional<Configuration> repaired(const SearchSpace& space, Configuration configuration, Random& random) {
  constexpr int kAttempts = 100;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (space.allows(configuration)) return configuration;
    configuration = space.sample(random);
  }
  return {};
}

}  // namespace nascent
