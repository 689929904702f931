#include "architecture/reference_network.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace nascent::testing {
namespace {

constexpr double kEpsilon = 1e-5;
using Values = std::vector<double>;

std::size_t at(const Shape& shape, int c, int y, int x) {
  return static_cast<std::size_t>((c * std::max(shape.height, 1) + y) * std::max(shape.width, 1) + x);
}

int positions(const Shape& shape) { return shape.is_flat() ? 1 : shape.height * shape.width; }

/// A dense layer is a 1 x 1 convolution of one position.
Convolution as_convolution(const Operation& operation) {
  if (const auto* conv = std::get_if<Convolution>(&operation)) return *conv;
  const auto& dense = std::get<Dense>(operation);
  return {.filters = dense.units, .kernel = 1, .bias = dense.bias};
}

bool has_weights(const Operation& operation) {
  return std::holds_alternative<Convolution>(operation) || std::holds_alternative<Dense>(operation);
}

Values convolve(const Convolution& conv, const ReferenceWeights& w, const Values& in, const Shape& from,
                const Shape& to) {
  const int inputs = from.channels / conv.groups;
  const int outputs = conv.filters / conv.groups;
  Values out(static_cast<std::size_t>(to.channels * positions(to)));
  for (int o = 0; o < to.channels; ++o) {
    for (int y = 0; y < std::max(to.height, 1); ++y) {
      for (int x = 0; x < std::max(to.width, 1); ++x) {
        double sum = w.bias.empty() ? 0.0 : w.bias[static_cast<std::size_t>(o)];
        for (int j = 0; j < inputs; ++j) {
          for (int ky = 0; ky < conv.kernel; ++ky) {
            for (int kx = 0; kx < conv.kernel; ++kx) {
              const int sy = y * conv.stride + (ky - conv.kernel / 2) * conv.dilation;
              const int sx = x * conv.stride + (kx - conv.kernel / 2) * conv.dilation;
              if (sy < 0 || sx < 0 || sy >= std::max(from.height, 1) || sx >= std::max(from.width, 1)) continue;
              sum += w.weight[static_cast<std::size_t>(((o * inputs + j) * conv.kernel + ky) * conv.kernel + kx)] *
                     in[at(from, o / outputs * inputs + j, sy, sx)];
            }
          }
        }
        out[at(to, o, y, x)] = sum;
      }
    }
  }
  return out;
}

Values pool(int size, int stride, int padding, bool max, const Values& in, const Shape& from, const Shape& to) {
  Values out(static_cast<std::size_t>(to.elements()));
  for (int c = 0; c < to.channels; ++c) {
    for (int y = 0; y < to.height; ++y) {
      for (int x = 0; x < to.width; ++x) {
        double largest = -1e300;
        double sum = 0.0;
        int count = 0;
        for (int sy = y * stride - padding; sy < y * stride - padding + size; ++sy) {
          for (int sx = x * stride - padding; sx < x * stride - padding + size; ++sx) {
            if (sy < 0 || sx < 0 || sy >= from.height || sx >= from.width) continue;
            const double value = in[at(from, c, sy, sx)];
            largest = std::max(largest, value);
            sum += value;
            ++count;
          }
        }
        out[at(to, c, y, x)] = max ? largest : sum / count;
      }
    }
  }
  return out;
}

double activated(ActivationKind kind, double x) {
  switch (kind) {
    case ActivationKind::kRelu:
      return std::max(x, 0.0);
    case ActivationKind::kSilu:
      return x / (1.0 + std::exp(-x));
    case ActivationKind::kGelu:
      return 0.5 * x * (1.0 + std::erf(x / std::sqrt(2.0)));
    case ActivationKind::kSelu:
      return 1.0507 * (x > 0.0 ? x : 1.67326 * (std::exp(x) - 1.0));
    case ActivationKind::kTanh:
      return std::tanh(x);
  }
  throw std::logic_error("an activation is unknown");
}

Values layer_norm(const ReferenceWeights& w, const Values& in, const Shape& shape) {
  Values out(in.size());
  const int places = positions(shape);
  for (int p = 0; p < places; ++p) {
    double mean = 0.0;
    double variance = 0.0;
    const auto index = [&](int c) { return static_cast<std::size_t>(c * places + p); };
    for (int c = 0; c < shape.channels; ++c) mean += in[index(c)] / shape.channels;
    for (int c = 0; c < shape.channels; ++c) variance += std::pow(in[index(c)] - mean, 2) / shape.channels;
    for (int c = 0; c < shape.channels; ++c) {
      const auto channel = static_cast<std::size_t>(c);
      out[index(c)] = (in[index(c)] - mean) / std::sqrt(variance + kEpsilon) * w.weight[channel] + w.bias[channel];
    }
  }
  return out;
}

Values squeeze_excite(int units, const ReferenceWeights& w, const Values& in, const Shape& shape) {
  const auto channels = static_cast<std::size_t>(shape.channels);
  const auto places = static_cast<std::size_t>(positions(shape));
  Values means(channels, 0.0);
  for (std::size_t i = 0; i < in.size(); ++i) means[i / places] += in[i] / static_cast<double>(places);
  Values hidden(static_cast<std::size_t>(units));
  for (std::size_t u = 0; u < hidden.size(); ++u) {
    hidden[u] = w.bias[u];
    for (std::size_t c = 0; c < channels; ++c) hidden[u] += w.weight[u * channels + c] * means[c];
    hidden[u] = std::max(hidden[u], 0.0);
  }
  Values out(in.size());
  for (std::size_t c = 0; c < channels; ++c) {
    double gate = w.bias2[c];
    for (std::size_t u = 0; u < hidden.size(); ++u) gate += w.weight2[c * hidden.size() + u] * hidden[u];
    gate = 1.0 / (1.0 + std::exp(-gate));
    for (std::size_t p = 0; p < places; ++p) out[c * places + p] = gate * in[c * places + p];
  }
  return out;
}

/// The mean and the variance of each channel over the batch.
ReferenceWeights with_batch_statistics(ReferenceWeights w, const Batch& in, std::size_t places) {
  const double count = static_cast<double>(in.size() * places);
  std::ranges::fill(w.mean, 0.0);
  std::ranges::fill(w.variance, 0.0);
  for (const Values& example : in) {
    for (std::size_t i = 0; i < example.size(); ++i) w.mean[i / places] += example[i] / count;
  }
  for (const Values& example : in) {
    for (std::size_t i = 0; i < example.size(); ++i) {
      w.variance[i / places] += std::pow(example[i] - w.mean[i / places], 2) / count;
    }
  }
  return w;
}

Values run(const Architecture& architecture, int index, const ReferenceWeights& w,
           const std::vector<const Values*>& in) {
  const Node& node = architecture.node(index);
  const Shape& to = node.shape;
  const Shape from = architecture.input_shapes(index)[0];
  const Values& x = *in[0];
  const Operation& op = node.operation;
  if (has_weights(op)) return convolve(as_convolution(op), w, x, from, to);
  if (const auto* p = std::get_if<MaxPool>(&op)) return pool(p->size, p->stride, p->padding, true, x, from, to);
  if (const auto* p = std::get_if<AveragePool>(&op)) return pool(p->size, p->stride, p->padding, false, x, from, to);
  if (const auto* se = std::get_if<SqueezeExcite>(&op)) return squeeze_excite(se->units, w, x, from);
  if (std::holds_alternative<LayerNorm>(op)) return layer_norm(w, x, from);
  if (std::holds_alternative<Zero>(op)) return Values(x.size(), 0.0);
  const auto places = static_cast<std::size_t>(positions(from));
  if (std::holds_alternative<GlobalAveragePool>(op)) {
    Values out(static_cast<std::size_t>(to.channels), 0.0);
    for (std::size_t i = 0; i < x.size(); ++i) out[i / places] += x[i] / static_cast<double>(places);
    return out;
  }
  Values out = x;
  if (const auto* activation = std::get_if<Activation>(&op)) {
    for (double& value : out) value = activated(activation->kind, value);
  } else if (std::holds_alternative<BatchNorm>(op)) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t c = i / places;
      out[i] = (x[i] - w.mean[c]) / std::sqrt(w.variance[c] + kEpsilon) * w.weight[c] + w.bias[c];
    }
  } else if (std::holds_alternative<Scale>(op)) {
    for (std::size_t i = 0; i < x.size(); ++i) out[i] *= w.weight[i / places];
  } else if (std::holds_alternative<Add>(op)) {
    for (std::size_t k = 1; k < in.size(); ++k) {
      for (std::size_t i = 0; i < x.size(); ++i) out[i] += (*in[k])[i];
    }
  } else if (std::holds_alternative<Concatenate>(op)) {
    for (std::size_t k = 1; k < in.size(); ++k) out.insert(out.end(), in[k]->begin(), in[k]->end());
  }
  return out;  // flatten, dropout and identity keep the numbers
}

