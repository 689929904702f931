#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "nascent/core/random.h"
#include "nascent/data/task.h"
#include "nascent/learner/learner.h"

/// A small synthetic task of each kind, as a learner sees it after preprocessing.
namespace nascent::testing {

/// What a family's preprocessing lets through to its learner.
struct FeatureStyle {
  bool missing_numbers = false;  ///< NaN stays NaN
  bool codes = false;            ///< categories are integer codes; otherwise 0/1 columns
};

struct LearnerProblem {
  Task task;
  LabelledRows training;
  LabelledRows validation;  ///< half as many rows, from the same source
};

inline constexpr std::size_t kNumberColumns = 4;
inline constexpr std::int32_t kCategories = 5;

inline Task make_task(TaskKind kind) {
  Task task{.kind = kind, .target = "y", .classes = {}};
  if (kind == TaskKind::kBinary) task.classes = {"no", "yes"};
  if (kind == TaskKind::kMulticlass) task.classes = {"a", "b", "c"};
  return task;
}

/// Four standard normal numbers and a category with five values decide the target by sums that every family can learn;
/// one of the numbers is noise, and a tenth of the variance is.
inline LabelledRows draw_rows(TaskKind kind, FeatureStyle style, std::size_t rows, Random& random) {
  constexpr std::array<double, kCategories> kEffect = {-2.0, -1.0, 0.0, 1.0, 2.0};
  LabelledRows out;
  const std::size_t columns = kNumberColumns + (style.codes ? 0 : static_cast<std::size_t>(kCategories));
  out.features.numbers = Matrix(rows, columns);
  if (style.codes) {
    out.features.codes.resize(rows);
    out.features.cardinalities = {kCategories + 1};
  }
  for (std::size_t r = 0; r < rows; ++r) {
    std::array<double, kNumberColumns> x{};
    for (std::size_t c = 0; c < kNumberColumns; ++c) {
      x[c] = random.normal();
      out.features.numbers(r, c) = static_cast<float>(x[c]);
    }
    const std::size_t category = random.below(kCategories);
    if (style.codes) {
      out.features.codes[r] = static_cast<std::int32_t>(category) + 1;
    } else {
      out.features.numbers(r, kNumberColumns + category) = 1.0F;
    }
    const double up = 2.0 * x[0] + kEffect[category] + 0.5 * random.normal();
    const double across = 2.0 * x[1] + 0.5 * random.normal();
    switch (kind) {
      case TaskKind::kRegression:
        out.target.push_back(100.0 + 10.0 * (up - across));
        break;
      case TaskKind::kBinary:
        out.target.push_back(up > across ? 1.0 : 0.0);
        break;
      case TaskKind::kMulticlass:
        out.target.push_back(up > std::abs(across) ? 0.0 : across > 0.0 ? 1.0 : 2.0);
        break;
    }
  }
  return out;
}

inline LearnerProblem make_learner_problem(TaskKind kind, FeatureStyle style, std::size_t rows, std::uint64_t seed) {
  Random random(seed);
  LearnerProblem problem{.task = make_task(kind), .training = {}, .validation = {}};
  problem.training = draw_rows(kind, style, rows, random);
  problem.validation = draw_rows(kind, style, std::max<std::size_t>(1, rows / 2), random);
  return problem;
}

/// What can be said without looking at the features: the shares of the classes, or the mean.
inline Matrix constant_predictions(const LearnerProblem& problem, const LabelledRows& rows) {
  Matrix out(rows.target.size(), problem.task.outputs());
  const auto count = static_cast<float>(problem.training.target.size());
  for (const double target : problem.training.target) {
    for (std::size_t r = 0; r < out.rows; ++r) {
      if (problem.task.is_classification()) {
        out(r, static_cast<std::size_t>(target)) += 1.0F / count;
      } else {
        out(r, 0) += static_cast<float>(target) / count;
      }
    }
  }
  return out;
}

inline FeatureRows some_rows(const FeatureRows& from, std::size_t first, std::size_t count) {
  FeatureRows out;
  out.cardinalities = from.cardinalities;
  out.numbers = Matrix(count, from.numbers.columns);
  const std::size_t codes = from.categorical_columns();
  for (std::size_t r = 0; r < count; ++r) {
    std::copy(from.numbers.row(first + r).begin(), from.numbers.row(first + r).end(), out.numbers.row(r).begin());
    for (std::size_t c = 0; c < codes; ++c) out.codes.push_back(from.codes[(first + r) * codes + c]);
  }
  return out;
}

/// Takes all knowledge out of the rows: every category unknown, every number missing or, where that cannot be, zero.
inline void blank_out(FeatureRows& features, FeatureStyle style) {
  std::fill(features.codes.begin(), features.codes.end(), 0);
  std::fill(features.numbers.values.begin(), features.numbers.values.end(),
            style.missing_numbers ? std::numeric_limits<float>::quiet_NaN() : 0.0F);
}

/// Adds 0/1 columns that are rarely one, as rare categories make them.
inline void widen(FeatureRows& features, std::size_t columns) {
  Matrix wide(features.numbers.rows, features.numbers.columns + columns);
  for (std::size_t r = 0; r < wide.rows; ++r) {
    std::copy(features.numbers.row(r).begin(), features.numbers.row(r).end(), wide.row(r).begin());
    wide(r, features.numbers.columns + (r * 7) % columns) = 1.0F;
  }
  features.numbers = std::move(wide);
}

}  // namespace nascent::testing
