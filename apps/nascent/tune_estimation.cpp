#include "tune_estimation.h"

#include <fmt/format.h>

#include "nascent/core/error.h"
#include "nascent/core/quantity.h"

namespace nascent::app {

std::optional<StudyEstimation> tune_estimation(const std::string& scheduler, const std::string& fidelity) {
  if (scheduler.empty()) {
    if (fidelity.empty()) return {};
    throw InputError(
        "--fidelity says how little and how much a scheduler may give; name one: --estimation asha; see nascent "
        "schedulers");
  }
  const bool small = starts_small(scheduler);
  const bool stops = !small && scheduler != "full";
  if (fidelity.empty()) {
    if (!small && !stops) return {};
    throw InputError(fmt::format(
        "--estimation {} has to know how much of what there is to give: add --fidelity epochs=1:50{}", scheduler,
        small ? ", and to the command --epochs {epochs}" : " for a program that prints epoch=1 to epoch=50"));
  }
  StudyEstimation estimation{scheduler, parse_fidelity_range(fidelity, "epochs=1:50")};
  estimation.by_reports = !counter_of(estimation.range.axis).empty();
  if (stops && !estimation.by_reports) {
    throw InputError(
        fmt::format("--estimation {} stops programs by what they report on the way, and no report counts \"{}\"; an "
                    "axis that reports count is epochs, steps, iterations or rounds",
                    scheduler, estimation.range.axis));
  }
  return estimation;
}

std::string options_text(const std::optional<StudyEstimation>& estimation) {
  if (!estimation) return "no --estimation";
  const FidelityRange& range = estimation->range;
  return fmt::format("--estimation {} --fidelity {}={}:{}{}", estimation->scheduler, range.axis,
                     format_number(range.least), format_number(range.most),
                     estimation->pilots > 0 ? fmt::format(" --pilots {}", estimation->pilots) : "");
}

std::int64_t first_of(const std::vector<Trial>& trials, const Trial& trial) {
  const Trial* first = &trial;
  while (first->continues) first = &trials.at(static_cast<std::size_t>(*first->continues));
  return first->number;
}

TuneLineage::TuneLineage(const TrialStore& store, const std::optional<StudyEstimation>& estimation)
    : store_(store), axis_(estimation ? estimation->range.axis : "") {}

std::optional<CommandLineage> TuneLineage::of(const Trial& trial) {
  if (!trial.continues) return {};
  store_.for_each_trial(static_cast<std::int64_t>(known_.size()), [&](Trial&& next) {
    const std::int64_t first =
        next.continues ? known_.at(static_cast<std::size_t>(*next.continues)).first : next.number;
    known_.push_back({first, next.fidelity.at(axis_)});
  });
  const Known& known = known_.at(static_cast<std::size_t>(*trial.continues));
  return CommandLineage{.continues = {*trial.continues, known.amount}, .first = known.first};
}

}  // namespace nascent::app
