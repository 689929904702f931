#include "training/onnx_graph.h"

namespace nascent {
namespace {

void write(onnx::AttributeProto& attribute, std::int64_t value) {
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

void write(onnx::AttributeProto& attribute, float value) {
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
}

void write(onnx::AttributeProto& attribute, const std::vector<std::int64_t>& values) {
  attribute.set_type(onnx::AttributeProto::INTS);
  attribute.mutable_ints()->Assign(values.begin(), values.end());
}

}  // namespace

std::string OnnxGraph::unique(const std::string& name) {
  std::string candidate = name;
  for (int i = 2; !values_.insert(candidate).second; ++i) candidate = name + "-" + std::to_string(i);
  return candidate;
}

std::string OnnxGraph::node(const std::string& type, const std::string& name, const std::vector<std::string>& inputs,
                            const OnnxAttributes& attributes) {
  onnx::NodeProto& node = *graph_.add_node();
  const std::string output = unique(name);
  node.set_op_type(type);
  node.set_name(output);
  node.mutable_input()->Assign(inputs.begin(), inputs.end());
  node.add_output(output);
  for (const auto& [key, value] : attributes) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(key);
    std::visit([&](const auto& plain) { write(attribute, plain); }, value);
  }
  return output;
}

std::string OnnxGraph::scale_channels(const std::string& name, const std::string& value, const std::string& factors,
                                      std::int64_t channels, const std::string& shifts) {
  std::vector<std::string> inputs{value, factors};
  if (!shifts.empty()) inputs.push_back(shifts);
  return node("Conv", name, inputs, {{"kernel_shape", std::vector<std::int64_t>{1, 1}}, {"group", channels}});
}

std::string OnnxGraph::constant(const std::string& name, const torch::Tensor& value) {
  if (!constants_.insert(name).second) return name;
  const bool integers = value.scalar_type() == torch::kInt64;
  const torch::Tensor plain = value.detach().to(torch::kCPU, integers ? torch::kInt64 : torch::kFloat32).contiguous();
  onnx::TensorProto& tensor = *graph_.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(integers ? onnx::TensorProto::INT64 : onnx::TensorProto::FLOAT);
  tensor.mutable_dims()->Assign(plain.sizes().begin(), plain.sizes().end());
  // ONNX stores raw data in little-endian order, which is that of every machine this runs on.
  tensor.set_raw_data(plain.data_ptr(), plain.nbytes());
  return name;
}

}  // namespace nascent
