#pragma once

#include <cstdint>

namespace nascent {

/// The mean cross entropy of rows x classes logits against smoothed labels: 1 - smoothing for the true class and
/// smoothing spread over all (Szegedy et al. 2016). Writes its gradient, of the same shape.
double softmax_loss(const float* logits, std::int64_t rows, std::int64_t classes, const std::int32_t* labels,
                    double smoothing, float* gradient);

/// Half the mean squared error of one value a row, and its gradient.
double squared_loss(const float* values, std::int64_t rows, const float* targets, float* gradient);

/// Turns each row of logits into probabilities.
void softmax_rows(float* logits, std::int64_t rows, std::int64_t classes);

}  // namespace nascent
