#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace nascent {

class Configuration;
class SearchSpace;

/// A condition on the values of a configuration, written as an expression:
///
///     lr * batch <= 10
///     depth < width
///     optimizer == "sgd" or momentum > 0.5
///     sum(layers.filters) <= 512 and len(layers) >= 2
///
/// Numbers, strings in quotes, names of parameters of the space it stands in; `+ - * / ^ %`, comparisons, `and`, `or`,
/// `not`, parentheses; `min max abs sqrt log exp floor ceil round`; of a `Repeat` `len`, and `sum`, `min`, `max` of a
/// parameter of its elements. `model.depth` is the parameter "depth" below the chosen category of "model". Where a name
/// is not active in a configuration, the comparison that uses it counts as kept. A value type.
class Constraint {
 public:
  /// Throws `InputError` that points at the place, names what is wrong there (an unknown parameter with near matches, a
  /// number compared with a text) and what would be right.
  Constraint(std::string_view expression, const SearchSpace& space);

  const std::string& expression() const { return expression_; }
  bool allows(const Configuration& configuration) const;
  bool operator==(const Constraint& other) const { return expression_ == other.expression_; }

 private:
  std::string expression_;
  std::shared_ptr<const struct ConstraintNode> root_;
};

}  // namespace nascent
