#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "nascent/architecture/architecture.h"
#include "nascent/architecture/zero_cost_names.h"
#include "nascent/data/images.h"

namespace nascent {

/// The score of this name (`kZeroCostScores`) of a network with fresh weights, drawn from the seed; each normalization
/// starts with a scale of one, and dropout is left out. The rows are the batch: 32 to 128 images with a known class. On
/// the CPU. One seed gives one result. None where the score is not finite or the network cannot have it: naswot without
/// rectifiers or where two images agree on all, synflow where an operation is a user's own.
std::optional<double> zero_cost_score(std::string_view name, const Architecture& architecture, const ImageSet& images,
                                      std::span<const std::uint32_t> rows, std::uint64_t seed);

}  // namespace nascent
