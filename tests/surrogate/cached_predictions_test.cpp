#include "surrogate/cached_predictions.h"

#include <gtest/gtest.h>

#include "support/seed.h"
#include "surrogate/random_process.h"

namespace nascent {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

class CachedPredictionsTest : public ::testing::Test {
 protected:
  void expect_equal(const Prediction& a, const Prediction& b) const {
    // Single precision, 24 bits, through a factor whose condition is some 100.
    EXPECT_LT((a.mean - b.mean).cwiseAbs().maxCoeff(), 2e-3);
    EXPECT_LT((a.variance - b.variance).cwiseAbs().maxCoeff(), 2e-3);
  }

  const std::uint64_t seed_ = testing::test_seed();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, testing::seed_note(seed_)};
  Random random_{seed_};
  const KernelLayout layout_ = testing::mixed_layout();
  const Kernel kernel_{layout_, testing::random_theta(layout_, random_)};
  const MatrixXd x_ = testing::random_points(30, random_);
  const VectorXd y_ = testing::random_targets(30, random_);
  const MatrixXd candidates_ = testing::random_points(700, random_);
};

TEST_F(CachedPredictionsTest, AreThoseOfTheProcessWhileItGrows) {
  GaussianProcess process(kernel_, x_.leftCols(5));
  CachedPredictions cache;
  for (Index count = 5; count < 30; ++count) {
    if (count > 5) process.append(x_.col(count - 1));
    process.set_targets(y_.head(count));
    cache.update(process, count, candidates_.cast<float>());
    expect_equal(cache.predict(process), process.predict(candidates_));
  }
}

TEST_F(CachedPredictionsTest, DoNotDependOnWhatWasAskedForBefore) {
  GaussianProcess process(kernel_, x_.leftCols(10));
  process.set_targets(y_.head(10));
  CachedPredictions often, once;
  often.update(process, 10, candidates_.cast<float>());
  for (Index i = 10; i < 13; ++i) process.append(x_.col(i));
  process.set_targets(y_.head(13));
  often.update(process, 10, candidates_.cast<float>());  // three that will be forgotten
  expect_equal(often.predict(process), process.predict(candidates_));
  process.truncate(10);
  for (Index i = 20; i < 22; ++i) process.append(x_.col(i));
  process.set_targets(y_.head(12));
  often.update(process, 12, candidates_.cast<float>());
  once.update(process, 12, candidates_.cast<float>());
  EXPECT_EQ(often.predict(process).mean, once.predict(process).mean);
  EXPECT_EQ(often.predict(process).variance, once.predict(process).variance);
}

}  // namespace
}  // namespace nascent
