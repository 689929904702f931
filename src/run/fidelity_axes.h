#pragma once

/// The axes along which a fit can give a candidate less than the full evaluation (`Trial::fidelity`).
namespace nascent {

/// Passes over the training images.
inline constexpr const char* kEpochsAxis = "epochs";
/// The share of the training rows or images, above 0 and up to 1.
inline constexpr const char* kDataAxis = "data";

}  // namespace nascent
