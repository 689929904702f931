#include "nascent/strategy/repeats.h"

#include <gtest/gtest.h>

#include <map>

#include "nascent/trial/repeated.h"
#include "support/seed.h"

namespace nascent {
namespace {

/// A line of 200 points with the least mean at 60, and noise as large as the difference to some neighbours.
SearchSpace line() { return SearchSpace().add_int("n", 0, 199); }

double noisy_loss(const Configuration& configuration, Random& random) {
  const double distance = static_cast<double>(configuration.integer("n") - 60) / 100.0;
  return distance * distance + 0.05 * random.normal();
}

Trial complete(std::int64_t number, const Configuration& configuration, double loss) {
  Trial trial;
  trial.number = number;
  trial.configuration = configuration;
  trial.state = TrialState::kComplete;
  trial.metrics = {{"loss", loss}};
  return trial;
}

class RepeatsTest : public ::testing::Test {
 protected:
  std::unique_ptr<SearchStrategy> make() const { return make_repeats(make_strategy("random", setup_), setup_); }

  /// Trials one after another, with noise that depends on the number only.
  std::vector<Trial> run(SearchStrategy& strategy, std::int64_t first, std::int64_t count) const {
    std::vector<Trial> trials;
    for (std::int64_t number = first; number < first + count; ++number) {
      const auto proposal = strategy.suggest(number, {});
      if (!proposal) break;
      Random random(seed_ + 1, static_cast<std::uint64_t>(number));
      trials.push_back(complete(number, proposal->configuration, noisy_loss(proposal->configuration, random)));
      strategy.observe(trials.back());
    }
    return trials;
  }

  const std::uint64_t seed_ = testing::test_seed();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, testing::seed_note(seed_)};
  const StrategySetup setup_{.space = line(), .objectives = {{"loss", false}}, .seed = seed_};
};

TEST_F(RepeatsTest, evaluates_the_best_again_and_nothing_more_often_than_asked) {
  const std::vector<Trial> trials = run(*make(), 0, 100);
  ASSERT_EQ(trials.size(), 100U);
  std::map<std::int64_t, int> evaluations;
  for (const Trial& trial : trials) ++evaluations[trial.configuration.integer("n")];
  int most = 0;
  for (const auto& [n, count] : evaluations) most = std::max(most, count);
  EXPECT_EQ(most, 5);
  EXPECT_LT(evaluations.size(), 100U);
  EXPECT_GT(evaluations.size(), 25U) << "the strategy goes on searching";
  const auto best = best_configuration(trials, {"loss", false}, 5);
  ASSERT_TRUE(best);
  EXPECT_EQ(best->trials.size(), 5U);
  EXPECT_GT(best->standard_error, 0.0);
}

TEST_F(RepeatsTest, is_rebuilt_by_replaying_the_record) {
  const auto original = make();
  const std::vector<Trial> record = run(*original, 0, 60);
  const auto rebuilt = make();
  for (const Trial& trial : record) rebuilt->observe(trial);
  const auto expected = run(*original, 60, 20);
  const auto actual = run(*rebuilt, 60, 20);
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(actual[i].configuration, expected[i].configuration) << i;
}

Configuration at(std::int64_t n) {
  Configuration configuration;
  configuration.set("n", n);
  return configuration;
}

TEST_F(RepeatsTest, counts_what_runs_and_what_failed) {
  const auto strategy = make();
  for (std::int64_t n = 0; n < 12; ++n) strategy->observe(complete(n, at(n), n == 7 ? 0.0 : 10.0));
  std::vector<Trial> running;
  for (std::int64_t number = 12; number < 15; ++number) {
    const auto proposal = strategy->suggest(number, running);
    EXPECT_EQ(proposal->configuration, at(7)) << number;
    running.push_back(complete(number, proposal->configuration, 0.0));
    running.back().state = TrialState::kRunning;
  }
  Trial failed = running.front();
  failed.state = TrialState::kFailed;
  failed.metrics.clear();
  strategy->observe(failed);
  running.erase(running.begin());
  EXPECT_EQ(strategy->suggest(15, running)->configuration, at(7)) << "one, one failed, two running: one is left";
  running.push_back(failed);
  running.back().state = TrialState::kRunning;
  EXPECT_NE(strategy->suggest(16, running)->configuration, at(7));
}

TEST_F(RepeatsTest, ends_the_race_for_what_is_clearly_behind) {
  const auto strategy = make();
  for (std::int64_t n = 0; n < 12; ++n)
    strategy->observe(complete(n, at(n), n == 7 ? 0.0 : 10.0 + static_cast<double>(n)));
  // The noise is small against the difference to the second.
  for (std::int64_t number = 12; number < 16; ++number) {
    ASSERT_EQ(strategy->suggest(number, {})->configuration, at(7));
    strategy->observe(complete(number, at(7), number % 2 == 0 ? 0.1 : -0.1));
  }
  const auto next = strategy->suggest(16, {});
  EXPECT_GE(next->configuration.integer("n"), 12) << "a new configuration";
}

TEST(BestConfiguration, is_that_of_the_best_mean_among_those_evaluated_often) {
  const std::vector<Trial> trials{complete(0, at(1), 0.0), complete(1, at(2), 1.0), complete(2, at(2), 3.0),
                                  complete(3, at(3), 2.5), complete(4, at(3), 2.5)};
  const auto best = best_configuration(trials, {"loss", false}, 5);
  ASSERT_TRUE(best);
  EXPECT_EQ(best->configuration, at(2)) << "the single evaluation of 1 may be luck";
  EXPECT_EQ(best->trials, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(best->mean, 2.0);
  EXPECT_EQ(best->standard_error, 1.0);  // sqrt(((1-2)^2 + (3-2)^2) / 1 / 2)
  EXPECT_EQ(best_configuration(trials, {"loss", true}, 1)->configuration, at(3));
  EXPECT_FALSE(best_configuration({}, {"loss", false}, 2));
}

}  // namespace
}  // namespace nascent
