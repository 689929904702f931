#include "training/onnx_export.h"

#include <onnx/checker.h>

#include "nascent/core/error.h"
#include "nascent/core/json.h"
#include "training/network.h"
#include "training/onnx_graph.h"
#include "training/onnx_network.h"

namespace nascent {
namespace {

constexpr const char* kInput = "image";
constexpr const char* kOutput = "probabilities";
// The oldest that holds all operators used here; every runtime since 2019 reads it.
constexpr int kOpset = 11;
constexpr int kIrVersion = 6;

/// (pixel - mean) / deviation as one multiplication and one addition, just as the batches of training are made.
std::string append_normalization(OnnxGraph& graph, const PixelStatistics& pixels, const std::string& scope) {
  const auto channels = static_cast<std::int64_t>(pixels.mean.size());
  const torch::Tensor scale = 1.0 / torch::tensor(pixels.deviation);
  const torch::Tensor shift = -torch::tensor(pixels.mean) * scale;
  return graph.scale_channels(scope + "normalized", kInput,
                              graph.constant(scope + "scale", scale.view({channels, 1, 1, 1})), channels,
                              graph.constant(scope + "shift", shift));
}

/// The image from right to left: its columns times the identity matrix with its columns in reverse.
std::string append_mirror(OnnxGraph& graph, const std::string& image, int width, const std::string& scope) {
  const std::string reversal = graph.constant(scope + "reversal", torch::eye(width).flip({1}));
  return graph.node("MatMul", scope + "mirrored", {image, reversal});
}

/// What a member predicts, times its weight. `name`: of the result.
std::string append_member(OnnxGraph& graph, const OnnxMember& member, const std::string& name) {
  const std::string scope = member.name + "/";
  const auto probabilities = [&](const std::string& part, const std::string& image, const std::string& result) {
    const std::string outputs = append_network(graph, *member.network, scope, part, image);
    return graph.node("Softmax", result, {outputs}, {{"axis", std::int64_t{1}}});
  };
  const std::string image = append_normalization(graph, member.pixels, scope + "pixels/");
  if (!member.mirror_average && member.weight == 1.0) return probabilities(scope, image, name);
  std::string sum = probabilities(scope, image, scope + kOutput);
  if (member.mirror_average) {
    const std::string part = scope + "mirrored/";
    const std::string mirrored = append_mirror(graph, image, member.network->architecture().input_shape().width, part);
    sum = graph.node("Add", scope + "sum", {sum, probabilities(part, mirrored, part + kOutput)});
  }
  const double weight = member.weight / (member.mirror_average ? 2.0 : 1.0);
  return graph.node("Mul", name, {sum, graph.constant(scope + "share", torch::full({1}, weight))});
}

void describe_value(onnx::ValueInfoProto& value, const char* name, const std::vector<int>& sizes) {
  value.set_name(name);
  onnx::TypeProto::Tensor& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(onnx::TensorProto::FLOAT);
  tensor.mutable_shape()->add_dim()->set_dim_param("N");
  for (const int size : sizes) tensor.mutable_shape()->add_dim()->set_dim_value(size);
}

void add_metadata(onnx::ModelProto& model, const char* key, const std::string& value) {
  onnx::StringStringEntryProto& entry = *model.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

}  // namespace

std::string onnx_model(const std::vector<OnnxMember>& members, const Task& task, const std::string& metric) {
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name("nascent");
  model.add_opset_import()->set_version(kOpset);
  add_metadata(model, "classes", Json(task.classes).dump());
  add_metadata(model, "metric", metric);

  onnx::GraphProto& proto = *model.mutable_graph();
  proto.set_name("nascent");
  const Shape& shape = members.at(0).network->architecture().input_shape();
  describe_value(*proto.add_input(), kInput, {shape.channels, shape.height, shape.width});
  describe_value(*proto.add_output(), kOutput, {static_cast<int>(task.outputs())});

  OnnxGraph graph(proto);
  const bool alone = members.size() == 1;
  std::string sum = append_member(graph, members[0], alone ? kOutput : members[0].name + "/weighted");
  for (std::size_t i = 1; i < members.size(); ++i) {
    const std::string more = append_member(graph, members[i], members[i].name + "/weighted");
    sum = graph.node("Add", i + 1 == members.size() ? kOutput : members[i].name + "/sum-of-members", {sum, more});
  }

  try {
    onnx::checker::check_model(model);
  } catch (const onnx::checker::ValidationError& error) {
    throw InternalError(std::string("the exported model is no valid ONNX: ") + error.what());
  }
  return model.SerializeAsString();
}

}  // namespace nascent
