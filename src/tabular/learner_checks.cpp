#include "tabular/learner_checks.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "nascent/core/error.h"
#include "nascent/core/files.h"

namespace nascent {

namespace {

constexpr const char* kFactsFile = "learner.json";

}  // namespace

void require_start(const LabelledRows& training, const FitContext& context, std::string_view label) {
  if (training.target.empty()) throw Error("The " + std::string(label) + " got no rows to learn from.");
  if (has_to_stop(context)) throw Error("There was no time left to start the " + std::string(label) + ".");
}

bool has_to_stop(const FitContext& context) {
  return context.deadline.passed() || (context.should_stop && context.should_stop());
}

void require_finite(const Matrix& predictions, std::string_view label) {
  const auto finite = [](float value) { return std::isfinite(value); };
  if (!std::all_of(predictions.values.begin(), predictions.values.end(), finite)) {
    throw Error("The " + std::string(label) + " diverged: a prediction is not a finite number.");
  }
}

void write_facts(const std::filesystem::path& folder, const Json& facts) {
  write_file(folder / kFactsFile, facts.dump());
}

Json read_facts(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kFactsFile;
  Json facts = Json::parse(read_file(path), nullptr, false);
  if (facts.is_discarded()) throw InputError("The model file " + path.string() + " is damaged; fit the model again.");
  return facts;
}

Matrix with_both_classes(const Matrix& second) {
  Matrix out(second.rows, 2);
  for (std::size_t r = 0; r < second.rows; ++r) {
    out(r, 0) = 1.0F - second.values[r];
    out(r, 1) = second.values[r];
  }
  return out;
}

void normalise_rows(Matrix& probabilities) {
  for (std::size_t r = 0; r < probabilities.rows; ++r) {
    const std::span<float> row = probabilities.row(r);
    float sum = 0.0F;
    for (float& value : row) sum += value = std::max(value, 0.0F);
    for (float& value : row) value = sum > 0.0F ? value / sum : 1.0F / static_cast<float>(row.size());
  }
}

}  // namespace nascent
