#include "training/tabular_loss.h"

#include <algorithm>
#include <cmath>

#include "training/fast_exp.h"
#include "training/vectorised.h"

namespace nascent {
namespace {

/// out := exp(in - the largest); returns the sum of out.
[[gnu::always_inline]] inline float exponentials(const float* in, float* out, std::int64_t count, float largest) {
  for (std::int64_t i = 0; i < count; ++i) out[i] = fast_exp(in[i] - largest);
  float sum = 0.0F;
  for (std::int64_t i = 0; i < count; ++i) sum += out[i];
  return sum;
}

}  // namespace

NASCENT_VECTORISED
double softmax_loss(const float* logits, std::int64_t rows, std::int64_t classes, const std::int32_t* labels,
                    double smoothing, float* gradient) {
  const auto background = static_cast<float>(smoothing / static_cast<double>(classes));
  const auto own = static_cast<float>(1.0 - smoothing);
  const float share = 1.0F / static_cast<float>(rows);
  double loss = 0.0;
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* row = logits + r * classes;
    float* out = gradient + r * classes;
    const float largest = *std::max_element(row, row + classes);
    float total = 0.0F;
    for (std::int64_t k = 0; k < classes; ++k) total += row[k];
    const float sum = exponentials(row, out, classes, largest);
    const float log_sum = largest + std::log(sum);
    loss += log_sum - own * row[labels[r]] - background * total;
    for (std::int64_t k = 0; k < classes; ++k) out[k] = (out[k] / sum - background) * share;
    out[labels[r]] -= own * share;
  }
  return loss * share;
}

NASCENT_VECTORISED
double squared_loss(const float* values, std::int64_t rows, const float* targets, float* gradient) {
  const float share = 1.0F / static_cast<float>(rows);
  double loss = 0.0;
  for (std::int64_t r = 0; r < rows; ++r) {
    const float error = values[r] - targets[r];
    loss += 0.5 * error * error;
    gradient[r] = error * share;
  }
  return loss * share;
}

NASCENT_VECTORISED
void softmax_rows(float* logits, std::int64_t rows, std::int64_t classes) {
  for (std::int64_t r = 0; r < rows; ++r) {
    float* row = logits + r * classes;
    const float sum = exponentials(row, row, classes, *std::max_element(row, row + classes));
    for (std::int64_t k = 0; k < classes; ++k) row[k] /= sum;
  }
}

}  // namespace nascent
