#include "training/onnx_network.h"

#include <fmt/format.h>

#include <cmath>

#include "nascent/core/error.h"
#include "training/fused_layers.h"
#include "training/network_weights.h"

namespace nascent {
namespace {

using Integers = std::vector<std::int64_t>;

/// Translates one node: there is an overload for every operation, and each returns the name of what it computes.
class Translator {
 public:
  Translator(OnnxGraph& graph, const Network& network, std::string weights, std::string scope)
      : graph_(graph),
        net_(network.architecture()),
        parameters_(network.named_parameters()),
        buffers_(network.named_buffers()),
        weights_(std::move(weights)),
        scope_(std::move(scope)) {}

  std::string translate(const std::string& input) {
    std::vector<std::string> values{input};
    for (int i = 1; i <= net_.last(); ++i) {
      node_ = &net_.node(i);
      in_ = net_.input_shapes(i).front();
      inputs_.clear();
      for (const int read : node_->inputs) inputs_.push_back(values[static_cast<std::size_t>(read)]);
      values.push_back(std::visit(*this, node_->operation));
    }
    return values.back();
  }

  std::string operator()(const Input&) const { throw InternalError("an input that is not the first node"); }

  std::string operator()(const Convolution& conv) {
    std::vector<std::string> inputs{x(), weight("weight")};
    if (conv.bias) inputs.push_back(weight("bias"));
    const int padding = conv.dilation * (conv.kernel / 2);
    return node("Conv", "", inputs,
                {{"kernel_shape", both(conv.kernel)},
                 {"strides", both(conv.stride)},
                 {"dilations", both(conv.dilation)},
                 {"pads", around(padding)},
                 {"group", std::int64_t{conv.groups}}});
  }

  /// Of vectors as one multiplication and one addition. OpenCV 4.6 merges a BatchNormalization of vectors into a sum or
  /// product before it (SiLU is one) and then normalizes all features by the statistics of the first: its Eltwise layer
  /// takes a vector for one channel.
  std::string operator()(const BatchNorm&) {
    if (in_.is_flat()) {
      const torch::Tensor variance = tensor("running_variance").to(torch::kFloat64);
      const torch::Tensor factor = tensor("weight") / (variance + kNormEpsilon).sqrt();
      const torch::Tensor shift = tensor("bias") - tensor("running_mean") * factor;
      return node("Add", "", {node("Mul", ":scaled", {x(), weight("factor", factor)}), weight("shift", shift)});
    }
    return node("BatchNormalization", "",
                {x(), weight("weight"), weight("bias"), weight("running_mean"), weight("running_variance")},
                {{"epsilon", static_cast<float>(kNormEpsilon)}});
  }

  /// Means over channels are products with a matrix of 1 / channels: not every runtime can subtract what has one
  /// channel from what has many.
  std::string operator()(const LayerNorm&) {
    const std::int64_t size = in_.channels;
    const torch::Tensor average = torch::full({size, size}, 1.0 / static_cast<double>(size));
    const std::string centred = product(":centred", x(), ":centre", torch::eye(size) - average);
    const std::string squares = node("Mul", ":squares", {centred, centred});
    const std::string variance = product(":variance", squares, ":average", average);
    const std::string safe = node("Add", ":safe", {variance, constant(":epsilon", torch::full({1}, kNormEpsilon))});
    const std::string normal = node("Div", ":normal", {centred, node("Sqrt", ":deviation", {safe})});
    return scaled(normal, weight("bias"));
  }

  std::string operator()(const Activation& activation) {
    switch (activation.kind) {
      case ActivationKind::kRelu:
        return node("Relu", "", {x()});
      case ActivationKind::kSilu:
        return node("Mul", "", {x(), node("Sigmoid", ":sigmoid", {x()})});
      case ActivationKind::kGelu: {
        const auto number = [&](const char* name, double value) { return constant(name, torch::full({1}, value)); };
        const std::string erf =
            node("Erf", ":erf", {node("Mul", ":scaled", {x(), number(":root-half", std::sqrt(0.5))})});
        const std::string twice = node("Mul", ":twice", {x(), node("Add", ":share", {erf, number(":one", 1.0)})});
        return node("Mul", "", {twice, number(":half", 0.5)});
      }
      case ActivationKind::kSelu:
        return node("Selu", "", {x()});
      case ActivationKind::kTanh:
        return node("Tanh", "", {x()});
    }
    throw InternalError("an activation has no form in ONNX");
  }

  std::string operator()(const MaxPool& pool) {
    return node("MaxPool", "", {x()},
                {{"kernel_shape", both(pool.size)}, {"strides", both(pool.stride)}, {"pads", around(pool.padding)}});
  }

  std::string operator()(const AveragePool& pool) {
    return node("AveragePool", "", {x()},
                {{"kernel_shape", both(pool.size)},
                 {"strides", both(pool.stride)},
                 {"pads", around(pool.padding)},
                 {"count_include_pad", std::int64_t{0}}});
  }

  std::string operator()(const GlobalAveragePool&) {
    return node("Flatten", "", {node("GlobalAveragePool", ":means", {x()})}, {{"axis", std::int64_t{1}}});
  }

