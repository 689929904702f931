#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "nascent/architecture/network_space.h"
#include "nascent/core/json.h"
#include "nascent/data/images.h"
#include "nascent/data/split.h"
#include "nascent/data/table.h"
#include "nascent/data/task.h"
#include "nascent/space/search_space.h"

namespace nascent {

/// The parameter of a table's search space that chooses the model family; each of its categories opens the family's
/// space.
inline constexpr const char* kModelParameter = "model";

enum class DataKind : std::uint8_t { kTable, kImages };

/// What is fitted and how: decided once when a fit starts, read by every worker, and enough to go on with it later.
struct FitPlan {
  DataKind kind = DataKind::kTable;
  Task task;
  std::optional<TableSchema> table;   ///< when kind is kTable
  std::optional<ImageSchema> images;  ///< when kind is kImages
  SearchSpace space;
  /// What the networks of `space` are built from, where the data are fitted by designed networks.
  std::optional<NetworkSpaceOptions> network;
  int network_inputs = 0;  ///< numbers that designed networks read for a row of the table (`dense_network_inputs`)
  std::string metric;
  Split split;
  std::uint64_t seed = 0;
  std::string device = "cpu";         ///< "cpu" or "cuda", for networks
  std::string precision = "float32";  ///< "float32" or "bfloat16", for networks of images
  OrderedJson source;                 ///< where the data came from and what was found in it, for the report

  void save(const std::filesystem::path& path) const;
  /// Throws `InputError` when the file is missing or not a plan.
  static FitPlan load(const std::filesystem::path& path);
};

}  // namespace nascent
