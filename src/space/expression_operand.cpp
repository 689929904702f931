#include "space/expression_operand.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace nascent {
namespace {

constexpr double kEqualWithin = 1e-12;

std::optional<double> parse_number(const std::string& text) {
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return {};
  return number;
}

const Value* first_value(const Configuration& configuration, const ParameterPath& path) {
  const Value* found = nullptr;
  visit_values(configuration, path, [&](const Value& value) {
    if (found == nullptr) found = &value;
  });
  return found;
}

/// The categories as numbers; empty if one of them is none.
std::vector<std::pair<std::string, double>> numbers_of(const std::vector<std::string>& names) {
  std::vector<std::pair<std::string, double>> table;
  for (const std::string& name : names) {
    const std::optional<double> number = parse_number(name);
    if (!number) return {};
    table.emplace_back(name, *number);
  }
  return table;
}

bool same(double a, double b) {
  if (a == b) return true;
  if (!std::isfinite(a) || !std::isfinite(b)) return false;
  return std::fabs(a - b) <= kEqualWithin * std::max(std::fabs(a), std::fabs(b));
}

Truth truth_of(bool kept) { return kept ? Truth::kKept : Truth::kBroken; }

}  // namespace

std::vector<std::string> Target::categories() const {
  std::vector<std::string> names;
  for (const Parameter* end : ends)
    for (const Choice& choice : std::get<CategoricalDomain>(end->domain).choices)
      if (std::find(names.begin(), names.end(), choice.name) == names.end()) names.push_back(choice.name);
  return names;
}

std::function<std::optional<double>(const Value&)> number_of_value(const Target& target) {
  if (target.is_list()) return nullptr;
  if (!target.is_category()) {
    return [](const Value& value) -> std::optional<double> {
      if (const auto* number = std::get_if<double>(&value)) return *number;
      if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
      return {};
    };
  }
  auto table = numbers_of(target.categories());
  if (table.empty()) return nullptr;
  return [table = std::move(table)](const Value& value) -> std::optional<double> {
    const auto* choice = std::get_if<ChoiceValue>(&value);
    for (const auto& [name, number] : table)
      if (choice != nullptr && choice->name == name) return number;
    return {};
  };
}

Operand operand_of(Target target) {
  Operand operand;
  if (!target.many && !target.is_list()) {
    if (auto number = number_of_value(target)) {
      operand.number = [path = target.path, number = std::move(number)](const Configuration& configuration) {
        const Value* value = first_value(configuration, path);
        return value != nullptr ? number(*value) : std::nullopt;
      };
    }
    if (target.is_category()) {
      operand.text = [path = target.path](const Configuration& configuration) -> const std::string* {
        const Value* value = first_value(configuration, path);
        const auto* choice = value != nullptr ? std::get_if<ChoiceValue>(value) : nullptr;
        return choice != nullptr ? &choice->name : nullptr;
      };
    }
  }
  operand.target = std::move(target);
  return operand;
}

bool holds(Comparison comparison, double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return false;
  switch (comparison) {
    case Comparison::kLess:
      return a < b && !same(a, b);
    case Comparison::kLessEqual:
      return a < b || same(a, b);
    case Comparison::kGreater:
      return a > b && !same(a, b);
    case Comparison::kGreaterEqual:
      return a > b || same(a, b);
    case Comparison::kEqual:
      return same(a, b);
    case Comparison::kNotEqual:
      return !same(a, b);
  }
  return false;
}

TruthOf compared(Comparison comparison, NumberOf a, NumberOf b) {
  return [comparison, a = std::move(a), b = std::move(b)](const Configuration& configuration) {
    const std::optional<double> x = a(configuration);
    const std::optional<double> y = b(configuration);
    return x && y ? truth_of(holds(comparison, *x, *y)) : Truth::kUnknown;
  };
}

TruthOf compared(Comparison comparison, TextOf a, TextOf b) {
  return [equal = comparison == Comparison::kEqual, a = std::move(a), b = std::move(b)](const Configuration& c) {
    const std::string* x = a(c);
    const std::string* y = b(c);
    return x != nullptr && y != nullptr ? truth_of((*x == *y) == equal) : Truth::kUnknown;
  };
}

NumberOf rank_of(TextOf text, std::vector<std::string> order) {
  return [text = std::move(text), order = std::move(order)](const Configuration& c) -> std::optional<double> {
    const std::string* name = text(c);
    if (name == nullptr) return {};
    return static_cast<double>(std::find(order.begin(), order.end(), *name) - order.begin());
  };
}

TruthOf both(TruthOf a, TruthOf b) {
  return [a = std::move(a), b = std::move(b)](const Configuration& configuration) {
    const Truth x = a(configuration);
    if (x == Truth::kBroken) return x;
    const Truth y = b(configuration);
    return y == Truth::kBroken || x == Truth::kKept ? y : x;
  };
}

TruthOf either(TruthOf a, TruthOf b) {
  return [a = std::move(a), b = std::move(b)](const Configuration& configuration) {
    const Truth x = a(configuration);
    if (x == Truth::kKept) return x;
    const Truth y = b(configuration);
    return y == Truth::kKept || x == Truth::kBroken ? y : x;
  };
}

TruthOf negated(TruthOf a) {
  return [a = std::move(a)](const Configuration& configuration) {
    switch (a(configuration)) {
      case Truth::kBroken:
        return Truth::kKept;
      case Truth::kKept:
        return Truth::kBroken;
      case Truth::kUnknown:
        break;
    }
    return Truth::kUnknown;
  };
}

}  // namespace nascent
