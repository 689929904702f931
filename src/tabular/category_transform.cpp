#include "tabular/category_transform.h"

#include <algorithm>
#include <numeric>

#include "nascent/data/table.h"
#include "tabular/target_statistics.h"

namespace nascent {

namespace {

constexpr int kFolds = 5;

/// With so many rows, what a category's mean knows of any one of them is negligible. Out-of-fold means, however, differ
/// from fold to fold by their noise, and where categories are near each other, trees learn that noise instead of the
/// categories.
constexpr std::size_t kRowsThatNeedNoFolds = 200;

/// `kOneHotSmall` goes up to this many categories.
constexpr std::size_t kSmall = 9;

}  // namespace

CategoryTransform CategoryTransform::fit(std::span<const std::int32_t> column, std::span<const std::uint32_t> rows,
                                         std::size_t categories, const Preprocessing& how) {
  std::vector<std::size_t> counts(categories);
  std::size_t missing = 0;
  for (const std::uint32_t row : rows) {
    const std::int32_t code = column[row];
    if (code == kMissingCode) ++missing;
    if (code >= 0) ++counts[static_cast<std::size_t>(code)];
  }
  const auto enough = static_cast<std::size_t>(std::max(1, how.rare_rows));
  std::vector<std::size_t> kept;
  for (std::size_t code = 0; code < categories; ++code) {
    if (counts[code] >= enough) kept.push_back(code);
  }

  CategoryTransform transform;
  using Categories = Preprocessing::Categories;
  if (how.categories == Categories::kTarget) {
    transform.encoding_ = Encoding::kTarget;
  } else if (how.categories == Categories::kOneHot ||
             (how.categories == Categories::kOneHotSmall && kept.size() <= kSmall)) {
    transform.encoding_ = Encoding::kOneHot;
  }
  if (transform.encoding_ == Encoding::kOneHot && kept.size() > kMostOneHotColumns) {
    std::stable_sort(kept.begin(), kept.end(), [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
    kept.resize(kMostOneHotColumns);
    std::sort(kept.begin(), kept.end());
  }

  transform.slot_of_.assign(categories, 0);
  for (const std::size_t code : kept) transform.slot_of_[code] = transform.slots_++;
  if (transform.encoding_ != Encoding::kCodes && missing >= enough) transform.missing_slot_ = transform.slots_++;
  return transform;
}

void CategoryTransform::fit_statistics(std::span<const std::int32_t> column, std::span<const std::uint32_t> rows,
                                       std::span<const double> target, const Task& task,
                                       std::span<const std::uint8_t> fold, Matrix& out, std::size_t first_column) {
  const auto slots = static_cast<std::size_t>(slots_);
  TargetStatistics all(task, slots);
  std::vector<TargetStatistics> in_fold(kFolds, TargetStatistics(task, slots));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto at = static_cast<std::size_t>(slot(column[rows[i]]));
    all.add(at, target[rows[i]]);
    in_fold[fold[i] % kFolds].add(at, target[rows[i]]);
  }
  const std::size_t width = all.width();
  statistics_.resize(slots * width);
  for (std::size_t s = 0; s < slots; ++s) all.means(s, {statistics_.data() + s * width, width});

  std::vector<TargetStatistics> out_of_fold(kFolds, all);
  for (int f = 0; f < kFolds; ++f) {
    const auto index = static_cast<std::size_t>(f);
    out_of_fold[index].subtract(in_fold[index]);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto at = static_cast<std::size_t>(slot(column[rows[i]]));
    const bool many = all.rows(at) >= kRowsThatNeedNoFolds;
    (many ? all : out_of_fold[fold[i] % kFolds]).means(at, {&out(i, first_column), width});
  }
}

std::int32_t CategoryTransform::slot(std::int32_t code) const {
  if (code == kMissingCode) return missing_slot_;
  return code >= 0 && static_cast<std::size_t>(code) < slot_of_.size() ? slot_of_[static_cast<std::size_t>(code)] : 0;
}

std::size_t CategoryTransform::number_columns(const Task& task) const {
  if (encoding_ == Encoding::kOneHot) return static_cast<std::size_t>(slots_ - 1);
  if (encoding_ == Encoding::kTarget) return TargetStatistics(task, 0).width();
  return 0;
}

std::int32_t CategoryTransform::cardinality() const { return encoding_ == Encoding::kCodes ? slots_ : 0; }

void CategoryTransform::apply_numbers(std::span<const std::int32_t> column, std::span<const std::uint32_t> rows,
                                      Matrix& out, std::size_t first_column) const {
  if (encoding_ == Encoding::kOneHot) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::int32_t at = slot(column[rows[i]]);
      if (at > 0) out(i, first_column + static_cast<std::size_t>(at) - 1) = 1.0F;
    }
  } else if (encoding_ == Encoding::kTarget) {
    const std::size_t width = statistics_.size() / static_cast<std::size_t>(slots_);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto at = static_cast<std::size_t>(slot(column[rows[i]]));
      std::copy_n(statistics_.begin() + static_cast<std::ptrdiff_t>(at * width), width, &out(i, first_column));
    }
  }
}

void CategoryTransform::apply_codes(std::span<const std::int32_t> column, std::span<const std::uint32_t> rows,
                                    std::int32_t* out, std::size_t stride) const {
  for (std::size_t i = 0; i < rows.size(); ++i) out[i * stride] = slot(column[rows[i]]);
}

Json CategoryTransform::to_json() const {
  return {{"encoding", static_cast<int>(encoding_)},
          {"slot_of", slot_of_},
          {"missing_slot", missing_slot_},
          {"slots", slots_},
          {"statistics", statistics_}};
}

CategoryTransform CategoryTransform::from_json(const Json& json) {
  CategoryTransform transform;
  transform.encoding_ = static_cast<Encoding>(json.at("encoding").get<int>());
  json.at("slot_of").get_to(transform.slot_of_);
  transform.missing_slot_ = json.at("missing_slot");
  transform.slots_ = json.at("slots");
  json.at("statistics").get_to(transform.statistics_);
  return transform;
}

}  // namespace nascent
