#include "nascent/replay/replay_scheduler.h"

#include <fmt/format.h>

#include <algorithm>

#include "nascent/core/error.h"
#include "nascent/estimation/scheduler_registry.h"
#include "replay/top_after.h"

namespace nascent {
namespace {

std::unique_ptr<Scheduler> make_top(const SchedulerSetup& setup) {
  const double after = setup.option("after");
  if (after >= setup.most)
    throw InputError(fmt::format("scheduler \"top\": the curves end at {} {:g}, so nothing is left after {:g}",
                                 setup.axis, setup.most, after));
  return std::make_unique<TopAfter>(Fidelity{{setup.axis, after}}, static_cast<std::size_t>(setup.option("k")),
                                    setup.objectives.front());
}

std::vector<SchedulerEntry> all_entries() {
  std::vector<SchedulerEntry> entries = schedulers();
  entries.push_back({"top",
                     "Gives every configuration the same little, and the best of them everything.",
                     make_top,
                     {{"after", 1, 1e-12, 1e12, "The fidelity up to which all are evaluated."},
                      {"k", 1, 1, 1e9, "So many of the best are evaluated fully."}}});
  return entries;
}

}  // namespace

SchedulerOf replay_scheduler(const std::string& text, const RecordedTable& table) {
  SchedulerSetup setup{.objectives = {{"value", table.maximize()}},
                       .axis = table.fidelity_axis(),
                       .least = table.fidelities().front(),
                       .most = table.fidelities().back()};
  const std::vector<SchedulerEntry> entries = all_entries();
  const SchedulerEntry& entry = choose_method(kSchedulerKind, entries, text, setup.options);
  if (entry.name != "full" && table.fidelity_axis().empty())
    throw InputError(
        fmt::format("--estimation {}: the table has no learning curves, so every trial is evaluated fully; name the "
                    "column of the epochs with --fidelity",
                    text));
  entry.make(setup);  // complains now of what it cannot work with
  return [make = entry.make, setup](std::uint64_t seed) {
    SchedulerSetup own = setup;
    own.seed = seed;
    return make(own);
  };
}

}  // namespace nascent
