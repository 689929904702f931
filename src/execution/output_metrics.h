#pragma once

#include <string_view>

#include "nascent/trial/trial.h"

namespace nascent {

/// The numbers that a line of output names, whatever else it says:
///
///     epoch 4 of 10: loss=0.3, accuracy: 91.5 % (lr = 1e-3)     {"loss": 0.3, "epoch": 4}     'loss': nan
///
/// A name begins with a letter and may hold letters, digits and "_ . - / @"; then "=" or ":" and a number that ends
/// there ("12ms", "12:30" and "2024-01-02" are none). Of a line that is a JSON object, the numbers of its top level.
/// Colours of terminals are skipped. Of two values of one name the last counts.
Metrics metrics_in(std::string_view line);

}  // namespace nascent
