#include "nascent/estimation/scheduler_registry.h"

#include <gtest/gtest.h>

#include "estimation/scheduler_trials.h"
#include "nascent/core/error.h"

namespace nascent {
namespace {

using testing::setup_for;

std::string message_for(const std::string& text, const SchedulerSetup& setup = setup_for(9)) {
  try {
    make_scheduler(text, setup);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(SchedulerRegistry, MakesEverySchedulerByItsName) {
  for (const SchedulerEntry& entry : schedulers())
    EXPECT_EQ(make_scheduler(entry.name, setup_for(9))->name(), entry.name);
}

TEST(SchedulerRegistry, SaysWhatIsWrongWithANameOrAnOption) {
  EXPECT_EQ(message_for("hyperbnd"), "there is no scheduler \"hyperbnd\"; did you mean \"hyperband\"?");
  EXPECT_EQ(message_for("asha:reductoin=3"),
            "scheduler \"asha\" has no option \"reductoin\"; did you mean \"reduction\"?");
  EXPECT_EQ(message_for("asha:reduction=1"), "scheduler \"asha\": reduction must lie between 1.1 and 1000, not be 1");
  EXPECT_EQ(message_for("full:least=1"), "scheduler \"full\" has no option \"least\"; it has none");
}

TEST(SchedulerRegistry, SaysWhichAmountsLeaveNoRoomForRungs) {
  EXPECT_EQ(message_for("asha", setup_for(0)),
            "scheduler \"asha\" has to know how many epochs the full evaluation takes");
  EXPECT_EQ(message_for("asha:least=9"),
            "scheduler \"asha\": its least amount, 9 epochs, must lie between 0 and the 9 of the full evaluation; set "
            "another with asha:least=");
}

TEST(SchedulerRegistry, PutsOptionsBehindTheNameBeforeTheSetup) {
  EXPECT_EQ(make_scheduler("asha:least=2", setup_for(9))->next({}, true).fidelity, (Fidelity{{"epochs", 2}}));
  EXPECT_EQ(make_scheduler("asha", setup_for(9))->next({}, true).fidelity, (Fidelity{{"epochs", 1}}));
}

}  // namespace
}  // namespace nascent
