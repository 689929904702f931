#include "architecture/layer_parts.h"

#include <algorithm>

namespace nascent {

void add_skip(SearchSpace& layer, const std::vector<std::string>& kinds, int most_back) {
  std::vector<Choice> choices;
  for (const std::string& kind : kinds)
    choices.emplace_back(kind, kind == "none" ? SearchSpace() : SearchSpace().add_int("back", 1, most_back));
  layer.add_categorical("skip", std::move(choices));
}

ChoiceValue skip_value(const std::string& kind, int back) {
  Configuration branch;
  if (kind != "none") branch.set("back", std::int64_t{back});
  return {kind, std::move(branch)};
}

int append_normalization(Architecture& net, const std::string& scope, const std::string& kind, int input) {
  if (kind == "batch") return net.append(scope + "/norm", BatchNorm{}, input);
  if (kind == "layer") return net.append(scope + "/layer-norm", LayerNorm{}, input);
  return input;
}

int append_activation(Architecture& net, const std::string& scope, const std::string& kind, int input) {
  return net.append(scope + "/activation", Activation{activation_kind_of(kind)}, input);
}

int append_dropout(Architecture& net, const std::string& scope, double rate, int input) {
  return rate > 0.0 ? net.append(scope, Dropout{rate}, input) : input;
}

void add_dropout(SearchSpace& space) { space.add_float("dropout", 0.0, 0.5, {.step = 0.05}); }

std::string one_of(const std::vector<std::string>& list, std::initializer_list<const char*> wanted) {
  for (const char* name : wanted)
    if (std::find(list.begin(), list.end(), name) != list.end()) return name;
  return list.front();
}

}  // namespace nascent
