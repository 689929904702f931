#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "contract/simulated_pool.h"
#include "nascent/core/random.h"
#include "support/seed.h"

namespace nascent {
inline void PrintTo(const SchedulerEntry& entry, std::ostream* out) { *out << entry.name; }
}  // namespace nascent

/// What every `Scheduler` must do. Instantiated for every entry of the registry.
namespace nascent::testing {

class SchedulerContract : public ::testing::TestWithParam<SchedulerEntry> {
 protected:
  static constexpr std::size_t kConfigurations = 70;

  static SchedulerSetup setup() { return {.objectives = {{"loss", false}}, .least = 1, .most = 27}; }
  std::unique_ptr<Scheduler> make() const { return make_scheduler(GetParam().name, setup()); }

  /// Curves that may cross, of different speeds; some fail and some lose their numbers.
  std::vector<Curve> wild_curves() const {
    Random random(seed_);
    std::vector<Curve> curves;
    for (std::size_t i = 0; i < kConfigurations; ++i) {
      Curve curve{.loss_at_first = random.uniform(0.8, 1.2),
                  .loss_at_last = random.uniform(0.05, 0.7),
                  .steps_to_learn = random.uniform(0.5, 10.0),
                  .seconds_per_step = random.uniform(0.5, 2.0)};
      if (random.chance(0.1)) curve.fails_at = static_cast<int>(random.integer(1, 27));
      if (random.chance(0.1)) curve.nan_from = static_cast<int>(random.integer(1, 27));
      curves.push_back(curve);
    }
    return curves;
  }

  /// Curves whose order is that of their ends from the first step on. The best comes somewhere.
  std::vector<Curve> ordered_curves() const {
    Random random(seed_);
    std::vector<Curve> curves;
    for (std::size_t i = 0; i < kConfigurations; ++i)
      curves.push_back({.loss_at_last = 0.1 + 0.8 * static_cast<double>(i) / kConfigurations});
    random.shuffle(curves);
    return curves;
  }

  static std::vector<std::string> as_text(const std::vector<Trial>& trials) {
    std::vector<std::string> lines;
    for (const Trial& trial : trials) {
      std::string line = std::to_string(trial.number) + " " + trial.configuration.canonical();
      for (const auto& [axis, amount] : trial.fidelity) line += " " + axis + std::to_string(amount);
      if (trial.continues) line += " continues " + std::to_string(*trial.continues);
      lines.push_back(line + " " + std::string(name_of(trial.state)) + " " + std::to_string(trial.reports.size()));
    }
    return lines;
  }

  const std::uint64_t seed_ = test_seed();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, seed_note(seed_)};
};

TEST_P(SchedulerContract, HasTheNameOfItsEntry) {
  EXPECT_EQ(make()->name(), GetParam().name);
  EXPECT_FALSE(GetParam().help.empty());
}

TEST_P(SchedulerContract, DecidesTheSameForTheSameRecord) {
  SimulatedPool first(setup(), wild_curves(), 4);
  SimulatedPool second(setup(), wild_curves(), 4);
  const auto scheduler = make();
  EXPECT_TRUE(first.run(*scheduler));
  EXPECT_TRUE(second.run(*make()));
  EXPECT_EQ(as_text(first.ended()), as_text(second.ended()));
  const auto rebuilt = make();
  for (const Trial& trial : first.ended()) rebuilt->observe(trial);
  EXPECT_EQ(rebuilt->next({}, false).kind, Assignment::Kind::kNothing);
  for (const Trial& trial : first.ended()) EXPECT_EQ(rebuilt->why_no_more(trial), scheduler->why_no_more(trial));
}

TEST_P(SchedulerContract, AsksNothingOfTheTrialsOfOtherFidelities) {
  EXPECT_FALSE(make()->uses({{"rows", 0.5}}));
  EXPECT_TRUE(make()->uses({})) << "the full evaluation";
}

TEST_P(SchedulerContract, GoesOnWithTheSameRungsAfterBeingKilled) {
  SimulatedPool whole(setup(), wild_curves(), 1);
  ASSERT_TRUE(whole.run(*make()));
  SimulatedPool killed(setup(), wild_curves(), 1);
  Random random(seed_, 1);
  std::int64_t stop = 0;
  for (int i = 0; i < 5; ++i) {
    const auto rebuilt = make();
    for (const Trial& trial : killed.ended()) rebuilt->observe(trial);
    stop += random.integer(1, whole.steps_done() / 5);
    ASSERT_TRUE(killed.run(*rebuilt, stop));
  }
  const auto rebuilt = make();
  for (const Trial& trial : killed.ended()) rebuilt->observe(trial);
  ASSERT_TRUE(killed.run(*rebuilt));
  const auto set_of = [](const std::vector<Trial>& trials) {
    std::multiset<std::tuple<std::string, Fidelity, TrialState, std::size_t>> all;
    for (const Trial& trial : trials)
      all.insert({trial.configuration.canonical(), trial.fidelity, trial.state, trial.reports.size()});
    return all;
  };
  EXPECT_EQ(set_of(killed.ended()), set_of(whole.ended()));
}

