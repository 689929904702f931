#include "evaluation/prediction_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "nascent/core/files.h"
#include "nascent/data/csv.h"

namespace nascent {

void write_predictions_csv(const std::filesystem::path& path, const Task& task, const Matrix& predictions,
                           const std::vector<std::string>& names) {
  std::string text = names.empty() ? "" : "name,";
  text += "prediction";
  for (const std::string& name : task.classes) text += "," + csv_cell("probability_" + name);
  text += "\n";
  auto out = std::back_inserter(text);
  for (std::size_t row = 0; row < predictions.rows; ++row) {
    const std::span<const float> values = predictions.row(row);
    if (!names.empty()) text += csv_cell(names[row]) + ",";
    if (!task.is_classification()) {
      fmt::format_to(out, "{}\n", values[0]);
      continue;
    }
    const auto best = static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
    text += csv_cell(task.classes[best]);
    for (const float probability : values) fmt::format_to(out, ",{:.6f}", probability);
    text += "\n";
  }
  write_file_atomically(path, text);
}

}  // namespace nascent
