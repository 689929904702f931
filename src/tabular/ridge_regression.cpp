#include "tabular/ridge_regression.h"

#include <Eigen/Dense>
#include <algorithm>

#include "nascent/core/error.h"
#include "tabular/learner_checks.h"
#include "tabular/target_scale.h"

namespace nascent {

namespace {

constexpr const char* kLabel = "ridge regression";

/// Rows between two looks at the deadline.
constexpr Eigen::Index kBlock = 1'024;

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

void require_time(const FitContext& context) {
  if (has_to_stop(context)) throw Error("The ridge regression was not done when its time was over.");
}

/// (X'X + strength I)^-1 X'y
Eigen::VectorXd solve_by_columns(const Eigen::Map<const RowMajor>& x, const Eigen::RowVectorXd& means,
                                 const Eigen::VectorXd& y, double strength, const FitContext& context) {
  Eigen::MatrixXd products = Eigen::MatrixXd::Zero(x.cols(), x.cols());
  Eigen::VectorXd right = Eigen::VectorXd::Zero(x.cols());
  for (Eigen::Index start = 0; start < x.rows(); start += kBlock) {
    require_time(context);
    const Eigen::Index count = std::min(kBlock, x.rows() - start);
    const Eigen::MatrixXd block = x.middleRows(start, count).cast<double>().rowwise() - means;
    products.selfadjointView<Eigen::Lower>().rankUpdate(block.transpose());
    right.noalias() += block.transpose() * y.segment(start, count);
  }
  products.diagonal().array() += strength;
  return products.selfadjointView<Eigen::Lower>().ldlt().solve(right);
}

/// X' (XX' + strength I)^-1 y, the same.
Eigen::VectorXd solve_by_rows(const Eigen::Map<const RowMajor>& x, const Eigen::RowVectorXd& means,
                              const Eigen::VectorXd& y, double strength) {
  const Eigen::MatrixXd centred = x.cast<double>().rowwise() - means;
  Eigen::MatrixXd products = centred * centred.transpose();
  products.diagonal().array() += strength;
  return centred.transpose() * products.ldlt().solve(y);
}

}  // namespace

Json RidgeRegression::fit(const LabelledRows& training, const FitContext& context) {
  require_start(training, context, kLabel);
  const Matrix& numbers = training.features.numbers;
  const Eigen::Map<const RowMajor> x(numbers.values.data(), static_cast<Eigen::Index>(numbers.rows),
                                     static_cast<Eigen::Index>(numbers.columns));
  const TargetScale scale(training.target);
  const std::vector<float> scaled = scale.scaled(training.target);
  const Eigen::VectorXd y =
      Eigen::Map<const Eigen::VectorXf>(scaled.data(), static_cast<Eigen::Index>(scaled.size())).cast<double>();
  Eigen::RowVectorXd means = Eigen::RowVectorXd::Zero(x.cols());
  for (Eigen::Index r = 0; r < x.rows(); ++r) means += x.row(r).cast<double>();
  means /= static_cast<double>(x.rows());

  const double strength = configuration_.branch("penalty").number("strength");
  Eigen::VectorXd solution = Eigen::VectorXd::Zero(x.cols());
  if (x.cols() > 0) {
    solution =
        x.rows() < x.cols() ? solve_by_rows(x, means, y, strength) : solve_by_columns(x, means, y, strength, context);
  }
  if (!solution.allFinite()) throw Error("The ridge regression has no finite solution.");
  solution *= scale.scale();
  weights_.assign(solution.begin(), solution.end());
  intercept_ = scale.centre() - means.dot(solution);
  return {{"parameters", weights_.size() + 1}};
}

Matrix RidgeRegression::predict(const FeatureRows& features) const {
  Matrix out(features.rows(), 1);
  for (std::size_t r = 0; r < out.rows; ++r) {
    const std::span<const float> row = features.numbers.row(r);
    double value = intercept_;
    for (std::size_t c = 0; c < row.size(); ++c) value += weights_[c] * static_cast<double>(row[c]);
    out.values[r] = static_cast<float>(value);
  }
  require_finite(out, kLabel);
  return out;
}

void RidgeRegression::save(const std::filesystem::path& folder) const {
  write_facts(folder, {{"weights", weights_}, {"intercept", intercept_}});
}

void RidgeRegression::load(const std::filesystem::path& folder, const Task&) {
  const Json facts = read_facts(folder);
  facts.at("weights").get_to(weights_);
  intercept_ = facts.at("intercept");
}

}  // namespace nascent
