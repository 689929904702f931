#pragma once

#include "space/expression.h"

/// What the parts of an expression stand for.
namespace nascent {

/// The parameters that a path leads to: several where categories side by side have one of this name each.
struct Target {
  ParameterPath path;
  std::vector<const Parameter*> ends;
  bool many = false;  ///< a list is on the way, so that there may be several values

  bool is_list() const { return std::holds_alternative<RepeatDomain>(ends.front()->domain); }
  bool is_category() const { return std::holds_alternative<CategoricalDomain>(ends.front()->domain); }
  bool is_ordered() const { return is_category() && std::get<CategoricalDomain>(ends.front()->domain).ordered; }
  /// The names of the categories of all ends, in order, each once.
  std::vector<std::string> categories() const;
};

/// A part of an expression, as whatever it can be used as.
struct Operand {
  std::size_t begin = 0;
  std::size_t end = 0;
  NumberOf number = nullptr;
  TextOf text = nullptr;
  TruthOf truth = nullptr;
  std::optional<Target> target = {};        ///< where it is the name of a parameter
  std::optional<std::string> literal = {};  ///< where it is a text in quotes
};

/// The operand that a target is: a number; a category as its name and, where all names are numbers, as a number too.
Operand operand_of(Target target);

/// The number that a value of a target is; none for a category whose name is no number.
std::function<std::optional<double>(const Value&)> number_of_value(const Target& target);

enum class Comparison { kLess, kLessEqual, kGreater, kGreaterEqual, kEqual, kNotEqual };

/// Numbers that differ by less than 1e-12 of their size count as equal, so that 0.1 + 0.2 == 0.3. What is not a number
/// (sqrt of -1, 0 / 0) keeps no comparison.
bool holds(Comparison comparison, double a, double b);

TruthOf compared(Comparison comparison, NumberOf a, NumberOf b);
TruthOf compared(Comparison comparison, TextOf a, TextOf b);
/// Where a text stands in a list; none where it is not active.
NumberOf rank_of(TextOf text, std::vector<std::string> order);

TruthOf both(TruthOf a, TruthOf b);
TruthOf either(TruthOf a, TruthOf b);
TruthOf negated(TruthOf a);

}  // namespace nascent
