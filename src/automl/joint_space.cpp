#include "automl/joint_space.h"

#include <algorithm>

#include "run/fit_plan.h"

namespace nascent {

StartedSpace join_families(const std::vector<Family>& families) {
  StartedSpace joined;
  std::vector<Choice> choices;
  std::size_t most = 0;
  for (const Family& family : families) {
    choices.emplace_back(family.name, family.space);
    most = std::max(most, family.first.size());
  }
  joined.space.add_categorical(kModelParameter, std::move(choices));
  for (std::size_t turn = 0; turn < most; ++turn) {
    for (const Family& family : families) {
      if (turn >= family.first.size()) continue;
      Configuration configuration;
      configuration.set(kModelParameter, ChoiceValue{family.name, family.first[turn]});
      joined.first.push_back(std::move(configuration));
    }
  }
  return joined;
}

}  // namespace nascent