ReferenceWeights identity(const Architecture& child, int index, const NodeInheritance& start, ReferenceWeights w) {
  const Operation& op = child.node(index).operation;
  if (std::holds_alternative<BatchNorm>(op)) {
    std::ranges::fill(w.weight, std::sqrt(1.0 + kEpsilon));
    std::ranges::fill(w.bias, 0.0);
    std::ranges::fill(w.mean, 0.0);
    std::ranges::fill(w.variance, 1.0);
  } else if (std::holds_alternative<Scale>(op)) {
    std::ranges::fill(w.weight, 1.0);
  } else {
    const Convolution conv = as_convolution(op);
    const int inputs = child.input_shapes(index)[0].channels / conv.groups;
    const int row = inputs * conv.kernel * conv.kernel;
    for (int o = 0; o < conv.filters; ++o) {
      const int passed = start.outputs.at(static_cast<std::size_t>(o));
      if (passed < 0) continue;
      const int within = passed - o / (conv.filters / conv.groups) * inputs;
      if (within < 0 || within >= inputs) throw std::logic_error("an identity reaches into another group");
      std::fill_n(w.weight.begin() + o * row, row, 0.0);
      w.weight.at(
          static_cast<std::size_t>(o * row + within * conv.kernel * conv.kernel + conv.kernel * conv.kernel / 2)) = 1.0;
      if (conv.bias || !w.bias.empty()) w.bias[static_cast<std::size_t>(o)] = 0.0;
    }
  }
  return w;
}

