#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nascent/core/json.h"
#include "nascent/data/table.h"
#include "nascent/learner/family.h"
#include "nascent/learner/learner.h"
#include "tabular/category_transform.h"
#include "tabular/number_transform.h"

namespace nascent {

/// Turns rows of a table into what a learner sees. Everything that it knows was learned in `fit_transform`, from the
/// rows given there and no others. A value type.
class Preprocessor {
 public:
  Preprocessor() = default;
  Preprocessor(Preprocessing how, Task task) : how_(how), task_(std::move(task)) {}

  /// Learns from these rows of the table, and returns them transformed. That is not the same as `transform` for the
  /// same rows where target statistics are asked for: here they are out of fold. `seed` draws the folds.
  FeatureRows fit_transform(const Table& table, std::span<const std::uint32_t> rows, std::uint64_t seed);

  /// Any rows of any table with the features of the one learned from. Throws `InputError` when the features differ.
  FeatureRows transform(const Table& table, std::span<const std::uint32_t> rows) const;

  Json to_json() const;
  static Preprocessor from_json(const Json& json, const Task& task);

 private:
  struct FeatureTransform {
    std::string name;
    bool categorical;
    NumberTransform number;
    CategoryTransform category;
    std::size_t first_column = 0;  // in `FeatureRows::numbers`
  };
  void place_columns();
  FeatureRows empty_rows(std::size_t rows) const;
  void apply(const Table& table, std::size_t feature, std::span<const std::uint32_t> rows, FeatureRows& out) const;

  Preprocessing how_;
  Task task_;
  std::vector<FeatureTransform> features_;
  std::size_t number_columns_ = 0;
  std::vector<std::size_t> code_features_;  // the features encoded by codes, in order
};

}  // namespace nascent
