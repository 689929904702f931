#include "strategy/process_model.h"

#include <algorithm>

namespace nascent {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// Evaluations of the posterior of the hyperparameters: for a fit from the prior, and from the last fit.
constexpr int kFirstEvaluations = 50;
constexpr int kFurtherEvaluations = 15;
constexpr double kBelievedNoise = 1e-8;

}  // namespace

ProcessModel::ProcessModel(const KernelLayout& layout) : layout_(layout), prior_(layout), theta_(prior_.mean) {}

void ProcessModel::update(std::span<const Index> fit_counts, Index count, const DataAt& data_at) {
  const bool refit = fits_ < fit_counts.size();
  for (; fits_ < fit_counts.size(); ++fits_) {
    const Data data = data_at(fit_counts[fits_], fit_counts[fits_]);
    const int evaluations = fits_ == 0 ? kFirstEvaluations : kFurtherEvaluations;
    theta_ = fit_kernel(layout_, prior_, data.x, data.y, theta_, evaluations);
  }
  const Data data = data_at(fit_counts.back(), count);
  // Factorised at the last fit and extended from there, whatever was asked for in between: rounding differs otherwise,
  // and a search that goes on would not be the same as one that never stopped.
  if (refit || !process_) rebuild(data.x.leftCols(data.x.cols() - (count - fit_counts.back())));
  process_->truncate(targets_.size());
  for (Index i = process_->size(); i < data.x.cols(); ++i) process_->append(data.x.col(i));
  set_targets(data);
}

void ProcessModel::fit_anew(const Data& data) {
  theta_ = fit_kernel(layout_, prior_, data.x, data.y, prior_.mean, kFirstEvaluations);
  rebuild(data.x);
  set_targets(data);
}

void ProcessModel::rebuild(const MatrixXd& x) {
  process_.emplace(Kernel(layout_, theta_), x);
  targets_.setZero(x.cols());
  cache_.reset();
}

void ProcessModel::set_targets(const Data& data) {
  targets_ = data.y;
  process_->set_targets(targets_);
  means_ = process_->predict_mean(data.x);
}

VectorXd ProcessModel::believe(const MatrixXd& x) {
  if (x.cols() == 0) return {};
  const VectorXd believed = process_->predict_mean(x);
  VectorXd all(targets_.size() + x.cols());
  all << targets_, believed;
  // Without noise: to try the same place again is worth nothing.
  for (Index i = 0; i < x.cols(); ++i) process_->append(x.col(i), kBelievedNoise);
  process_->set_targets(all);
  return believed;
}

Prediction ProcessModel::predict(const Eigen::MatrixXf& grid) {
  cache_.update(*process_, targets_.size(), grid);
  return cache_.predict(*process_);
}

}  // namespace nascent
