#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nascent/core/json.h"

namespace nascent {

enum class TaskKind : std::uint8_t { kBinary, kMulticlass, kRegression };

std::string_view name_of(TaskKind kind);  ///< "binary", "multiclass", "regression"
/// Throws `InputError` for an unknown name.
TaskKind task_kind_of(std::string_view name);

/// What is to be predicted. A class is known by its index in `classes`, which is sorted: by value where all are numbers
/// ("2" before "10"), by name otherwise.
struct Task {
  TaskKind kind = TaskKind::kRegression;
  std::string target;                ///< name of the target column; "class" for images
  std::vector<std::string> classes;  ///< empty for regression

  bool is_classification() const { return kind != TaskKind::kRegression; }
  /// Columns of a prediction: one probability for each class, or the value.
  std::size_t outputs() const { return is_classification() ? classes.size() : 1; }

  Json to_json() const;
  static Task from_json(const Json& json);
};

}  // namespace nascent
