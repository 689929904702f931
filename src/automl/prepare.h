#pragma once

#include <string>
#include <vector>

#include "nascent/automl/fit.h"
#include "nascent/data/images.h"
#include "nascent/data/table.h"
#include "run/fit_plan.h"

namespace nascent {

/// The data of a fit, read and understood but not written anywhere yet.
struct PreparedData {
  FitPlan plan;
  Table table;  ///< when plan.kind is kTable
  Table test_table;
  ImageSet images;  ///< when plan.kind is kImages
  ImageSet test_images;
  std::vector<std::string> notes;  ///< what was found, for people
  bool has_test() const { return test_table.rows() > 0 || test_images.count() > 0; }
};

/// Reads the data, infers columns and task, picks metric and split. Throws `InputError` for whatever cannot be used.
PreparedData prepare(const FitOptions& options);

/// Writes the encoded data where workers map it.
void save_data(const PreparedData& data, const std::filesystem::path& training, const std::filesystem::path& test);

}  // namespace nascent
