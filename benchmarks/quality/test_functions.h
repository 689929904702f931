#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "nascent/core/json.h"

/// Noiseless continuous functions of the kind of BBOB (Hansen, Finck, Ros & Auger 2009, RR-6829), on [-5, 5]^D. The
/// minimum is always 0 and lies at `shift`, drawn from [-4, 4]^D; so what a search finds is its distance from the
/// optimum. Shift and rotations come from the instance. Own instances: the values are not those of COCO.
namespace nascent::bench {

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;

/// What is random in a function.
struct Instance {
  std::size_t dimensions = 0;
  std::uint64_t number = 0;
  Vector shift;
  Vector signs;  ///< of the Schwefel function: the optimum's corner, -1 or 1
  Matrix rotation;
  Matrix second_rotation;
  /// The 101 peaks of the Gallagher function, the first (at `shift`) the highest: places, and the diagonals of their
  /// scaling matrices.
  Matrix peaks;
  Matrix peak_scales;
};

Instance make_instance(std::size_t dimensions, std::uint64_t number);
Json to_json(const Instance& instance);

struct TestFunction {
  std::string name;
  double (*value)(const Instance&, const Vector& x);
};

/// All of them.
const std::vector<TestFunction>& test_functions();

}  // namespace nascent::bench
