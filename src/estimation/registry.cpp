#include "estimation/schedulers.h"
#include "nascent/core/error.h"

namespace nascent {
namespace {

std::unique_ptr<Scheduler> make_full(const SchedulerSetup& setup) {
  return std::make_unique<FullEvaluation>(setup.full);
}

/// The options of methods with rungs, before their own.
std::vector<MethodOption> with_rungs(double reduction, std::vector<MethodOption> own = {}) {
  own.insert(own.begin(),
             {{"reduction", reduction, 1.1, 1000,
               "One of so many goes on from each rung, to a rung of so many times the amount."},
              {"least", 0, 0, 1e12, "The amount of the lowest rung; 0: the smallest that says something."}});
  return own;
}

std::vector<MethodOption> with_brackets() {
  return with_rungs(3, {{"overlap", 0, 0, 1e6, "Brackets that may be open at once, so that no worker waits; 0: any."}});
}

}  // namespace

const std::vector<SchedulerEntry>& schedulers() {
  static const std::vector<SchedulerEntry> entries{
      {"full", "Gives every configuration the full evaluation.", make_full},
      {"asha", "Starts everything small and takes the best of each rung on, without waiting (ASHA, promoting).",
       make_asha, with_rungs(3)},
      {"asha-stop", "Stops what is not among the best of those that came as far (ASHA, stopping).", make_asha_stop,
       with_rungs(3)},
      {"median",
       "Stops what is worse than half of the others were on average until there.",
       make_median,
       {{"startup", 5, 1, 1e6, "Trials that must have come as far before one is stopped there."},
        {"warmup", 0, 0, 1e12, "The first step after which one may be stopped; 0: the smallest that says something."},
        {"interval", 1, 1, 1e12, "Steps from one look to the next."}}},
      {"halving", "Starts everything small in groups and takes the best of each group on (successive halving).",
       make_successive_halving, with_brackets()},
      {"hyperband", "Successive halving from every start: many configurations small, fewer with more (Hyperband).",
       make_hyperband, with_brackets()},
      {"folds",
       "Stops a cross-validation when a paired test says that it is worse than the best.",
       make_folds,
       {{"level", 0.05, 1e-9, 0.5, "The one-sided error of each test."},
        {"least", 2, 2, 1e6, "Folds before the first test."}}},
      {"curve", "Predicts where learning curves end, and gives up those that will hardly beat the best.", make_curve,
       with_rungs(2,
                  {{"chance", 0.004, 0, 0.5, "Less than this chance to beat the best result, and one is given up."},
                   {"control", 0.05, 0, 1, "The share of those given up that is trained on to the end, as a control."},
                   {"looks", 20, 1, 1e6, "Configurations begun for each that is taken on to the end."}})},
  };
  return entries;
}

std::unique_ptr<Scheduler> make_scheduler(const std::string& text, SchedulerSetup setup) {
  if (setup.objectives.empty()) throw InternalError("a scheduler needs an objective");
  const SchedulerEntry& entry = choose_method(kSchedulerKind, schedulers(), text, setup.options);
  return entry.make(setup);
}

}  // namespace nascent