TEST_P(SchedulerContract, EndsWithAnyNumberOfWorkersAndWaitsOnlyForSomebody) {
  for (const std::size_t workers : {1u, 2u, 7u, 100u}) {
    SimulatedPool pool(setup(), wild_curves(), workers);
    EXPECT_TRUE(pool.run(*make())) << "it waits for nobody, or starts what may not be started";
    EXPECT_EQ(pool.started(), static_cast<std::int64_t>(kConfigurations)) << "new ones were still allowed";
    const auto is_full = [](const Trial& trial) {
      return trial.fidelity.empty() && trial.state == TrialState::kComplete && trial.result("loss");
    };
    EXPECT_TRUE(std::ranges::any_of(pool.ended(), is_full)) << "nothing got the full evaluation";
  }
}

TEST_P(SchedulerContract, ContinuesEachTrialAtMostOnceAtMoreAndNeverOneWithoutAResult) {
  SimulatedPool pool(setup(), wild_curves(), 5);
  ASSERT_TRUE(pool.run(*make()));
  std::map<std::int64_t, const Trial*> by_number;
  std::set<std::int64_t> continued;
  for (const Trial& trial : pool.ended()) {
    by_number[trial.number] = &trial;
    if (!trial.continues) continue;
    EXPECT_TRUE(continued.insert(*trial.continues).second) << *trial.continues;
    ASSERT_TRUE(by_number.contains(*trial.continues)) << "continued before its end";
    const Trial& before = *by_number[*trial.continues];
    EXPECT_EQ(before.state, TrialState::kComplete);
    EXPECT_TRUE(before.result("loss")) << before.number;
    EXPECT_EQ(before.configuration, trial.configuration);
    EXPECT_TRUE(lower_fidelity(before.fidelity, trial.fidelity));
  }
}

TEST_P(SchedulerContract, ContinuesEveryPausedTrialOrSaysWhyNot) {
  const auto scheduler = make();
  SimulatedPool pool(setup(), wild_curves(), 5);
  ASSERT_TRUE(pool.run(*scheduler));
  std::set<std::int64_t> continued;
  for (const Trial& trial : pool.ended())
    if (trial.continues) continued.insert(*trial.continues);
  for (const Trial& trial : pool.ended()) {
    EXPECT_TRUE(scheduler->uses(trial.fidelity));
    const bool had_all = trial.state == TrialState::kComplete && trial.fidelity.empty();
    if (trial.state == TrialState::kFailed || had_all || continued.contains(trial.number)) {
      EXPECT_EQ(scheduler->why_no_more(trial), "");
    } else {
      EXPECT_NE(scheduler->why_no_more(trial), "") << trial.number;
    }
  }
}

TEST_P(SchedulerContract, SpendsLessThanTheFullEvaluationAndKeepsTheBest) {
  const std::vector<Curve> curves = ordered_curves();
  SimulatedPool pool(setup(), curves, 4);
  ASSERT_TRUE(pool.run(*make()));
  const double full = 27.0 * kConfigurations;
  if (GetParam().name == "full") {
    EXPECT_EQ(static_cast<double>(pool.steps_done()), full);
  } else {
    EXPECT_LT(static_cast<double>(pool.steps_done()), 0.7 * full);
  }
  const Trial* best = best_trial(pool.ended(), {"loss", false});
  ASSERT_NE(best, nullptr);
  EXPECT_TRUE(best->fidelity.empty());
  const Curve& curve = curves[static_cast<std::size_t>(best->configuration.integer("n"))];
  EXPECT_EQ(curve.loss_at_last, 0.1) << "the best of all curves, which was ahead at every step";
}

TEST_P(SchedulerContract, ObeysTheDirectionOfItsObjective) {
  SchedulerSetup setup = this->setup();
  setup.objectives = {{"accuracy", true}};
  SimulatedPool upward(setup, wild_curves(), 3);
  SimulatedPool downward(this->setup(), wild_curves(), 3);
  ASSERT_TRUE(upward.run(*make_scheduler(GetParam().name, setup)));
  ASSERT_TRUE(downward.run(*make()));
  EXPECT_EQ(as_text(upward.ended()), as_text(downward.ended()));
}

}  // namespace nascent::testing
