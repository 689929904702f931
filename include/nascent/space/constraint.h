#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

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
/// is not active in a configuration, the comparison that uses it has no say: the constraint counts as kept unless the
/// rest of it is broken. A name that is no plain word is written in backquotes: `weight-decay`. A category can be
/// compared with a text; an ordered one also by its order, and as a number if all its categories are numbers. Numbers
/// within 1e-12 of each other count as equal; what is not a number (sqrt(-1)) keeps no comparison. A value type.
class Constraint {
 public:
  /// Throws `InputError` that points at the place, names what is wrong there (an unknown parameter with near matches, a
  /// number compared with a text) and what would be right.
  Constraint(std::string_view expression, const SearchSpace& space);

  const std::string& expression() const { return expression_; }
  bool allows(const Configuration& configuration) const;
  /// The parameters it names, each as the way to it: {"model", "depth"}.
  const std::vector<std::vector<std::string>>& names() const;
  bool operator==(const Constraint& other) const { return expression_ == other.expression_; }

 private:
  std::string expression_;
  std::shared_ptr<const struct CompiledConstraint> compiled_;
};

}  // namespace nascent
