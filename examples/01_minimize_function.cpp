// Finds the minimum of a function with Nascent's default strategy.
//
// Branin's function has three minima of 0.397887. With this seed the program prints
//
//     100 trials are done: 0.3979 at {"x":3.1426654620076704,"y":2.2795387845478463}
//
// The same numbers come out on every machine up to the last digits of its mathematical library.

#include <cmath>
#include <cstdio>
#include <numbers>

#include "nascent/search/study.h"

double branin(const nascent::Configuration& c) {
  constexpr double kPi = std::numbers::pi;
  const double x = c.number("x");
  const double valley = c.number("y") - 5.1 / (4 * kPi * kPi) * x * x + 5 / kPi * x - 6;
  return valley * valley + 10 * (1 - 1 / (8 * kPi)) * std::cos(x) + 10;
}

int main() {
  nascent::SearchSpace space;
  space.add_float("x", -5.0, 10.0).add_float("y", 0.0, 15.0);

  nascent::Study study(space, {.seed = 1});
  const nascent::StudyResult result = study.optimize(branin, {.trials = 100});

  std::printf("%s: %.4f at %s\n", result.ended_because.c_str(), result.best_value(),
              result.best->configuration.to_json().dump().c_str());
}
