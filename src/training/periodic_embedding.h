#pragma once

#include <cstdint>
#include <vector>

#include "nascent/core/random.h"
#include "training/flat_optimizer.h"
#include "training/torch.h"

namespace nascent {

/// Periodic embeddings of numbers, each with weights of its own: x -> V cos(2 pi (w x + b)) + c, with kWaves cosines
/// (PLR of Gorishniy et al. 2022 in the light form of Holzmueller et al. 2024, PBLD, where x itself goes on beside it).
/// Lets a dense network learn functions that are not smooth in a feature.
class PeriodicEmbedding : public torch::nn::Module {
 public:
  static constexpr std::int64_t kWaves = 16;

  /// `columns`: those of the input row that are embedded, each into `size` numbers.
  PeriodicEmbedding(std::vector<std::int64_t> columns, std::int64_t size);

  std::int64_t outputs() const { return static_cast<std::int64_t>(columns_.size()) * size_; }
  /// `sigma`: the deviation of the frequencies w; a larger one follows finer detail and overfits sooner.
  void initialise(double sigma, Random& random);
  void add_to(std::vector<ParameterGroupMember>& members);

  /// Reads the columns of each row (rows are `stride` apart) and writes the embedding to `out`, in the same layout.
  void forward(const float* in, float* out, std::int64_t rows, std::int64_t stride);
  /// `gradient`: of the embedding, laid out as `out` was. Sets the gradients of the weights, for the rows of the last
  /// `forward`.
  void backward(const float* in, const float* gradient, std::int64_t rows, std::int64_t stride);

 private:
  void reserve(std::int64_t rows);

  std::vector<std::int64_t> columns_;
  std::int64_t size_;
  torch::Tensor frequency_;  ///< columns x waves
  torch::Tensor phase_;      ///< columns x waves, in turns
  torch::Tensor mixing_;     ///< columns x waves x size
  torch::Tensor offset_;     ///< columns x size
  torch::Tensor cosines_;    ///< columns x rows x waves
  torch::Tensor sines_;
  torch::Tensor mixed_;  ///< columns x rows x size
};

}  // namespace nascent
