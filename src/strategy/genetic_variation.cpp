#include "strategy/genetic_variation.h"

#include <algorithm>
#include <cmath>

#include "nascent/space/encoding.h"

namespace nascent {
namespace {

/// The chance that a parameter of two crossing parents is crossed at all (Deb & Agrawal).
constexpr double kCrossedShare = 0.5;

/// A number or an ordered category on the scale on which it varies evenly, with its bounds.
struct Scaled {
  double low;
  double high;
  double value;
};

double scaled(double value, bool log) { return log ? std::log(value) : value; }

std::size_t index_of(const CategoricalDomain& domain, const Value& value) {
  const std::string& name = std::get<ChoiceValue>(value).name;
  const auto found = std::find_if(domain.choices.begin(), domain.choices.end(),
                                  [&](const Choice& choice) { return choice.name == name; });
  return static_cast<std::size_t>(found - domain.choices.begin());
}

Scaled on_scale(const FloatDomain& domain, const Value& value) {
  return {scaled(domain.low, domain.log), scaled(domain.high, domain.log), scaled(std::get<double>(value), domain.log)};
}

Scaled on_scale(const IntDomain& domain, const Value& value) {
  return {scaled(static_cast<double>(domain.low), domain.log), scaled(static_cast<double>(domain.high), domain.log),
          scaled(static_cast<double>(std::get<std::int64_t>(value)), domain.log)};
}

Scaled on_scale(const CategoricalDomain& domain, const Value& value) {
  return {0.0, static_cast<double>(domain.choices.size()) - 1.0, static_cast<double>(index_of(domain, value))};
}

/// The allowed value nearest to a number on the scale. An ordered category keeps its sub-space if it is the same as
/// before, else gets a new one.
Value off_scale(const FloatDomain& domain, double number, const Value&, Random&) {
  const double value = std::clamp(domain.log ? std::exp(number) : number, domain.low, domain.high);
  if (!domain.step) return value;
  const Dimension grid{{}, Dimension::Kind::kFloat, domain.low, domain.high, false, *domain.step};
  return Encoding::snap(grid, value);
}

Value off_scale(const IntDomain& domain, double number, const Value&, Random&) {
  const auto low = static_cast<double>(domain.low);
  const auto step = static_cast<double>(domain.step);
  const double last = std::floor((static_cast<double>(domain.high) - low) / step);
  const double steps = std::round(((domain.log ? std::exp(number) : number) - low) / step);
  return domain.low + static_cast<std::int64_t>(std::clamp(steps, 0.0, last)) * domain.step;
}

Value off_scale(const CategoricalDomain& domain, double number, const Value& before, Random& random) {
  const double last = static_cast<double>(domain.choices.size()) - 1.0;
  const Choice& choice = domain.choices[static_cast<std::size_t>(std::clamp(std::round(number), 0.0, last))];
  if (choice.name == std::get<ChoiceValue>(before).name) return before;
  return ChoiceValue{choice.name, choice.branch.sample(random)};
}

/// One of the two children of simulated binary crossover within bounds.
double crossed(const Scaled& a, double other, double eta, Random& random) {
  const double x1 = std::min(a.value, other);
  const double x2 = std::max(a.value, other);
  if (x2 - x1 < 1e-14 * (a.high - a.low)) return a.value;
  const bool lower = random.chance(0.5);
  const double room = lower ? x1 - a.low : a.high - x2;
  const double beta = 1.0 + 2.0 * std::max(0.0, room) / (x2 - x1);
  const double alpha = 2.0 - std::pow(beta, -(eta + 1.0));
  const double u = random.uniform();
  const double spread = std::pow(u <= 1.0 / alpha ? u * alpha : 1.0 / (2.0 - u * alpha), 1.0 / (eta + 1.0));
  const double child = 0.5 * (x1 + x2 + (lower ? -spread : spread) * (x2 - x1));
  return std::clamp(child, a.low, a.high);
}

/// Polynomial mutation within bounds.
double mutated(const Scaled& a, double eta, Random& random) {
  const double range = a.high - a.low;
  const double u = random.uniform();
  const bool down = u < 0.5;
  const double room = 1.0 - (down ? a.value - a.low : a.high - a.value) / range;
  const double part = down ? 2.0 * u : 2.0 * (1.0 - u);
  const double delta =
      std::pow(part + (1.0 - part) * std::pow(std::max(0.0, room), eta + 1.0), 1.0 / (eta + 1.0)) - 1.0;
  return std::clamp(a.value + (down ? delta : -delta) * range, a.low, a.high);
}

class Child {
 public:
  Child(const GeneticOptions& options, Random& random) : options_(options), random_(random) {}

  Configuration cross(const SearchSpace& space, const Configuration& a, const Configuration& b) {
    Configuration child;
    for (std::size_t i = 0; i < space.parameters().size(); ++i) {
      const Parameter& parameter = space.parameters()[i];
      // Values stand in the order of the parameters, unless somebody wrote the configuration by hand.
      const Value& one = value_of(a, i, parameter.name);
      const Value& two = value_of(b, i, parameter.name);
      child.set(parameter.name,
                std::visit([&](const auto& domain) { return cross(domain, one, two); }, parameter.domain));
    }
    return child;
  }

