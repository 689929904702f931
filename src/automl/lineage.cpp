#include "automl/lineage.h"

#include <algorithm>

namespace nascent {

std::optional<InheritanceRecord> inheritance_of(const Trial& trial) {
  if (!trial.details.is_object() || !trial.details.contains("from")) return std::nullopt;
  return InheritanceRecord{.from = trial.details.at("from").get<std::int64_t>(),
                           .share = trial.details.value("inherited_share", 0.0),
                           .exactness = trial.details.value("exactness", "")};
}

std::vector<const Trial*> lineage_of(const Trial& trial, const std::vector<Trial>& trials) {
  std::vector<const Trial*> lineage{&trial};
  for (std::optional<InheritanceRecord> record = inheritance_of(trial); record;) {
    const auto parent = std::ranges::find(trials, record->from, &Trial::number);
    // Parents are older than their children: a damaged record cannot lead in circles.
    if (parent == trials.end() || parent->number >= lineage.back()->number) break;
    lineage.push_back(&*parent);
    record = inheritance_of(*parent);
  }
  return lineage;
}

}  // namespace nascent
