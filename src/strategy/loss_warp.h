#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

namespace nascent {

/// Losses as targets of a Gaussian process: mean about 0, deviation about 1, the order kept, and the good end resolved.
///
/// The better half keeps its proportions. Of the worse half only the ranks count: it gets the quantiles of a normal
/// distribution whose width is that of the better half. So a diverged trial, or a handful of them, cannot flatten the
/// differences that matter (the half-rank warping of Vizier: Song et al., The Vizier Gaussian process bandit algorithm,
/// arXiv 2408.11527). A trial without a loss is as bad as the worst.
Eigen::VectorXd warped_losses(const std::vector<std::optional<double>>& losses);

}  // namespace nascent
