#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "nascent/core/random.h"

namespace nascent {

struct CmaEsOptions {
  double sigma = 0.3;          ///< the first standard deviation in every coordinate
  std::size_t population = 0;  ///< points a generation, at least 4; 0: 4 + ⌊3 ln d⌋
  /// For each coordinate the ascending numbers at which one allowed value gives way to the next; a coordinate without
  /// any is continuous. Empty: all are.
  std::vector<std::vector<double>> thresholds = {};
  /// The least probability α that a discrete coordinate leaves the cell of the mean; 0: 1 / (d λ).
  double margin = 0.0;
  double largest_deviation = std::numeric_limits<double>::infinity();  ///< in any coordinate
};

/// The covariance matrix adaptation evolution strategy: a normal distribution m + σ A N(0, C) that moves to where the
/// good points of each generation lie and takes the shape of their steps. With negative weights for the worse half
/// (active), the constants of the tutorial, and the margin for discrete coordinates, of which A is the diagonal matrix.
///
/// It knows points and their order only: neither losses nor bounds. Points may come from elsewhere; a step longer than
/// about any that the distribution itself would make is shortened, so that one such point cannot blow it up.
///
/// Hansen: The CMA evolution strategy, a tutorial. arXiv 1604.00772 (2016); its names are used here.
/// Hamano, Saito, Nomura, Shirakawa: CMA-ES with margin. GECCO 2022.
/// Hansen: Injecting external solutions into CMA-ES. arXiv 1110.4181 (2011).
class CmaEs {
 public:
  /// At least one coordinate.
  explicit CmaEs(const std::vector<double>& mean, CmaEsOptions options = {});

  std::size_t dimensions() const { return static_cast<std::size_t>(m_.size()); }
  std::size_t population() const { return lambda_; }
  std::size_t generation() const { return g_; }

  /// A point drawn from the distribution, its standard deviations multiplied by `widening`.
  std::vector<double> sample(Random& random, double widening = 1.0) const;

  /// Learns from a generation: `population()` points, the best first. Discrete coordinates are the drawn ones, not
  /// rounded, where those are known.
  void update(std::span<const std::vector<double>> best_first);

  /// Where the search stands now; another shape starts from there with the same σ.
  void set_mean(const std::vector<double>& mean);
  std::vector<double> mean() const { return {m_.begin(), m_.end()}; }
  double sigma() const { return sigma_; }
  /// The standard deviation of a coordinate.
  double deviation(std::size_t coordinate) const;
  /// The ratio of the largest eigenvalue of C to the smallest.
  double condition() const { return condition_; }

 private:
  void decompose();
  void keep_margins();
  void keep_margin(Eigen::Index coordinate, const std::vector<double>& thresholds);

  CmaEsOptions options_;
  std::size_t lambda_;
  std::size_t mu_;
  Eigen::VectorXd weights_;
  double mu_eff_, c_sigma_, d_sigma_, c_c_, c_1_, c_mu_, chi_n_;

  Eigen::VectorXd m_;
  double sigma_;
  Eigen::VectorXd A_;  ///< the diagonal that the margin widens; 1 in continuous coordinates
  Eigen::MatrixXd C_;
  Eigen::MatrixXd root_;          ///< C^{1/2}, of the last decomposition
  Eigen::MatrixXd inverse_root_;  ///< C^{-1/2}
  Eigen::VectorXd p_sigma_, p_c_;
  double condition_ = 1.0;
  std::size_t g_ = 0;
  std::size_t decomposed_ = 0;  ///< the generation of the last decomposition
};

}  // namespace nascent
