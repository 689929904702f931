#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "nascent/core/json.h"
#include "nascent/core/random.h"
#include "nascent/learner/learner.h"
#include "training/activation.h"
#include "training/flat_optimizer.h"
#include "training/periodic_embedding.h"
#include "training/torch.h"

namespace nascent {

/// What decides the tensors of a network for tables.
struct TabularShape {
  std::int64_t numbers = 0;                    ///< numeric columns
  std::vector<std::int32_t> cardinalities;     ///< of the categorical columns, the code 0 included
  std::int64_t embedding = 8;                  ///< numbers for each categorical column
  std::vector<std::int64_t> periodic_columns;  ///< the numeric columns with a periodic embedding
  std::int64_t periodic_size = 0;              ///< numbers for each of them
  std::int64_t layers = 2;                     ///< hidden ones
  std::int64_t units = 128;
  std::int64_t outputs = 1;
  Activation activation = Activation::kSilu;

  Json to_json() const;
  static TabularShape from_json(const Json& json);
};

/// The network: the numbers, the periodic embeddings of some and the embeddings of the codes side by side, each scaled
/// by a weight of its own; dense layers with dropout; a linear output.
///
/// Its gradients are written by hand: for networks of this size, what a general automatic differentiation does around
/// the matrix products takes as long as the products. A test holds them against differences. On the CPU only.
///
/// Layers are parametrised as the neural tangent kernel has them: the steps of a layer's weights are smaller by the
/// root of its width, so that one learning rate suits all widths (Holzmueller et al. 2024, "Better by default"). With
/// Adam, whose steps do not depend on the gradient's scale, that is a factor on the learning rate.
class TabularModule : public torch::nn::Module {
 public:
  explicit TabularModule(TabularShape shape);

  const TabularShape& shape() const { return shape_; }

  /// Draws the weights, so that on these rows every unit of every layer has unit variance and bends at one of the rows.
  /// `sigma`: see `PeriodicEmbedding`.
  void initialise(const FeatureRows& features, double sigma, Random& random);
  /// All parameters with their factors. The gradients of `backward` go to where these parameters' gradients are, so an
  /// optimizer must have taken them.
  std::vector<ParameterGroupMember> members();

  /// rows x outputs, for some rows of a table. Valid until the next call.
  const torch::Tensor& forward(const FeatureRows& features, std::span<const std::uint32_t> rows);
  /// The same with dropout, remembering what `backward` needs.
  const torch::Tensor& forward_training(const FeatureRows& features, std::span<const std::uint32_t> rows,
                                        double dropout, Random& random);
  /// Sets all gradients, for the rows of the last `forward_training`. `gradient`: of the loss, like its result.
  void backward(const torch::Tensor& gradient);

 private:
  /// What one size of batch needs, kept between batches.
  struct Workspace {
    std::int64_t rows = 0;
    torch::Tensor raw;                     ///< the input before scaling
    std::vector<torch::Tensor> inputs;     ///< of each hidden layer and the output
    std::vector<torch::Tensor> slopes;     ///< of each hidden layer; for training only, as the next
    std::vector<torch::Tensor> gradients;  ///< of `inputs`
    torch::Tensor output;
  };
  std::int64_t input_width() const;
  std::int64_t codes_begin() const;
  std::int64_t width_into(std::int64_t layer) const { return layer == 0 ? input_width() : shape_.units; }
  double root_width_into(std::int64_t layer) const;
  Workspace& prepared(Workspace& space, std::int64_t rows) const;
  void read_input(const FeatureRows& features, std::span<const std::uint32_t> rows, Workspace& space);
  void embed_codes(const FeatureRows& features, std::span<const std::uint32_t> rows, Workspace& space);
  void backward_input();
  void backward_codes(const float* gradient);

  TabularShape shape_;
  std::shared_ptr<PeriodicEmbedding> periodic_;  ///< may be null
  std::vector<torch::Tensor> embeddings_;        ///< cardinality x embedding, of each categorical column
  torch::Tensor scale_;
  std::vector<torch::Tensor> weights_;  ///< out x in, of each hidden layer and the output
  std::vector<torch::Tensor> biases_;
  Workspace training_;
  Workspace inference_;
  std::vector<std::int32_t> batch_codes_;  ///< of the last rows read
};

}  // namespace nascent
