#include "automl/thinning.h"

#include <gtest/gtest.h>

#include "nascent/core/error.h"
#include "run/fidelity_axes.h"

namespace nascent {
namespace {

Trial scored(double score) {
  Trial trial;
  trial.details = {{kScoreBeforeTraining, score}};
  return trial;
}

TEST(Thinning, AsksForMoreThanTheLowestShareHasOnceThereAreEnough) {
  Thinning thinning("naswot:0.3");
  for (int i = 7; i > 0; --i) thinning.observe(scored(i));
  EXPECT_EQ(thinning.to_payload(), Json({{"score", "naswot"}, {"least", nullptr}}));
  for (const int score : {8, 9, 10}) thinning.observe(scored(score));
  EXPECT_EQ(thinning.to_payload(), Json({{"score", "naswot"}, {"least", 4.0}})) << "1, 2 and 3 are left out";
}

TEST(Thinning, LearnsNothingFromTrialsWithoutAScore) {
  Thinning thinning("synflow");
  Trial trial;
  for (int i = 0; i < 20; ++i) thinning.observe(trial);
  trial.details = {{kScoreBeforeTraining, nullptr}};
  for (int i = 0; i < 20; ++i) thinning.observe(trial);
  EXPECT_TRUE(thinning.to_payload().at("least").is_null());
}

TEST(Thinning, IsNothingWhereNothingIsAsked) { EXPECT_TRUE(Thinning("").to_payload().is_null()); }

TEST(Thinning, SaysWhatItCannotRead) {
  const auto message = [](const std::string& text) -> std::string {
    try {
      Thinning{text};
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message("nasbot:0.3").find("there are synflow"), std::string::npos);
  EXPECT_NE(message("naswot:2").find("not a share"), std::string::npos);
  EXPECT_NE(message("naswot:").find("not a share"), std::string::npos);
}

}  // namespace
}  // namespace nascent
