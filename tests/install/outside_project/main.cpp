#include <nascent/search/optimize.h>
#include <cmath>
#include <cstdio>

int main() {
  nascent::SearchSpace space;
  space.add_float("x", -5.0, 5.0);
  const auto result = nascent::optimize(space, {.trials = 50, .seed = 1, .storage = "outside.db"},
                                        [](const nascent::Configuration& c) { return std::pow(c.number("x") - 2, 2); });
  std::printf("%zu trials, best %.3f\n", result.trials.size(), result.best_value());
  return result.best_value() < 0.05 ? 0 : 1;
}
