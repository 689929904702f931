#include "strategy/quasi_random_points.h"

#include "strategy/unit_cube.h"
#include "surrogate/sobol.h"

namespace nascent {
namespace {

constexpr std::uint64_t kScramblings = 20;

}  // namespace

QuasiRandomPoints::QuasiRandomPoints(const StrategySetup& setup) : encoding_(setup.space), seed_(setup.seed) {}

std::optional<Configuration> QuasiRandomPoints::draw(std::int64_t number, const TriedConfigurations& tried) const {
  if (tried.exhausted()) return {};
  const std::vector<Dimension>& dimensions = encoding_.dimensions();
  if (number == 0) {
    Configuration centre = encoding_.decode(values_at(dimensions, std::vector<double>(dimensions.size(), 0.5)));
    if (tried.may_propose(centre)) return centre;
  }
  for (std::uint64_t scrambling = 0; scrambling < kScramblings; ++scrambling) {
    const Sobol sequence(dimensions.size(), mix_seed(seed_, scrambling));
    const std::vector<double> unit_point = sequence.point(static_cast<std::uint64_t>(number));
    Configuration configuration = encoding_.decode(values_at(dimensions, unit_point));
    if (tried.may_propose(configuration)) return configuration;
  }
  Random random(seed_, static_cast<std::uint64_t>(number));
  return tried.draw_untried(random);
}

}  // namespace nascent
