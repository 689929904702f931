// Ask and tell: the loop is yours, the search answers. For evaluations that no function call can hold, such as an
// experiment in a laboratory or a job on a cluster.
//
// Here the "experiment" is a formula with one optimum at 21.5 minutes and a catalyst of kind b. With this seed the
// program prints the number in the last line of this comment, on every machine up to the last digits of its
// mathematical library.
//
//     best of 40 experiments: yield 90.00

#include <cmath>
#include <cstdio>

#include "nascent/search/study.h"

namespace {

double yield_of(const nascent::Configuration& c) {
  const double minutes = c.number("minutes");
  const double at_best = c.choice("catalyst") == "b" ? 90.0 : 70.0;
  return at_best * std::exp(-std::pow((minutes - 21.5) / 15.0, 2));
}

}  // namespace

int main() {
  nascent::SearchSpace space;
  space.add_float("minutes", 1.0, 60.0).add_categorical("catalyst", {"a", "b", "c"});

  nascent::Study study(space, {.objectives = {{"yield", true}}, .seed = 1});
  for (int i = 0; i < 40; ++i) {
    const nascent::Trial trial = study.ask();
    study.tell(trial, yield_of(trial.configuration));
  }
  std::printf("best of 40 experiments: yield %.2f\n", study.best()->metrics.at("yield"));
}