  Configuration mutate(const SearchSpace& space, const Configuration& parent, double chance) {
    Configuration child;
    for (std::size_t i = 0; i < space.parameters().size(); ++i) {
      const Parameter& parameter = space.parameters()[i];
      const Value& value = value_of(parent, i, parameter.name);
      child.set(parameter.name,
                std::visit([&](const auto& domain) { return mutate(domain, value, chance); }, parameter.domain));
    }
    return child;
  }

  /// How many parameters a configuration has, at every depth.
  static std::size_t count(const Configuration& configuration) {
    std::size_t sum = configuration.values().size();
    for (const auto& [name, value] : configuration.values()) {
      if (const auto* choice = std::get_if<ChoiceValue>(&value)) sum += count(choice->branch);
      if (const auto* list = std::get_if<std::vector<Element>>(&value))
        for (const Element& element : *list) sum += count(element.values);
    }
    return sum;
  }

 private:
  static const Value& value_of(const Configuration& configuration, std::size_t place, const std::string& name) {
    const auto& values = configuration.values();
    return place < values.size() && values[place].first == name ? values[place].second : *configuration.find(name);
  }

  template <typename Number>
  Value cross(const Number& domain, const Value& one, const Value& two) {
    const Scaled a = on_scale(domain, one);
    if (a.low == a.high) return one;
    if (random_.chance(1.0 - kCrossedShare)) return random_.chance(0.5) ? one : two;
    return off_scale(domain, crossed(a, on_scale(domain, two).value, options_.crossover_eta, random_), one, random_);
  }

  Value cross(const CategoricalDomain& domain, const Value& one, const Value& two) {
    const auto& a = std::get<ChoiceValue>(one);
    const auto& b = std::get<ChoiceValue>(two);
    if (a.name == b.name) {
      if (a.branch.empty()) return one;
      return ChoiceValue{a.name, cross(domain.choices[index_of(domain, one)].branch, a.branch, b.branch)};
    }
    const Value& chosen = random_.chance(0.5) ? one : two;
    if (!domain.ordered || random_.chance(1.0 - kCrossedShare)) return chosen;
    const double middle = crossed(on_scale(domain, one), on_scale(domain, two).value, options_.crossover_eta, random_);
    return off_scale(domain, middle, chosen, random_);
  }

  Value cross(const RepeatDomain& domain, const Value& one, const Value& two) {
    const bool first = random_.chance(0.5);
    auto list = std::get<std::vector<Element>>(first ? one : two);
    const auto& others = std::get<std::vector<Element>>(first ? two : one);
    for (Element& element : list) {
      const auto match = std::find_if(others.begin(), others.end(),
                                      [&](const Element& other) { return other.identity == element.identity; });
      if (match != others.end()) element.values = cross(domain.element, element.values, match->values);
    }
    return list;
  }

  template <typename Number>
  Value mutate(const Number& domain, const Value& value, double chance) {
    const Scaled a = on_scale(domain, value);
    if (a.low == a.high || !random_.chance(chance)) return value;
    return off_scale(domain, mutated(a, options_.mutation_eta, random_), value, random_);
  }

  Value mutate(const CategoricalDomain& domain, const Value& value, double chance) {
    const std::size_t chosen = index_of(domain, value);
    if (domain.choices.size() > 1 && random_.chance(chance)) {
      const std::size_t other = (chosen + 1 + random_.below(domain.choices.size() - 1)) % domain.choices.size();
      const Choice& choice = domain.choices[domain.ordered ? beside(domain, chosen) : other];
      return ChoiceValue{choice.name, choice.branch.sample(random_)};
    }
    const auto& choice = std::get<ChoiceValue>(value);
    if (choice.branch.empty()) return value;
    return ChoiceValue{choice.name, mutate(domain.choices[chosen].branch, choice.branch, chance)};
  }

  std::size_t beside(const CategoricalDomain& domain, std::size_t chosen) {
    if (chosen == 0) return 1;
    if (chosen + 1 == domain.choices.size()) return chosen - 1;
    return random_.chance(0.5) ? chosen - 1 : chosen + 1;
  }

  Value mutate(const RepeatDomain& domain, const Value& value, double chance) {
    auto list = std::get<std::vector<Element>>(value);
    for (Element& element : list) element.values = mutate(domain.element, element.values, chance);
    return list;
  }

  const GeneticOptions& options_;
  Random& random_;
};

}  // namespace

Configuration genetic_child(const SearchSpace& space, const Configuration& a, const Configuration& b,
                            const GeneticOptions& options, Random& random) {
  Child maker(options, random);
  Configuration child = random.chance(options.crossover) ? maker.cross(space, a, b) : a;
  const double chance =
      std::min(1.0, options.mutations / static_cast<double>(std::max<std::size_t>(1, Child::count(child))));
  child = maker.mutate(space, child, chance);
  // An edit of a list changes what the other mutations see, so it comes last.
  const bool may_have_lists = std::any_of(child.values().begin(), child.values().end(), [](const auto& entry) {
    return !std::holds_alternative<double>(entry.second) && !std::holds_alternative<std::int64_t>(entry.second);
  });
  if (may_have_lists && random.chance(chance)) {
    const MutationOptions edits{.change = 0.0};
    if (std::optional<Configuration> edited = nascent::mutate(space, child, random, edits)) return *edited;
  }
  return child;
}

}  // namespace nascent
