#include "nascent/search/optimize.h"

namespace nascent {
namespace {

template <typename Function>
StudyResult optimize_with(const SearchSpace& space, const OptimizeOptions& options, const Function& objective) {
  StudyOptions study{.constraints = options.constraints,
                     .strategy = options.strategy,
                     .seed = options.seed,
                     .budget = options.trials,
                     .first = options.first,
                     .scheduler = options.scheduler,
                     .fidelity = options.fidelity,
                     .storage = options.storage};
  study.objectives.front().maximize = options.maximize;
  if (!options.objectives.empty()) study.objectives = options.objectives;
  return Study(space, std::move(study))
      .optimize(objective, {.trials = options.trials, .seconds = options.seconds, .threads = options.threads});
}

}  // namespace

StudyResult optimize(const SearchSpace& space, const OptimizeOptions& options, const ObjectiveFunction& objective) {
  return optimize_with(space, options, objective);
}

StudyResult optimize(const SearchSpace& space, const OptimizeOptions& options, const MetricsFunction& objective) {
  return optimize_with(space, options, objective);
}

StudyResult optimize(const SearchSpace& space, const OptimizeOptions& options, const ReportingFunction& objective) {
  return optimize_with(space, options, objective);
}

StudyResult optimize(const SearchSpace& space, const OptimizeOptions& options, const TrialFunction& objective) {
  return optimize_with(space, options, objective);
}

}  // namespace nascent
