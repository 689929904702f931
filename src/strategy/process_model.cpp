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

}  // namespace

ProcessModel::ProcessModel(const KernelLayout& layout) : layout_(layout), prior_(layout), theta_(prior_.mean) {}

void ProcessModel::update(const MatrixXd& x, std::span<const Index> fit_counts, const Targets& targets) {
  const bool refit = fits_ < fit_counts.size();
  for (; fits_ < fit_counts.size(); ++fits_) {
    const Index count = fit_counts[fits_];
    theta_ = fit_kernel(layout_, prior_, x.leftCols(count), targets(count), theta_,
                        fits_ == 0 ? kFirstEvaluations : kFurtherEvaluations);
  }
  // Factorised at the last fit and extended from there, whatever was asked for in between: rounding differs otherwise,
  // and a search that goes on would not be the same as one that never stopped.
  if (refit || !process_) rebuild(x.leftCols(fit_counts.back()));
  process_->truncate(targets_.size());
  for (Index i = process_->size(); i < x.cols(); ++i) process_->append(x.col(i));
  set_targets(x, targets(x.cols()));
}

void ProcessModel::fit_anew(const MatrixXd& x, const VectorXd& targets) {
  theta_ = fit_kernel(layout_, prior_, x, targets, prior_.mean, kFirstEvaluations);
  rebuild(x);
  set_targets(x, targets);
}

void ProcessModel::rebuild(const MatrixXd& x) {
  process_.emplace(Kernel(layout_, theta_), x);
  targets_.setZero(x.cols());
  cache_.reset();
}

void ProcessModel::set_targets(const MatrixXd& x, const VectorXd& targets) {
  targets_ = targets;
  process_->set_targets(targets_);
  means_ = process_->predict_mean(x);
}

void ProcessModel::believe(const MatrixXd& x) {
  if (x.cols() == 0) return;
  VectorXd all(targets_.size() + x.cols());
  all << targets_, process_->predict_mean(x);
  for (Index i = 0; i < x.cols(); ++i) process_->append(x.col(i));
  process_->set_targets(all);
}

Prediction ProcessModel::predict(const Eigen::MatrixXf& grid) {
  cache_.update(*process_, targets_.size(), grid);
  return cache_.predict(*process_);
}

}  // namespace nascent
