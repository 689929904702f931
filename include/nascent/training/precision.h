#pragma once

#include <cstdint>

namespace nascent {

/// The numbers that a network computes with; its parameters are float32 in any case.
enum class Precision : std::uint8_t { kFloat32, kBfloat16 };

}  // namespace nascent
