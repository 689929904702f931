// Whether each strategy is worth its name: a sign test over independent pairs of runs, strategy against random search.
//
// Null hypothesis: the strategy is no better than random, so that it wins a pair with probability one half at most.
// It passes with at least 20 wins of 30, or 86 of 150. Under the null hypothesis that happens with probability 0.049
// and 0.043 (the tail of the binomial distribution), which is the rate at which a useless strategy would pass by chance.
// One that wins 9 of 10 pairs fails the first with a probability of 0.00005. Policies win 7 of 10: they get the second,
// which they fail with a probability of 0.001.

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "contract/strategy_trials.h"
#include "nascent/core/random.h"
#include "support/seed.h"

namespace nascent::testing {
namespace {

struct SignTest {
  int pairs;
  int wins;
};
constexpr SignTest kShort{30, 20};
constexpr SignTest kLong{150, 86};

/// A problem with structure that can be learned, on one kind of space.
struct Problem {
  std::string name;
  SearchSpace space;
  double (*loss)(const Configuration&);
};

double bowl(const Configuration& c) {
  const double rate = std::log10(c.number("rate")) + 2.5;
  const double share = c.number("share") - 0.3;
  const double units = std::log2(static_cast<double>(c.integer("units"))) - 6.0;
  return rate * rate + 10.0 * share * share + 0.3 * units * units;
}

double categories(const Configuration& c) {
  double sum = 0.0;
  for (const auto& [name, value] : c.values()) {
    const char chosen = std::get<ChoiceValue>(value).name[0];
    const char best = static_cast<char>('a' + name.back() % 4);
    sum += chosen == best ? 0.0 : 1.0 + 0.1 * (chosen - 'a');
  }
  return sum;
}

double tree(const Configuration& c) {
  const double rate = std::log10(c.number("rate")) + 3.0;
  if (c.choice("model") == "linear") return 2.0 + rate * rate;
  double sum = rate * rate;
  const std::vector<Element>& layers = c.branch("model").elements("layers");
  for (const Element& layer : layers)
    sum += std::fabs(std::log2(static_cast<double>(layer.values.integer("units"))) - 5.0);
  return sum + std::fabs(static_cast<double>(layers.size()) - 3.0);
}

std::vector<Problem> problems() {
  SearchSpace numbers;
  numbers.add_float("rate", 1e-5, 1.0, {.log = true})
      .add_float("share", 0.0, 1.0)
      .add_int("units", 4, 512, {.log = true});
  SearchSpace choices;
  for (int i = 0; i < 8; ++i) choices.add_categorical("c" + std::to_string(i), {"a", "b", "c", "d"});
  SearchSpace network;
  network.add_repeat("layers", 1, 4, SearchSpace().add_int("units", 4, 256, {.log = true}));
  SearchSpace conditional;
  conditional.add_categorical("model", {{"linear"}, {"network", network}}).add_float("rate", 1e-5, 1.0, {.log = true});
  return {{"numbers", numbers, bowl}, {"categories", choices, categories}, {"conditional", conditional, tree}};
}

double best_of_run(const std::string& strategy_name, const Problem& problem, std::int64_t trials, std::uint64_t seed) {
  const auto strategy = make_strategy(strategy_name, {problem.space, {{"loss", false}}, seed, {}, trials});
  double best = INFINITY;
  for (std::int64_t number = 0; number < trials; ++number) {
    const std::optional<Proposal> proposal = strategy->suggest(number, {});
    if (!proposal) break;
    const double loss = problem.loss(proposal->configuration);
    best = std::min(best, loss);
    strategy->observe(completed(running_trial(number, *proposal), loss));
  }
  return best;
}

/// The largest distance of a point of the unit square, on a lattice, from its nearest proposal.
double largest_hole(const std::string& strategy_name, std::int64_t trials, std::uint64_t seed) {
  SearchSpace square;
  square.add_float("x", 0.0, 1.0).add_float("y", 0.0, 1.0);
  const auto strategy = make_strategy(strategy_name, {square, {{"loss", false}}, seed, {}, trials});
  std::vector<std::pair<double, double>> points;
  for (std::int64_t number = 0; number < trials; ++number) {
    const std::optional<Proposal> proposal = strategy->suggest(number, {});
    if (!proposal) break;
    points.emplace_back(proposal->configuration.number("x"), proposal->configuration.number("y"));
    strategy->observe(completed(running_trial(number, *proposal), 0.0));
  }
  double largest = 0.0;
  for (int i = 0; i <= 30; ++i) {
    for (int j = 0; j <= 30; ++j) {
      double nearest = INFINITY;
      for (const auto& [x, y] : points) nearest = std::min(nearest, std::hypot(x - i / 30.0, y - j / 30.0));
      largest = std::max(largest, nearest);
    }
  }
  return largest;
}

class BeatsRandom : public ::testing::TestWithParam<StrategyEntry> {
 protected:
  const std::uint64_t seed_ = test_seed();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, seed_note(seed_)};
};

TEST_P(BeatsRandom, InASignTest) {
  const std::string& name = GetParam().name;
  if (name == "random") GTEST_SKIP() << "the baseline";
  // These two know no results: what they promise is to leave no large hole.
  const bool fills = name == "grid" || name == "quasi-random";
  // Models learn from few trials, and cost more; populations and policies need a few generations.
  const std::set<std::string> models{"gp", "tpe", "forest", "auto", "bayesian"};
  const std::int64_t trials = models.contains(name) ? 30 : 250;
  const std::vector<Problem> all = problems();
  const SignTest test = name == "reinforce" || name == "controller" ? kLong : kShort;
  int wins = 0;
  for (int pair = 0; pair < test.pairs; ++pair) {
    const std::uint64_t seed = mix_seed(seed_, static_cast<std::uint64_t>(pair));
    if (fills) {
      wins += largest_hole(name, 64, seed) < largest_hole("random", 64, seed + 1);
      continue;
    }
    const Problem& problem = all[static_cast<std::size_t>(pair) % all.size()];
    wins += best_of_run(name, problem, trials, seed) < best_of_run("random", problem, trials, seed + 1);
  }
  EXPECT_GE(wins, test.wins) << "of " << test.pairs << " pairs of runs";
}

INSTANTIATE_TEST_SUITE_P(Strategies, BeatsRandom, ::testing::ValuesIn(strategies()),
                         [](const auto& tested) { return test_name(tested.param); });

}  // namespace
}  // namespace nascent::testing
