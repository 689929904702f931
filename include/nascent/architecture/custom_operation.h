#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "nascent/architecture/shape.h"
#include "nascent/core/json.h"

namespace nascent {

/// What the engine must know of an operation that it does not have itself. How it computes is registered with the
/// training room (`nascent/training/custom_module.h`).
struct CustomOperation {
  /// The shape that comes out. Throws `InputError` when the inputs or the options do not fit.
  std::function<Shape(const Json& options, std::span<const Shape> inputs)> shape;
  /// Numbers that training learns.
  std::function<std::int64_t(const Json& options, std::span<const Shape> inputs)> parameters =
      [](const Json&, std::span<const Shape>) -> std::int64_t { return 0; };
  /// Multiplications followed by an addition, for one example.
  std::function<std::int64_t(const Json& options, std::span<const Shape> inputs)> multiply_adds =
      [](const Json&, std::span<const Shape>) -> std::int64_t { return 0; };
};

/// Makes the operation known under this name, for `Custom` nodes. Call it at the start of the program, before any
/// architecture that uses it. Throws `InputError` when the name is empty or taken.
void register_operation(std::string kind, CustomOperation operation);

/// The operation of this name. Throws `InputError` with a sentence about `node` when there is none.
const CustomOperation& custom_operation(std::string_view kind, std::string_view node);

}  // namespace nascent
