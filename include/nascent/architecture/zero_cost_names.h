#pragma once

#include <array>

namespace nascent {

/// What can be said of a network before it is trained, from one batch of images. More is better for each. They order or
/// thin candidates and are never a result; docs/methods/zero_cost.md has how well their order agrees with that of
/// trained networks.
///
///     synflow              the logarithm of the sum of |weight x gradient| over all weights, with their absolute
///     values,
///                          an image of ones and no normalization (Tanaka, Kunin, Yamins, Ganguli: Pruning neural
///                          networks without any data by iteratively conserving synaptic flow. NeurIPS 2020)
///     jacobian_covariance  how little the gradients of the output by different images resemble each other (Mellor,
///                          Turner, Storkey, Crowley: Neural architecture search without training, first version, 2020)
///     naswot               the logarithm of the determinant of how many rectifiers two images agree on (the same, ICML
///                          2021)
///     gradient_norm        the sum of the norms of the loss's gradients by each tensor of weights (Abdelfattah,
///                          Mehrotra, Dudziak, Lane: Zero-cost proxies for lightweight NAS. ICLR 2021)
///     parameters, multiply_adds
inline constexpr std::array kZeroCostScores{"synflow",       "jacobian_covariance", "naswot",
                                            "gradient_norm", "parameters",          "multiply_adds"};

}  // namespace nascent