void inherit_weights(const Convolution& parent, int parent_inputs, const ReferenceWeights& from,
                     const Convolution& child, int child_inputs, const NodeInheritance& start, ReferenceWeights& to) {
  const auto weight = [](const Convolution& conv, int inputs, int o, int j, int y, int x) {
    const int half = conv.kernel / 2;
    if (std::abs(y) > half || std::abs(x) > half) return std::size_t(-1);
    return static_cast<std::size_t>(((o * inputs + j) * conv.kernel + y + half) * conv.kernel + x + half);
  };
  const int half = child.kernel / 2;
  for (int o = 0; o < child.filters; ++o) {
    const int source = start.outputs.at(static_cast<std::size_t>(o));
    if (source < 0) continue;
    for (int j = 0; j < child_inputs; ++j) {
      const int channel = start.inputs.at(static_cast<std::size_t>(j));
      for (int y = -half; y <= half; ++y) {
        for (int x = -half; x <= half; ++x) {
          double value = 0.0;
          if (channel >= 0) {
            const std::size_t i = weight(parent, parent_inputs, source, channel, y, x);
            if (i != std::size_t(-1)) value = start.scale * from.weight.at(i);
          }
          to.weight[weight(child, child_inputs, o, j, y, x)] = value;
        }
      }
    }
    if (!to.bias.empty()) {
      to.bias[static_cast<std::size_t>(o)] =
          from.bias.empty() ? 0.0 : start.scale * from.bias[static_cast<std::size_t>(source)];
    }
  }
}

void inherit_gates(const NodeInheritance& start, const ReferenceWeights& from, std::size_t parent_channels,
                   ReferenceWeights& to) {
  const std::size_t channels = start.outputs.size();
  const std::size_t units = start.units.size();
  const std::size_t parent_units = from.bias.size();
  for (std::size_t u = 0; u < units; ++u) {
    const auto pu = static_cast<std::size_t>(start.units[u]);
    if (start.units[u] >= 0) to.bias[u] = from.bias.at(pu);
    for (std::size_t c = 0; c < channels; ++c) {
      const auto pc = static_cast<std::size_t>(start.outputs[c]);
      if (start.units[u] >= 0) {
        to.weight[u * channels + c] = start.outputs[c] >= 0 ? from.weight.at(pu * parent_channels + pc) : 0.0;
      }
      if (start.outputs[c] >= 0) {
        to.weight2[c * units + u] = start.units[u] >= 0 ? from.weight2.at(pc * parent_units + pu) : 0.0;
      }
    }
  }
  for (std::size_t c = 0; c < channels; ++c) {
    if (start.outputs[c] >= 0) to.bias2[c] = from.bias2.at(static_cast<std::size_t>(start.outputs[c]));
  }
}

}  // namespace

