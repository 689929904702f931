#include "learner/training_space.h"

#include <fmt/format.h>

#include <algorithm>

#include "nascent/core/error.h"
#include "nascent/core/near_match.h"

namespace nascent {
namespace {

InputError mistake(const std::string& name, const std::string& what) {
  return InputError(fmt::format("hyperparameter \"{}\" of training: {}", name, what));
}

SearchSpace merged(const SearchSpace& usual, const SearchSpace& wanted, const SearchSpace& further = {});

/// A whole number from 1 on.
bool is_batch_size(const std::string& text) {
  return !text.empty() && text.size() < 7 && text.front() != '0' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The usual category of a name; its branch is what training needs below it.
Choice usual_choice(const Parameter& usual, const std::string& name) {
  std::vector<std::string> known;
  for (const Choice& choice : std::get<CategoricalDomain>(usual.domain).choices) {
    if (choice.name == name) return choice;
    known.push_back(choice.name);
  }
  if (usual.name == "batch_size") {
    if (is_batch_size(name)) return name;
    throw mistake(usual.name, fmt::format("\"{}\" is no whole number from 1 to 999999", name));
  }
  throw mistake(usual.name, fmt::format("there is no \"{}\"{}", name, did_you_mean(name, known)));
}

CategoricalDomain categories(const Parameter& usual, const Parameter& wanted) {
  // batch_size = 256 is a number for those who read the file, and one category for training.
  if (const auto* number = std::get_if<IntDomain>(&wanted.domain); number != nullptr && number->low == number->high)
    return {.choices = {usual_choice(usual, std::to_string(number->low))}};
  const auto* given = std::get_if<CategoricalDomain>(&wanted.domain);
  if (given == nullptr)
    throw mistake(usual.name, fmt::format("it is one of several categories, as in {{ choice = [\"{}\"] }}",
                                          std::get<CategoricalDomain>(usual.domain).choices.front().name));
  CategoricalDomain domain{.choices = {}, .ordered = given->ordered};
  for (const Choice& choice : given->choices)
    domain.choices.emplace_back(choice.name, merged(usual_choice(usual, choice.name).branch, choice.branch));
  return domain;
}

Parameter replaced(const Parameter& usual, const Parameter& wanted) {
  if (std::holds_alternative<CategoricalDomain>(usual.domain)) return {usual.name, categories(usual, wanted)};
  const auto* real = std::get_if<FloatDomain>(&wanted.domain);
  const auto* integer = std::get_if<IntDomain>(&wanted.domain);
  if (real == nullptr && integer == nullptr)
    throw mistake(usual.name, "it is a number or a range of numbers, as in { float = [0.0, 0.1] }");
  if (real != nullptr ? real->low < 0.0 : integer->low < 0) throw mistake(usual.name, "it must not be below 0");
  return wanted;
}

/// `further` may be wanted, too.
SearchSpace merged(const SearchSpace& usual, const SearchSpace& wanted, const SearchSpace& further) {
  SearchSpace space;
  std::vector<std::string> known;
  for (const Parameter& parameter : usual.parameters()) {
    const Parameter* found = wanted.find(parameter.name);
    add_parameter(space, found != nullptr ? replaced(parameter, *found) : parameter);
    known.push_back(parameter.name);
  }
  for (const Parameter& parameter : further.parameters()) {
    if (const Parameter* found = wanted.find(parameter.name)) add_parameter(space, replaced(parameter, *found));
    known.push_back(parameter.name);
  }
  for (const Parameter& parameter : wanted.parameters())
    if (space.find(parameter.name) == nullptr)
      throw mistake(parameter.name, "there is none of this name" + did_you_mean(parameter.name, known));
  for (const Constraint& constraint : wanted.constraints()) space.add_constraint(constraint.expression());
  return space;
}

SearchSpace usual_training() {
  SearchSpace sgd;
  sgd.add_float("learning_rate", 0.01, 1.0, {.log = true});
  sgd.add_float("weight_decay", 1e-5, 1e-2, {.log = true});
  SearchSpace adamw;
  adamw.add_float("learning_rate", 3e-4, 3e-2, {.log = true});
  adamw.add_float("weight_decay", 1e-3, 1.0, {.log = true});
  SearchSpace space;
  space.add_categorical("optimizer", {{"sgd", std::move(sgd)}, {"adamw", std::move(adamw)}});
  space.add_categorical("batch_size", {"64", "128", "256"});
  space.add_categorical("augmentation", {"none", "crop", "flip", "crop_flip", "crop_flip_cutout"});
  space.add_float("label_smoothing", 0.0, 0.2);
  space.add_categorical("schedule", {"one_cycle", "cosine"});
  // In steps, so that a search also meets networks without it.
  space.add_float("mixup", 0.0, 0.4, {.step = 0.1});
  space.add_categorical("averaging", {"none", "ema"});
  return space;
}

}  // namespace

SearchSpace training_space(const SearchSpace& wanted) {
  return merged(usual_training(), wanted, SearchSpace().add_float("clip_gradients", 0.0, 10.0));
}

void add_parameter(SearchSpace& space, const Parameter& parameter) {
  if (const auto* real = std::get_if<FloatDomain>(&parameter.domain))
    space.add_float(parameter.name, real->low, real->high, {.log = real->log, .step = real->step});
  else if (const auto* integer = std::get_if<IntDomain>(&parameter.domain))
    space.add_int(
        parameter.name, integer->low, integer->high,
        integer->log ? NumberOptions{.log = true} : NumberOptions{.step = static_cast<double>(integer->step)});
  else if (const auto* list = std::get_if<RepeatDomain>(&parameter.domain))
    space.add_repeat(parameter.name, list->minimum, list->maximum, list->element);
  else if (const auto& categorical = std::get<CategoricalDomain>(parameter.domain); categorical.ordered)
    space.add_ordered(parameter.name, categorical.choices);
  else
    space.add_categorical(parameter.name, categorical.choices);
}

}  // namespace nascent
