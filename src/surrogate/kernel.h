#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

namespace nascent {

/// How the coordinates of a point enter the kernel. Several coordinates may share a length-scale (the categories of one
/// parameter, one parameter in all elements of a list), and several a weight (one category wherever it may be chosen).
struct KernelLayout {
  static constexpr int kNoWeight = -1;
  struct Coordinate {
    int scale;               ///< which length-scale
    int weight = kNoWeight;  ///< which weight, if any
  };
  std::vector<Coordinate> coordinates;
  int scales = 0;
  int weights = 0;
};

/// The Matérn kernel with smoothness 5/2 and automatic relevance,
///
///     k(x, x') = s² (1 + √5 r + 5/3 r²) exp(-√5 r) + m²,   r² = Σ_c λ_c (x_c - x'_c)²,   λ_c = w_c / ℓ_c²
///
/// and its hyperparameters, all as logarithms: θ = (log ℓ, log w, log s², log σ²). The constant m² = 1 stands for an
/// unknown mean, on targets that are standardised; σ² is the variance of the noise.
///
/// Rasmussen & Williams, Gaussian processes for machine learning, 2006, sections 4.2 and 2.7.
class Kernel {
 public:
  static constexpr double kMeanVariance = 1.0;

  Kernel(KernelLayout layout, Eigen::VectorXd theta);

  const KernelLayout& layout() const { return layout_; }
  const Eigen::VectorXd& theta() const { return theta_; }
  double signal_variance() const { return signal_; }
  double noise_variance() const { return noise_; }
  /// k(x, x).
  double prior_variance() const { return signal_ + kMeanVariance; }
  /// √λ of each coordinate.
  const Eigen::VectorXd& coordinate_scales() const { return scales_; }

  static Eigen::Index parameters(const KernelLayout& layout) { return layout.scales + layout.weights + 2; }

 private:
  KernelLayout layout_;
  Eigen::VectorXd theta_;
  Eigen::VectorXd scales_;
  double signal_;
  double noise_;
};

/// (1 + √5 r + 5/3 r²) exp(-√5 r) for r², entry by entry.
template <typename Derived>
auto matern(const Eigen::ArrayBase<Derived>& squared_distances) {
  using Scalar = typename Derived::Scalar;
  const auto root = (Scalar(5) * squared_distances).sqrt().eval();
  return ((Scalar(1) + root + root.square() * (Scalar(1) / Scalar(3))) * (-root).exp()).eval();
}

/// The derivative of `matern` by r²: -5/6 (1 + √5 r) exp(-√5 r).
template <typename Derived>
auto matern_slope(const Eigen::ArrayBase<Derived>& squared_distances) {
  using Scalar = typename Derived::Scalar;
  const auto root = (Scalar(5) * squared_distances).sqrt().eval();
  return (Scalar(-5.0 / 6.0) * (Scalar(1) + root) * (-root).exp()).eval();
}

/// Squared distances between the columns of `a` and of `b` (both scaled by √λ): entry (i, j) is |a_i - b_j|².
template <typename A, typename B>
auto squared_distances(const Eigen::MatrixBase<A>& a, const Eigen::MatrixBase<B>& b) {
  using Matrix = Eigen::Matrix<typename A::Scalar, Eigen::Dynamic, Eigen::Dynamic>;
  Matrix distances = -2.0 * (a.transpose() * b);
  distances.colwise() += a.colwise().squaredNorm().transpose();
  distances.rowwise() += b.colwise().squaredNorm();
  return Matrix(distances.cwiseMax(typename A::Scalar(0)));
}

}  // namespace nascent
