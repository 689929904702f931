#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "training/torch.h"

namespace nascent {

/// A parameter and how it differs from the others.
struct ParameterGroupMember {
  torch::Tensor parameter;
  double rate_factor = 1.0;   ///< of the learning rate
  double decay_factor = 1.0;  ///< of the weight decay; 0 for biases and normalizations
  std::string name = {};      ///< of its moments in the optimizer's state
};

struct SgdOptions {
  double momentum = 0.9;
  bool nesterov = true;
};

struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
};

/// What an optimizer knows beside the weights: "node:weight#momentum" of SGD, "#mean" and "#square" of AdamW, and how
/// many steps there were.
using OptimizerState = std::map<std::string, torch::Tensor>;
inline constexpr std::array kOptimizerMoments = {"#momentum", "#mean", "#square"};
inline constexpr const char* kOptimizerSteps = "optimizer#steps";

/// Optimizes parameters that lie in one buffer, their gradients in another: a step is one loop over plain memory
/// instead of several small operations for each tensor, which for small networks is up to a third of the training time.
///
/// On construction the parameters are moved into the buffer (they stay the same tensors to their owner) and get
/// gradients that are views of the other. All must be float32 on one device. Do not replace their data or gradients
/// afterwards
/// (`zero_grad(set_to_none)` of a module would).
///
/// The rules are those of torch::optim::SGD (weight decay joins the gradient) and torch::optim::AdamW (decoupled weight
/// decay, Loshchilov & Hutter 2019); a test holds this against both.
class FlatOptimizer {
 public:
  FlatOptimizer(std::vector<ParameterGroupMember> parameters, SgdOptions options);
  FlatOptimizer(std::vector<ParameterGroupMember> parameters, AdamWOptions options);

  void zero_gradients();
  /// One update from the gradients at hand.
  void step(double learning_rate, double weight_decay);
  /// Scales the gradients so that their norm is at most `largest`; returns the norm before.
  double clip_gradients(double largest);

  /// All parameters in one row: copy it to remember them, copy into it to restore.
  const torch::Tensor& values() const { return values_; }

  /// A copy of the moments of the parameters that have names, on the CPU.
  OptimizerState state() const;
  /// Goes on from there. Parameters that have no moments in `state` start with zeros; moments of another optimizer and
  /// of unknown parameters are left aside. Throws `InternalError` for a moment of another shape.
  void restore(const OptimizerState& state);

 private:
  struct Segment {
    std::int64_t begin;
    std::int64_t end;
    double rate_factor;
    double decay_factor;
  };
  struct Place {
    std::string name;
    std::int64_t begin;
    std::vector<std::int64_t> sizes;
  };
  /// The moment of a parameter in its shape; undefined where this optimizer has none of the kind.
  torch::Tensor moment(const Place& place, std::string_view kind) const;
  void flatten(std::vector<ParameterGroupMember> parameters);
  void step_sgd(const Segment& segment, double learning_rate, double weight_decay);
  void step_adamw(const Segment& segment, double learning_rate, double weight_decay);

  bool adam_;
  SgdOptions sgd_;
  AdamWOptions adamw_;
  std::int64_t steps_ = 0;
  std::vector<Place> places_;      ///< of the parameters that have names
  std::vector<Segment> segments_;  ///< neighbours with equal factors are one
  torch::Tensor values_;
  torch::Tensor gradients_;
  torch::Tensor first_;   ///< momentum, or Adam's mean of the gradients
  torch::Tensor second_;  ///< Adam's mean of their squares
};

}  // namespace nascent
