#include "architecture/channel_flow.h"

#include <bit>

namespace nascent {
namespace {

using Call = ChannelValues::Call;
using Function = ChannelValues::Function;

Channels each(const Channels& input, const Call& call, ChannelValues& values) {
  Channels result;
  result.reserve(input.size());
  for (const int value : input) result.push_back(values.call(call, value));
  return result;
}

template <typename Pool>
Channels pooled(const Channels& input, const Pool& pool, Function function, ChannelValues& values) {
  if (pool.size == 1 && pool.stride == 1) return input;
  return each(input, {function, pool.size, pool.stride, pool.padding}, values);
}

Channels flattened(const Channels& input, const Shape& shape, ChannelValues& values) {
  if (shape.is_flat()) return input;
  Channels result;
  result.reserve(static_cast<std::size_t>(shape.elements()));
  for (const int value : input) {
    for (int y = 0; y < shape.height; ++y) {
      for (int x = 0; x < shape.width; ++x) result.push_back(values.call({Function::kPosition, y, x}, value));
    }
  }
  return result;
}

Channels summed(std::span<const Channels* const> inputs, ChannelValues& values) {
  Channels result;
  std::vector<ChannelValues::Term> terms(inputs.size());
  for (std::size_t c = 0; c < inputs[0]->size(); ++c) {
    for (std::size_t i = 0; i < inputs.size(); ++i) terms[i] = {(*inputs[i])[c], 1.0};
    result.push_back(values.sum(terms));
  }
  return result;
}

}  // namespace

std::optional<Channels> pass_through(const Node& node, std::span<const Shape> shapes,
                                     std::span<const Channels* const> inputs, Sense sense, ChannelValues& values) {
  const Operation& operation = node.operation;
  if (const auto* activation = std::get_if<Activation>(&operation)) {
    const bool relu = activation->kind == ActivationKind::kRelu;
    return each(*inputs[0],
                {relu ? Function::kRelu : Function::kOtherActivation, static_cast<std::int64_t>(activation->kind)},
                values);
  }
  if (const auto* pool = std::get_if<MaxPool>(&operation)) {
    return pooled(*inputs[0], *pool, Function::kMaxPool, values);
  }
  if (const auto* pool = std::get_if<AveragePool>(&operation)) {
    return pooled(*inputs[0], *pool, Function::kAveragePool, values);
  }
  if (std::holds_alternative<GlobalAveragePool>(operation)) {
    if (shapes[0].height == 1 && shapes[0].width == 1) return flattened(*inputs[0], shapes[0], values);
    return each(*inputs[0], {Function::kMean}, values);
  }
  if (std::holds_alternative<Flatten>(operation)) return flattened(*inputs[0], shapes[0], values);
  if (std::holds_alternative<Add>(operation)) return summed(inputs, values);
  if (std::holds_alternative<Concatenate>(operation)) {
    Channels joined;
    for (const Channels* input : inputs) joined.insert(joined.end(), input->begin(), input->end());
    return joined;
  }
  if (const auto* dropout = std::get_if<Dropout>(&operation)) {
    // What is dropped differs from one step to the next; two dropouts of one rate are alike all the same.
    if (sense != Sense::kTraining || dropout->rate == 0.0) return *inputs[0];
    return each(*inputs[0], {Function::kDropout, std::bit_cast<std::int64_t>(dropout->rate)}, values);
  }
  if (std::holds_alternative<Identity>(operation)) return *inputs[0];
  if (std::holds_alternative<Zero>(operation)) return Channels(inputs[0]->size(), ChannelValues::kZero);
  return std::nullopt;
}

std::vector<Flow> trace(const Architecture& architecture, ChannelValues& values) {
  std::vector<Flow> flows;
  for (int i = 0; i <= architecture.last(); ++i) {
    const Node& node = architecture.node(i);
    const std::vector<Shape> shapes = architecture.input_shapes(i);
    Flow flow;
    for (const Sense sense : kSenses) {
      std::vector<const Channels*> inputs;
      for (const int input : node.inputs) inputs.push_back(&flows[static_cast<std::size_t>(input)][sense]);
      if (auto passed = pass_through(node, shapes, inputs, sense, values)) {
        flow[sense] = std::move(*passed);
        continue;
      }
      // Its gates are positive.
      const bool keeps_sign = std::holds_alternative<SqueezeExcite>(node.operation);
      for (int c = 0; c < node.shape.channels; ++c) {
        const bool non_negative = keeps_sign && values.is_non_negative((*inputs[0])[static_cast<std::size_t>(c)]);
        flow[sense].push_back(values.made_by(i, c, non_negative));
      }
    }
    flows.push_back(std::move(flow));
  }
  return flows;
}

}  // namespace nascent
