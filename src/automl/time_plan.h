#pragma once

#include <cstddef>
#include <optional>

#include "nascent/core/deadline.h"
#include "nascent/trial/trial.h"
#include "run/fit_plan.h"

namespace nascent {

/// How the time of a fit is divided. Every part ends by its moment whatever happens; so the whole ends in time.
///
///     | reading |  search .................. | final training ..... | combining, saving, testing |
///     start                        search_end                final_end                      end
///
/// Tables with a holdout train their final members again on all rows; cross-validated ones combine the models of the
/// folds and need nearly no final training. Networks that are searched with short trainings leave the larger part of
/// the time to the full training of the best.
struct TimePlan {
  Deadline search_end;
  Deadline final_end;
  Deadline end;
  double trial_seconds;              ///< the most a single trial may take; infinity without a time
  double least_trial_seconds = 0.0;  ///< with less time than this before the end of the search no trial is started
};

/// `remaining`: seconds from now until the fit must have ended; none: no limit. `test_rows`: to be predicted at the
/// end. `candidates_are_final`: networks are trained fully in the search, and nothing is left for after it.
TimePlan plan_time(const FitPlan& plan, std::optional<double> remaining, std::size_t test_rows, int workers,
                   bool candidates_are_final);

/// How much training a candidate gets in the search. Tables: all of it. Networks: so many passes over the data (a part
/// of one is allowed) that a good number of candidates can be tried in the search's share of the time. It follows from
/// the options and not from a clock, so it is the same for all candidates of a study. `asked_epochs`: the user's wish,
/// 0 for none.
Fidelity plan_fidelity(const FitPlan& plan, std::optional<double> seconds, int workers, double asked_epochs,
                       std::size_t test_rows);

}  // namespace nascent
