#pragma once

#include <memory>
#include <vector>

#include "nascent/learner/learner.h"

namespace faiss {
struct IndexFlatL2;
}

namespace nascent {

/// k nearest neighbours by Euclidean distance, found exactly by FAISS (Johnson et al. 2019) on one thread.
///
/// A class's probability is the weight of the neighbours that have it; the classes' shares in training count as one
/// more neighbour, so that no probability is zero for want of a neighbour. A number is the weighted mean. The cost lies
/// in `predict`, which knows no deadline: `fit` times a block of queries and throws `Error` when the validation rows
/// would take longer than there is. Reads from the configuration: k, weights (uniform or distance).
class NearestNeighbours final : public Learner {
 public:
  explicit NearestNeighbours(Configuration configuration);
  ~NearestNeighbours() override;

  Json fit(const LabelledRows& training, const FitContext& context) override;
  Matrix predict(const FeatureRows& features) const override;
  void save(const std::filesystem::path& folder) const override;
  void load(const std::filesystem::path& folder, const Task& task) override;

 private:
  void learn_shares();
  void predict_block(const FeatureRows& features, std::size_t first, std::size_t count, Matrix& out) const;

  Configuration configuration_;
  Task task_;
  std::int64_t k_ = 1;
  bool by_distance_ = false;
  std::unique_ptr<faiss::IndexFlatL2> index_;
  std::vector<double> target_;
  std::vector<double> shares_;  // of the classes in training
};

}  // namespace nascent