ReferenceNetwork random_weights(const Architecture& architecture, Random& random) {
  ReferenceNetwork network(architecture.nodes().size());
  const auto draw = [&](Values& values, std::int64_t count, double deviation, double mean = 0.0) {
    values.resize(static_cast<std::size_t>(count));
    for (double& value : values) value = mean + deviation * random.normal();
  };
  for (int i = 1; i <= architecture.last(); ++i) {
    const Operation& op = architecture.node(i).operation;
    ReferenceWeights& w = network[static_cast<std::size_t>(i)];
    const int channels = architecture.input_shapes(i)[0].channels;
    if (has_weights(op)) {
      const Convolution conv = as_convolution(op);
      const double fan_in = channels / conv.groups * conv.kernel * conv.kernel;
      draw(w.weight, static_cast<std::int64_t>(conv.filters * fan_in), std::sqrt(2.0 / fan_in));
      if (conv.bias) draw(w.bias, conv.filters, 0.3);
    } else if (std::holds_alternative<BatchNorm>(op) || std::holds_alternative<LayerNorm>(op)) {
      draw(w.weight, channels, 0.3, 1.0);
      draw(w.bias, channels, 0.3);
      draw(w.mean, channels, 0.3);
      for (int c = 0; c < channels; ++c) w.variance.push_back(random.uniform(0.5, 2.0));
    } else if (std::holds_alternative<Scale>(op)) {
      draw(w.weight, channels, 0.3, 1.0);
    } else if (const auto* squeeze = std::get_if<SqueezeExcite>(&op)) {
      draw(w.weight, squeeze->units * channels, 1.0);
      draw(w.bias, squeeze->units, 0.5);
      draw(w.weight2, squeeze->units * channels, 1.0);
      draw(w.bias2, channels, 0.5);
    }
  }
  return network;
}

Batch evaluate(const Architecture& architecture, const ReferenceNetwork& network, const Batch& input, bool training) {
  std::vector<Batch> outputs{input};
  for (int i = 1; i <= architecture.last(); ++i) {
    const Node& node = architecture.node(i);
    const auto source = static_cast<std::size_t>(node.inputs[0]);
    ReferenceWeights weights = network[static_cast<std::size_t>(i)];
    if (training && std::holds_alternative<BatchNorm>(node.operation)) {
      const auto places = static_cast<std::size_t>(positions(architecture.node(node.inputs[0]).shape));
      weights = with_batch_statistics(std::move(weights), outputs[source], places);
    }
    Batch output;
    for (std::size_t example = 0; example < input.size(); ++example) {
      std::vector<const Values*> in;
      for (const int read : node.inputs) in.push_back(&outputs[static_cast<std::size_t>(read)][example]);
      output.push_back(run(architecture, i, weights, in));
    }
    outputs.push_back(std::move(output));
  }
  return outputs.back();
}

ReferenceNetwork inherit(const Architecture& parent, const ReferenceNetwork& weights, const Architecture& child,
                         const InheritancePlan& plan, Random& random) {
  ReferenceNetwork network = random_weights(child, random);
  for (int i = 1; i <= child.last(); ++i) {
    const NodeInheritance& start = plan.nodes.at(static_cast<std::size_t>(i));
    ReferenceWeights& to = network[static_cast<std::size_t>(i)];
    const Operation& op = child.node(i).operation;
    if (start.start == NodeInheritance::Start::kIdentity) {
      to = identity(child, i, start, std::move(to));
    } else if (start.start == NodeInheritance::Start::kZero) {
      std::ranges::fill(to.weight, 0.0);
      std::ranges::fill(to.bias, 0.0);
    } else if (start.start == NodeInheritance::Start::kInherited) {
      const ReferenceWeights& from = weights.at(static_cast<std::size_t>(start.parent));
      if (has_weights(op)) {
        const Convolution there = as_convolution(parent.node(start.parent).operation);
        const Convolution here = as_convolution(op);
        inherit_weights(there, parent.input_shapes(start.parent)[0].channels / there.groups, from, here,
                        child.input_shapes(i)[0].channels / here.groups, start, to);
      } else if (std::holds_alternative<SqueezeExcite>(op)) {
        inherit_gates(start, from, static_cast<std::size_t>(parent.input_shapes(start.parent)[0].channels), to);
      } else {
        for (std::size_t c = 0; c < start.outputs.size(); ++c) {
          if (start.outputs[c] < 0) continue;
          const auto p = static_cast<std::size_t>(start.outputs[c]);
          to.weight[c] = start.scale * from.weight.at(p);
          if (!to.bias.empty()) to.bias[c] = start.scale * from.bias.at(p);
          if (!to.mean.empty()) to.mean[c] = from.mean.at(p);
          if (!to.variance.empty()) to.variance[c] = from.variance.at(p);
        }
      }
    }
  }
  return network;
}

Batch random_batch(const Shape& shape, std::size_t count, Random& random) {
  Batch batch(count, Values(static_cast<std::size_t>(shape.elements())));
  for (Values& example : batch) {
    for (double& value : example) value = random.normal();
  }
  return batch;
}

double difference(const Batch& a, const Batch& b) {
  double largest = 1e-3;
  double apart = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].size() != b.at(i).size()) throw std::logic_error("outputs of different sizes");
    for (std::size_t k = 0; k < a[i].size(); ++k) {
      largest = std::max({largest, std::abs(a[i][k]), std::abs(b[i][k])});
      apart = std::max(apart, std::abs(a[i][k] - b[i][k]));
    }
  }
  return apart / largest;
}

}  // namespace nascent::testing
