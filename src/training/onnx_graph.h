#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "training/torch.h"

namespace nascent {

/// The attributes of an ONNX node by name.
using OnnxAttributes =
    std::vector<std::pair<std::string, std::variant<std::int64_t, float, std::vector<std::int64_t>>>>;

/// Fills an ONNX graph with nodes that have one output each, and with constants. What flows is known by name.
class OnnxGraph {
 public:
  explicit OnnxGraph(onnx::GraphProto& graph) : graph_(graph) {}

  /// Appends a node of the operator `type` and returns the name of what it computes: `name`, or, where that is taken,
  /// a name that begins like it.
  std::string node(const std::string& type, const std::string& name, const std::vector<std::string>& inputs,
                   const OnnxAttributes& attributes = {});

  /// Multiplies each channel of feature maps by a number (`factors`: channels x 1 x 1 x 1) and adds one to it
  /// (`shifts`: channels; may be empty). It is a convolution of single pixels, channel by channel, which every runtime
  /// computes alike; OpenCV 4.6 multiplies wrongly by a constant of 1 x channels x 1 x 1.
  std::string scale_channels(const std::string& name, const std::string& value, const std::string& factors,
                             std::int64_t channels, const std::string& shifts);

  /// Returns `name`. One name stands for one constant: asked for again, it is not stored again. Values are float32 or
  /// int64.
  std::string constant(const std::string& name, const torch::Tensor& value);

 private:
  std::string unique(const std::string& name);

  onnx::GraphProto& graph_;
  std::set<std::string> values_;
  std::set<std::string> constants_;
};

}  // namespace nascent