  std::string operator()(const Add&) {
    std::string sum = x();
    for (std::size_t i = 1; i < inputs_.size(); ++i) sum = node("Add", "", {sum, inputs_[i]});
    return sum;
  }

  std::string operator()(const Concatenate&) { return node("Concat", "", inputs_, {{"axis", std::int64_t{1}}}); }

  std::string operator()(const Flatten&) {
    return in_.is_flat() ? x() : node("Flatten", "", {x()}, {{"axis", std::int64_t{1}}});
  }

  std::string operator()(const Dense& dense) {
    std::vector<std::string> inputs{x(), weight("weight")};
    if (dense.bias) inputs.push_back(weight("bias"));
    return node("Gemm", "", inputs, {{"transB", std::int64_t{1}}});
  }

  /// The dense layers as convolutions of the one position that global pooling leaves.
  std::string operator()(const SqueezeExcite&) {
    const auto kernel = [&](const char* name) { return weight(name, tensor(name).unsqueeze(2).unsqueeze(3)); };
    const OnnxAttributes single{{"kernel_shape", both(1)}};
    const std::string means = node("GlobalAveragePool", ":means", {x()});
    const std::string reduced =
        node("Conv", ":reduced", {means, kernel("reduce_weight"), weight("reduce_bias")}, single);
    const std::string units = node("Relu", ":units", {reduced});
    const std::string expanded =
        node("Conv", ":expanded", {units, kernel("expand_weight"), weight("expand_bias")}, single);
    const std::string gates = node("Sigmoid", ":gates", {expanded});
    // The gates at every position. OpenCV 4.6 repeats them itself for batches of one image only.
    const std::string ones = constant(":ones", torch::ones({in_.channels, 1, in_.height, in_.width}));
    const std::string repeated =
        node("ConvTranspose", ":repeated", {gates, ones},
             {{"kernel_shape", Integers{in_.height, in_.width}}, {"group", std::int64_t{in_.channels}}});
    return node("Mul", "", {x(), repeated});
  }

  std::string operator()(const Scale&) { return scaled(x(), ""); }

  std::string operator()(const Zero&) { return node("Mul", "", {x(), constant(":zero", torch::zeros({1}))}); }

  std::string operator()(const Identity&) { return x(); }
  std::string operator()(const Dropout&) { return x(); }

  std::string operator()(const Custom& custom) const {
    throw InputError(
        fmt::format("node '{}': the operation '{}' was registered by a program and has no form in ONNX; a "
                    "network that holds it cannot be exported",
                    node_->name, custom.kind));
  }

 private:
  static Integers both(int value) { return {value, value}; }
  static Integers around(int value) { return {value, value, value, value}; }

  const std::string& x() const { return inputs_.front(); }

  std::string node(const char* type, const char* suffix, const std::vector<std::string>& inputs,
                   const OnnxAttributes& attributes = {}) {
    return graph_.node(type, scope_ + node_->name + suffix, inputs, attributes);
  }

  const torch::Tensor& tensor(const char* name) const {
    const std::string full = tensor_name(node_->name, name);
    const torch::Tensor* found = parameters_.find(full);
    if (found == nullptr) found = buffers_.find(full);
    if (found == nullptr) throw InternalError("the network has no tensor '" + full + "'");
    return *found;
  }

  std::string weight(const char* name) { return weight(name, tensor(name)); }
  std::string weight(const char* name, const torch::Tensor& value) {
    return graph_.constant(weights_ + tensor_name(node_->name, name), value);
  }
  /// A square matrix times the features, or the channels of each position.
  std::string product(const char* suffix, const std::string& value, const char* name, const torch::Tensor& matrix) {
    if (in_.is_flat()) return node("MatMul", suffix, {value, constant(name, matrix)});
    return node("Conv", suffix, {value, constant(name, matrix.unsqueeze(2).unsqueeze(3))}, {{"kernel_shape", both(1)}});
  }
  /// Times the weight of each channel (or feature), plus a shift where one is named.
  std::string scaled(const std::string& value, const std::string& shift) {
    const std::string name = scope_ + node_->name;
    if (!in_.is_flat())
      return graph_.scale_channels(name, value, weight("weight", tensor("weight").view({-1, 1, 1, 1})), in_.channels,
                                   shift);
    const std::string result = node("Mul", shift.empty() ? "" : ":scaled", {value, weight("weight")});
    return shift.empty() ? result : node("Add", "", {result, shift});
  }
  std::string constant(const std::string& name, const torch::Tensor& value) {
    return graph_.constant(weights_ + node_->name + name, value);
  }

  OnnxGraph& graph_;
  const Architecture& net_;
  torch::OrderedDict<std::string, torch::Tensor> parameters_;
  torch::OrderedDict<std::string, torch::Tensor> buffers_;
  std::string weights_;
  std::string scope_;

  const Node* node_ = nullptr;       ///< the one that is translated
  Shape in_;                         ///< what flows into it
  std::vector<std::string> inputs_;  ///< and the names of that
};

}  // namespace

std::string append_network(OnnxGraph& graph, const Network& network, const std::string& weights,
                           const std::string& scope, const std::string& input) {
  return Translator(graph, network, weights, scope).translate(input);
}

}  // namespace nascent
