#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <span>
#include <vector>

namespace nascent {

struct RecurrentStep;

struct RecurrentPolicyOptions {
  std::size_t hidden = 32;     ///< units of the recurrent layer
  std::size_t embedding = 16;  ///< of an action and of a kind of decision
};

/// A distribution over sequences of decisions in which each depends on those before it: a gated recurrent unit (Cho et
/// al., EMNLP 2014) that reads the embedding of the action before and that of the kind of decision at hand, and a
/// softmax over the options. Controllers of this sort: Zoph & Le, ICLR 2017; Pham et al., ICML 2018.
///
///     x = [embedding of the action before; embedding of the kind]
///     z = sigmoid(W_z x + U_z h + b_z)        r = sigmoid(W_r x + U_r h + b_r)
///     n = tanh(W_n x + b_n + r * (U_n h))     h' = (1 - z) * n + z * h
///     p = softmax(V_kind h' + c_point)
///
/// Decisions of one kind share embeddings and V, only the bias c is their own. At first every p is uniform (V = c = 0).
/// Gradients are exact (backpropagation through time). Not safe for use by several threads at once.
class RecurrentPolicy {
 public:
  /// One place where one of `options` is chosen; those of one kind have equally many. Kinds are counted from 0.
  struct Point {
    std::size_t options;
    std::size_t kind;
  };
  struct Step {
    std::size_t point;
    std::size_t option;
  };

  RecurrentPolicy(std::vector<Point> points, const RecurrentPolicyOptions& options, std::uint64_t seed);

  /// Draws a sequence step by step. The policy must outlive the walk and not be changed meanwhile.
  class Walk {
   public:
    explicit Walk(const RecurrentPolicy& policy);
    /// The probabilities at the next decision; a temperature above 1 makes them more alike. Then say what was chosen.
    const std::vector<double>& probabilities(std::size_t point, double temperature = 1.0);
    void take(std::size_t option);

   private:
    const RecurrentPolicy& policy_;
    Eigen::VectorXd state_;
    std::size_t action_;
    std::size_t point_ = 0;
    std::vector<double> probabilities_;
  };

  /// What a pass over a sequence computed; good until the parameters change.
  class Trace {
   public:
    Trace(Trace&&) noexcept;
    ~Trace();
    double log_probability() const;
    /// The sum of the entropies at its decisions.
    double entropy() const;

   private:
    friend class RecurrentPolicy;
    explicit Trace(std::vector<RecurrentStep> steps);
    std::vector<RecurrentStep> steps_;
  };
  Trace trace(std::span<const Step> steps) const;

  /// Adds the gradient of `weight` times the log-probability plus `entropy` times the entropy to `gradient()`.
  void add_gradient(const Trace& trace, double weight, double entropy);
  /// One step of Adam (Kingma & Ba, ICLR 2015) upwards along the gradient, which is then zero again.
  void ascend(double rate);

  std::span<double> parameters() { return {parameters_.data(), static_cast<std::size_t>(parameters_.size())}; }
  std::span<const double> gradient() const { return {gradient_.data(), static_cast<std::size_t>(gradient_.size())}; }

 private:
  /// Where the parts of the network lie in a vector of all parameters.
  struct Offsets {
    Eigen::Index actions, kinds, input, recurrent, bias;
    std::vector<Eigen::Index> heads;  ///< by kind
    std::vector<Eigen::Index> own;    ///< by point
  };

  RecurrentStep step(std::size_t action_before, std::size_t point, const Eigen::VectorXd& state) const;
  std::size_t action(const Step& step) const { return first_action_[points_[step.point].kind] + step.option; }

  std::vector<Point> points_;
  Eigen::Index hidden_;
  Eigen::Index embedding_;
  std::vector<std::size_t> first_action_;  ///< by kind; action 0 stands for "nothing yet"
  Offsets at_;
  Eigen::VectorXd parameters_;
  Eigen::VectorXd gradient_;
  Eigen::VectorXd first_moment_;
  Eigen::VectorXd second_moment_;
  std::int64_t updates_ = 0;
};

}  // namespace nascent
