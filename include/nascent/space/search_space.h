#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "nascent/core/json.h"
#include "nascent/core/random.h"
#include "nascent/space/configuration.h"

namespace nascent {

class Constraint;
struct Parameter;

/// What somebody who knows what a space means can add to what its tree says: of two cells of a network, that they are
/// isomorphic, or how near they are. Not saved with the space: who builds it sets them again.
struct SpaceTraits {
  /// Configurations with the same key are one and the same, and are evaluated once. Empty: the canonical form.
  std::function<std::string(const Configuration&)> key = {};
  /// A vector, always of the same length, in which near means alike. Models use it beside the encoding.
  std::function<std::vector<double>(const Configuration&)> features = {};
  /// Points for which this is false count as breaking a constraint: bounds that no expression of the parameters can
  /// say, as on the size of the network that a configuration stands for. Only asked where the constraints are kept.
  /// Empty: all are allowed. The traits of spaces below the first have a say in this too.
  std::function<bool(const Configuration&)> allowed = {};
};

/// Options of a numeric parameter.
struct NumberOptions {
  bool log = false;                 ///< the logarithm is what varies evenly; needs low > 0
  std::optional<double> step = {};  ///< only low, low + step, ... are allowed; not together with log
};

/// What may be tried: an ordered list of named parameters. A category may open a sub-space, so that a condition is
/// structure and not a string; a `Repeat` is a list, of variable length, of the same sub-space. A value type: plain
/// data that can be copied, compared and saved.
///
///     SearchSpace space;
///     space.add_float("lr", 1e-4, 1e-1, {.log = true});
///     space.add_int("depth", 1, 6);
///     space.add_categorical("optimizer", {{"adam"}, {"sgd", SearchSpace().add_float("momentum", 0.0, 0.99)}});
///
/// Adding a name twice, an empty range or a category twice throws `InputError` that names the parameter.
class SearchSpace {
 public:
  SearchSpace();
  SearchSpace(const SearchSpace&);
  SearchSpace(SearchSpace&&) noexcept;
  SearchSpace& operator=(const SearchSpace&);
  SearchSpace& operator=(SearchSpace&&) noexcept;
  ~SearchSpace();

  SearchSpace& add_float(std::string name, double low, double high, NumberOptions options = {});
  SearchSpace& add_int(std::string name, std::int64_t low, std::int64_t high, NumberOptions options = {});
  SearchSpace& add_categorical(std::string name, std::vector<struct Choice> choices);
  /// Categories in an order that means something (sizes 16, 32, 64): neighbours in the list are alike.
  SearchSpace& add_ordered(std::string name, std::vector<struct Choice> choices);
  /// A list of `minimum` to `maximum` elements, each a point of `element`.
  SearchSpace& add_repeat(std::string name, std::int64_t minimum, std::int64_t maximum, SearchSpace element);

  /// Forbids the points for which the expression is false: "lr * batch <= 10", "depth < width", "len(layers) <= 4".
  /// The grammar is that of `Constraint`. A constraint that names a parameter which is not active is kept. The
  /// parameters it names must be there already.
  SearchSpace& add_constraint(std::string_view expression);
  SearchSpace& set_traits(SpaceTraits traits);

  const std::vector<Parameter>& parameters() const { return parameters_; }
  /// Those of this level; the spaces below have their own.
  const std::vector<Constraint>& constraints() const { return constraints_; }
  /// Whether there are constraints here or anywhere below, or traits that forbid points.
  bool is_constrained() const { return constrained_ || traits().allowed; }
  const SpaceTraits& traits() const;
  const Parameter* find(std::string_view name) const;
  bool empty() const { return parameters_.empty(); }

  /// A point drawn uniformly: each number from its (logarithmic) range, each category and each length alike. Values
  /// that the constraints of their level forbid are drawn again. Where these are so tight that a thousand draws find
  /// nothing, the last draw is repaired value by value, which is no longer quite uniform; throws `InputError` when that
  /// fails too, or when the traits allow none of a thousand points.
  Configuration sample(Random& random) const;
  /// Whether all constraints are kept and the traits allow it, those of active sub-spaces and elements too.
  bool allows(const Configuration& configuration) const;
  /// What makes two configurations the same evaluation: a hash of `traits().key` if set, of the canonical form else.
  std::uint64_t key(const Configuration& configuration) const;
  /// Checks that the configuration is a point of this space; throws `InputError` naming the path ("layers[2].filters").
  void validate(const Configuration& configuration) const;
  /// How many points there are before constraints and keys; none when a float without a step makes it infinite, or
  /// when it exceeds 2^62.
  std::optional<std::uint64_t> size() const;
  /// The point of this index, from 0: all indices below `size()` give all points, each once. Needs a finite space.
  Configuration point(std::uint64_t index) const;

  /// Reads what `Configuration::to_json` wrote, and validates it.
  Configuration configuration_from_json(const Json& json) const;

  Json to_json() const;
  static SearchSpace from_json(const Json& json);

  /// The same parameters and constraints; traits are not compared.
  bool operator==(const SearchSpace& other) const;

 private:
  void add(Parameter parameter);
  std::vector<Parameter> parameters_;
  std::vector<Constraint> constraints_;
  bool constrained_ = false;  ///< by constraints here, or by anything below
  std::shared_ptr<const SpaceTraits> traits_;
};

struct FloatDomain {
  double low;
  double high;
  bool log = false;
  std::optional<double> step;
  bool operator==(const FloatDomain&) const = default;
};

struct IntDomain {
  std::int64_t low;
  std::int64_t high;
  bool log = false;
  std::int64_t step = 1;
  bool operator==(const IntDomain&) const = default;
};

struct Choice {
  std::string name;
  SearchSpace branch;                               ///< the parameters that exist only when this category is chosen
  Choice(const char* category) : name(category) {}  // NOLINT: {"relu", "gelu"} should read as it is
  Choice(std::string category, SearchSpace below = {}) : name(std::move(category)), branch(std::move(below)) {}
  bool operator==(const Choice&) const = default;
};

struct CategoricalDomain {
  std::vector<Choice> choices;
  bool ordered = false;  ///< the order of the choices means something
  bool operator==(const CategoricalDomain&) const = default;
};

struct RepeatDomain {
  std::int64_t minimum;
  std::int64_t maximum;
  SearchSpace element;
  bool operator==(const RepeatDomain&) const = default;
};

struct Parameter {
  std::string name;
  std::variant<FloatDomain, IntDomain, CategoricalDomain, RepeatDomain> domain;
  bool operator==(const Parameter&) const = default;
};

}  // namespace nascent

#include "nascent/space/constraint.h"  // the elements of `constraints()`
