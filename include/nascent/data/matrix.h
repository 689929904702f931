#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace nascent {

/// A dense row-major matrix of floats: features going into a model, predictions coming out. A value type.
struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values;

  Matrix() = default;
  Matrix(std::size_t row_count, std::size_t column_count, float value = 0.0F)
      : rows(row_count), columns(column_count), values(row_count * column_count, value) {}

  std::span<float> row(std::size_t r) { return {values.data() + r * columns, columns}; }
  std::span<const float> row(std::size_t r) const { return {values.data() + r * columns, columns}; }
  float& operator()(std::size_t r, std::size_t c) { return values[r * columns + c]; }
  float operator()(std::size_t r, std::size_t c) const { return values[r * columns + c]; }
};

}  // namespace nascent
