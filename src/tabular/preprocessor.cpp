#include "tabular/preprocessor.h"

#include <algorithm>

#include "nascent/core/error.h"
#include "nascent/core/random.h"

namespace nascent {

namespace {

constexpr std::uint64_t kFoldStream = 0x7461726765740001;

std::vector<std::uint8_t> draw_folds(std::size_t rows, std::uint64_t seed) {
  std::vector<std::uint8_t> fold(rows);
  for (std::size_t i = 0; i < rows; ++i) fold[i] = static_cast<std::uint8_t>(i % 5);
  Random(seed, kFoldStream).shuffle(fold);
  return fold;
}

}  // namespace

FeatureRows Preprocessor::fit_transform(const Table& table, std::span<const std::uint32_t> rows, std::uint64_t seed) {
  features_.clear();
  for (std::size_t f = 0; f < table.features().size(); ++f) {
    const Feature& feature = table.features()[f];
    FeatureTransform transform{.name = feature.name, .categorical = feature.categorical, .number = {}, .category = {}};
    if (feature.categorical) {
      transform.category = CategoryTransform::fit(table.codes(f), rows, feature.categories, how_);
    } else {
      transform.number = NumberTransform::fit(table.numbers(f), rows, how_.numbers);
    }
    features_.push_back(std::move(transform));
  }
  place_columns();

  FeatureRows out = empty_rows(rows.size());
  std::vector<std::uint8_t> fold;
  for (std::size_t f = 0; f < features_.size(); ++f) {
    FeatureTransform& transform = features_[f];
    if (transform.categorical && transform.category.needs_target()) {
      if (fold.empty()) fold = draw_folds(rows.size(), seed);
      transform.category.fit_statistics(table.codes(f), rows, table.target(), task_, fold, out.numbers,
                                        transform.first_column);
    } else {
      apply(table, f, rows, out);
    }
  }
  return out;
}

FeatureRows Preprocessor::transform(const Table& table, std::span<const std::uint32_t> rows) const {
  if (table.features().size() != features_.size()) {
    throw InputError("The table has " + std::to_string(table.features().size()) +
                     " features, but the model learned from " + std::to_string(features_.size()) +
                     "; encode it with the schema of the model.");
  }
  for (std::size_t f = 0; f < features_.size(); ++f) {
    const Feature& feature = table.features()[f];
    if (feature.name != features_[f].name || feature.categorical != features_[f].categorical) {
      throw InputError("Feature " + std::to_string(f + 1) + " of the table is \"" + feature.name +
                       "\", but the model expects \"" + features_[f].name +
                       "\"; encode it with the schema of the model.");
    }
  }
  FeatureRows out = empty_rows(rows.size());
  for (std::size_t f = 0; f < features_.size(); ++f) apply(table, f, rows, out);
  return out;
}

void Preprocessor::place_columns() {
  number_columns_ = 0;
  code_features_.clear();
  for (std::size_t f = 0; f < features_.size(); ++f) {
    FeatureTransform& transform = features_[f];
    transform.first_column = number_columns_;
    number_columns_ += transform.categorical ? transform.category.number_columns(task_) : transform.number.columns();
    if (transform.categorical && transform.category.cardinality() > 0) code_features_.push_back(f);
  }
}

FeatureRows Preprocessor::empty_rows(std::size_t rows) const {
  FeatureRows out;
  out.numbers = Matrix(rows, number_columns_);
  out.codes.resize(rows * code_features_.size());
  for (const std::size_t f : code_features_) out.cardinalities.push_back(features_[f].category.cardinality());
  return out;
}

void Preprocessor::apply(const Table& table, std::size_t feature, std::span<const std::uint32_t> rows,
                         FeatureRows& out) const {
  const FeatureTransform& transform = features_[feature];
  if (!transform.categorical) {
    transform.number.apply(table.numbers(feature), rows, out.numbers, transform.first_column);
    return;
  }
  transform.category.apply_numbers(table.codes(feature), rows, out.numbers, transform.first_column);
  const auto at = std::find(code_features_.begin(), code_features_.end(), feature);
  if (at != code_features_.end()) {
    transform.category.apply_codes(table.codes(feature), rows, out.codes.data() + (at - code_features_.begin()),
                                   code_features_.size());
  }
}

Json Preprocessor::to_json() const {
  Json features = Json::array();
  for (const FeatureTransform& transform : features_) {
    features.push_back({{"name", transform.name},
                        {transform.categorical ? "category" : "number",
                         transform.categorical ? transform.category.to_json() : transform.number.to_json()}});
  }
  return {{"features", features}};
}

Preprocessor Preprocessor::from_json(const Json& json, const Task& task) {
  Preprocessor preprocessor({}, task);
  for (const Json& entry : json.at("features")) {
    FeatureTransform transform{
        .name = entry.at("name"), .categorical = entry.contains("category"), .number = {}, .category = {}};
    if (transform.categorical) {
      transform.category = CategoryTransform::from_json(entry.at("category"));
    } else {
      transform.number = NumberTransform::from_json(entry.at("number"));
    }
    preprocessor.features_.push_back(std::move(transform));
  }
  preprocessor.place_columns();
  return preprocessor;
}

}  // namespace nascent
