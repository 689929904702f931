#include "nascent/estimation/study_estimation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nascent/core/error.h"
#include "nascent/estimation/scheduler_registry.h"

namespace nascent {
namespace {

std::string message_of(const std::string& range) {
  try {
    parse_fidelity_range(range, "epochs=1:50");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(FidelityRange, IsReadFromText) {
  EXPECT_EQ(parse_fidelity_range("epochs=0.5:6", ""), (FidelityRange{"epochs", 0.5, 6.0}));
  EXPECT_EQ(parse_fidelity_range("rows=1e3:50000", ""), (FidelityRange{"rows", 1000.0, 50000.0}));
}

TEST(FidelityRange, RefusesWhatIsNone) {
  for (const char* text : {"epochs", "epochs=3", "epochs:1=3", "=1:3", "epochs=1:", "epochs=:3", "epochs=3:1",
                           "epochs=0:3", "epochs=-1:3", "epochs=1:inf", "epochs=nan:3", "epochs=1:3x", "epochs=1 :3"})
    EXPECT_EQ(message_of(text),
              std::string("--fidelity: ") + text + " is not a range; write its least and its most: epochs=1:50");
  EXPECT_EQ(message_of("").rfind("--fidelity: \"\" is not a range", 0), 0U) << message_of("");
}

TEST(StudyEstimation, IsKeptInTheSettingsOfAStudy) {
  const StudyEstimation estimation{"asha:reduction=2", {"epochs", 0.1, 6.3}, false};
  StudyRecord study{.objectives = {{"loss", false}}, .settings = {{"repeats", 1}}};
  EXPECT_EQ(estimation_of(study), std::nullopt);
  estimation.write_to(study.settings);
  study.settings = Json::parse(study.settings.dump());
  EXPECT_EQ(estimation_of(study), estimation);
  EXPECT_EQ(make_scheduler(estimation, study)->next({}, true).fidelity, (Fidelity{{"epochs", 0.1}}));
}

TEST(StudyEstimation, KnowsWhichSchedulersStartSmall) {
  for (const char* name : {"asha", "asha:reduction=4", "halving", "hyperband", "curve"})
    EXPECT_TRUE(starts_small(name)) << name;
  for (const char* name : {"full", "asha-stop", "median"}) EXPECT_FALSE(starts_small(name)) << name;
  EXPECT_THROW(starts_small("ascha"), InputError);
}

}  // namespace
}  // namespace nascent
