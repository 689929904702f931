#include "nascent/search/study.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nascent/core/error.h"
#include "nascent/search/optimize.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

using testing::TemporaryFolder;

SearchSpace line() { return SearchSpace().add_float("x", -5.0, 5.0); }

Configuration at(double x) {
  Configuration configuration;
  configuration.set("x", x);
  return configuration;
}

double parabola(const Configuration& c) { return std::pow(c.number("x") - 2.0, 2); }

std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Study, ask_and_tell_tries_what_a_function_would) {
  Study asked(line(), {.seed = 3});
  for (int i = 0; i < 20; ++i) {
    const Trial trial = asked.ask();
    asked.tell(trial, parabola(trial.configuration));
  }
  const StudyResult called = optimize(line(), {.trials = 20, .seed = 3}, parabola);
  const std::vector<Trial> trials = asked.trials();
  ASSERT_EQ(trials.size(), called.trials.size());
  for (std::size_t i = 0; i < trials.size(); ++i) EXPECT_EQ(trials[i].configuration, called.trials[i].configuration);
  EXPECT_EQ(asked.best()->metrics, called.best->metrics);
}

TEST(Study, asking_and_calling_may_be_mixed) {
  Study study(line(), {.strategy = "random"});
  const Trial held = study.ask();
  EXPECT_EQ(study.optimize(parabola, {.trials = 5}).trials.size(), 5U) << "the one that runs counts";
  study.tell(held, -1.0);
  EXPECT_EQ(study.best()->number, held.number);
  EXPECT_EQ(study.optimize(parabola, {.trials = 7}).trials.size(), 7U);
}

TEST(Study, refuses_what_is_told_wrongly) {
  Study study(line(), {.objectives = {{"loss", false}, {"size", false}}, .strategy = "random"});
  const Trial trial = study.ask();
  EXPECT_EQ(error_of([&] { study.tell(trial, 1.0); }),
            "trial 0 was told without the metric \"size\", an objective of the study");
  study.tell(trial, {{"loss", 1.0}, {"size", 2.0}});
  EXPECT_EQ(error_of([&] {
              study.tell(trial, {{"loss", 1.0}, {"size", 2.0}});
            }),
            "trial 0 is not running here; tell each trial that was asked for once");
}

TEST(Study, a_trial_that_failed_has_its_reason) {
  Study study(line(), {.strategy = "random"});
  study.tell_failed(study.ask(), "out of memory");
  study.tell(study.ask(), std::nan(""));
  EXPECT_EQ(study.trials().at(0).reason, "out of memory");
  EXPECT_EQ(study.trials().at(1).reason, "the result is NaN");
  EXPECT_FALSE(study.best());
}

TEST(Study, a_finite_space_ends) {
  Study study(SearchSpace().add_int("n", 1, 2), {.strategy = "random"});
  study.tell(study.ask(), 1.0);
  study.tell(study.ask(), 2.0);
  EXPECT_FALSE(study.try_ask());
  EXPECT_EQ(error_of([&] { study.ask(); }), "all configurations of the space have been tried");
}

TEST(Study, tries_first_configurations_and_learns_from_known_results_without_counting_them) {
  Study study(line(), {.strategy = "random", .first = {at(1.5), at(1.75)}});
  study.add(at(1.9), {{"value", parabola(at(1.9))}});
  const StudyResult result = study.optimize(parabola, {.trials = 3});
  ASSERT_EQ(result.trials.size(), 4U);
  EXPECT_EQ(result.trials[0].origin, "known");
  EXPECT_EQ(result.trials[1].configuration, at(1.5));
  EXPECT_EQ(result.trials[2].configuration, at(1.75));
  EXPECT_EQ(result.best->number, 0);
  EXPECT_EQ(error_of([&] {
              study.add(at(1.0), {{"loss", 1.0}});
            }),
            "a known result cannot be used: the result lacks the metric \"value\"; it has loss");
}

TEST(Study, several_objectives_have_a_front_and_constraints_decide_what_is_best) {
  const OptimizeOptions options{.strategy = "random",
                                .trials = 40,
                                .objectives = {{"near", false}, {"far", true}},
                                .constraints = {{"x", 0.0, true}}};
  const StudyResult result = optimize(line(), options, [](const Configuration& c) {
    const double x = c.number("x");
    return Metrics{{"near", std::abs(x - 2.0)}, {"far", -x}, {"x", x}};
  });
  // Below zero, nearer to 2 is farther from minus infinity: every feasible trial is on the front.
  std::size_t feasible = 0;
  double nearest = 1e9;
  for (const Trial& trial : result.trials) {
    if (trial.metrics.at("x") > 0.0) continue;
    ++feasible;
    nearest = std::min(nearest, trial.metrics.at("near"));
  }
  EXPECT_EQ(result.front.size(), feasible);
  EXPECT_EQ(result.best_value(), nearest);
  EXPECT_LE(result.best->metrics.at("x"), 0.0);
}

TEST(Study, a_function_reports_and_a_scheduler_stops_it) {
  class StopAtTwo : public Scheduler {
   public:
    std::string_view name() const override { return "two"; }
    Decision decide(const Trial& trial) override {
      if (trial.reports.back().step < 2) return {};
      return {Decision::Kind::kStop, "two steps are enough"};
    }
    void observe(const Trial&) override { ++observed; }
    int observed = 0;
  } scheduler;
  Study study(line(), {.strategy = "random"});
  study.tell(study.ask(), 0.5);
  const StudyResult result = study.optimize(
      [](const Configuration&, TrialProgress& progress) {
        for (std::int64_t step = 1; progress.report(step, {{"value", 1.0 / static_cast<double>(step)}}); ++step) {
        }
        return Metrics{};
      },
      {.trials = 3, .scheduler = &scheduler});
  EXPECT_EQ(result.trials.at(2).state, TrialState::kStopped);
  EXPECT_EQ(result.trials.at(2).reason, "two steps are enough");
  EXPECT_EQ(result.trials.at(2).metrics.at("value"), 0.5);
  EXPECT_EQ(scheduler.observed, 3) << "it learned from the earlier trial too";
}

TEST(Study, goes_on_with_its_storage) {
  const TemporaryFolder folder;
  const StudyOptions options{.seed = 7, .storage = folder / "study.db"};
  for (int session = 0; session < 3; ++session) {
    Study study(line(), options);
    for (int i = 0; i < 5; ++i) {
      const Trial trial = study.ask();
      study.tell(trial, parabola(trial.configuration));
    }
  }
  const StudyResult at_once = optimize(line(), {.trials = 15, .seed = 7}, parabola);
  const std::vector<Trial> trials = Study(line(), options).trials();
  ASSERT_EQ(trials.size(), 15U);
  for (std::size_t i = 0; i < 15; ++i) EXPECT_EQ(trials[i].configuration, at_once.trials[i].configuration) << i;
}

TEST(Study, refuses_objectives_that_make_no_sense) {
  EXPECT_EQ(error_of([] { Study(line(), {.objectives = {}}); }),
            "a study needs an objective: the metric that is minimized or maximized");
  EXPECT_EQ(error_of([] {
              Study(line(), {.objectives = {{"a", false}, {"a", true}}});
            }),
            "the objective \"a\" is given twice; name each metric once");
}

}  // namespace
}  // namespace nascent
