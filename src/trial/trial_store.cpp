#include "nascent/trial/trial_store.h"

namespace nascent {

std::vector<Trial> TrialStore::trials() const {
  std::vector<Trial> all;
  for_each_trial(0, [&](Trial&& trial) { all.push_back(std::move(trial)); });
  return all;
}

}  // namespace nascent
