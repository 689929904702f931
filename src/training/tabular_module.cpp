#include "training/tabular_module.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "training/vectorised.h"

namespace nascent {
namespace {

/// Relative to the learning rate of the weights (Holzmueller et al. 2024).
constexpr double kScaleRateFactor = 6.0;
constexpr double kBiasRateFactor = 0.1;

/// Rows that the first weights are fitted to.
constexpr std::size_t kInitialRows = 512;

/// out := in * scale, column by column; out may be in.
NASCENT_VECTORISED
void scale_columns(const float* in, const float* scale, float* out, std::int64_t rows, std::int64_t columns) {
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) out[r * columns + c] = in[r * columns + c] * scale[c];
  }
}

/// sums := the sum of a * b over the rows, for each column.
NASCENT_VECTORISED
void sum_products(const float* __restrict a, const float* __restrict b, float* __restrict sums, std::int64_t rows,
                  std::int64_t columns) {
  std::fill_n(sums, columns, 0.0F);
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) sums[c] += a[r * columns + c] * b[r * columns + c];
  }
}

NASCENT_VECTORISED
void sum_columns(const float* __restrict in, float* __restrict sums, std::int64_t rows, std::int64_t columns) {
  std::fill_n(sums, columns, 0.0F);
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) sums[c] += in[r * columns + c];
  }
}

NASCENT_VECTORISED
void multiply(float* __restrict values, const float* __restrict by, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) values[i] *= by[i];
}

void fill_normal(torch::Tensor& tensor, double deviation, Random& random) {
  auto* values = tensor.data_ptr<float>();
  for (std::int64_t i = 0; i < tensor.numel(); ++i) values[i] = static_cast<float>(deviation * random.normal());
}

}  // namespace

Json TabularShape::to_json() const {
  return {{"numbers", numbers},
          {"cardinalities", cardinalities},
          {"embedding", embedding},
          {"periodic_columns", periodic_columns},
          {"periodic_size", periodic_size},
          {"layers", layers},
          {"units", units},
          {"outputs", outputs},
          {"activation", name_of(activation)}};
}

TabularShape TabularShape::from_json(const Json& json) {
  TabularShape shape;
  json.at("numbers").get_to(shape.numbers);
  json.at("cardinalities").get_to(shape.cardinalities);
  json.at("embedding").get_to(shape.embedding);
  json.at("periodic_columns").get_to(shape.periodic_columns);
  json.at("periodic_size").get_to(shape.periodic_size);
  json.at("layers").get_to(shape.layers);
  json.at("units").get_to(shape.units);
  json.at("outputs").get_to(shape.outputs);
  shape.activation = activation_of(json.at("activation").get<std::string>());
  return shape;
}

TabularModule::TabularModule(TabularShape shape) : shape_(std::move(shape)) {
  if (!shape_.periodic_columns.empty()) {
    periodic_ =
        register_module("periodic", std::make_shared<PeriodicEmbedding>(shape_.periodic_columns, shape_.periodic_size));
  }
  for (std::size_t c = 0; c < shape_.cardinalities.size(); ++c) {
    embeddings_.push_back(register_parameter("embedding_" + std::to_string(c),
                                             torch::zeros({shape_.cardinalities[c], shape_.embedding})));
  }
  scale_ = register_parameter("scale", torch::ones({input_width()}));
  for (std::int64_t layer = 0; layer <= shape_.layers; ++layer) {
    const std::int64_t out = layer == shape_.layers ? shape_.outputs : shape_.units;
    weights_.push_back(register_parameter("weight_" + std::to_string(layer), torch::zeros({out, width_into(layer)})));
    biases_.push_back(register_parameter("bias_" + std::to_string(layer), torch::zeros({out})));
  }
}

std::int64_t TabularModule::codes_begin() const { return shape_.numbers + (periodic_ ? periodic_->outputs() : 0); }

std::int64_t TabularModule::input_width() const {
  return codes_begin() + static_cast<std::int64_t>(shape_.cardinalities.size()) * shape_.embedding;
}

double TabularModule::root_width_into(std::int64_t layer) const {
  return std::sqrt(static_cast<double>(std::max<std::int64_t>(1, width_into(layer))));
}

void TabularModule::initialise(const FeatureRows& features, double sigma, Random& random) {
  const torch::NoGradGuard no_grad;
  if (periodic_) periodic_->initialise(sigma, random);
  for (torch::Tensor& embedding : embeddings_) {
    fill_normal(embedding, 1.0, random);
    // What is missing or unknown may never be seen in training; it starts, and then stays, where nothing is said.
    embedding[0].zero_();
  }
  std::vector<std::uint32_t> rows(std::min(kInitialRows, features.rows()));
  for (std::uint32_t& row : rows) row = static_cast<std::uint32_t>(random.below(features.rows()));
  Workspace& space = prepared(inference_, static_cast<std::int64_t>(rows.size()));
  read_input(features, rows, space);
  for (std::int64_t layer = 0; layer < shape_.layers; ++layer) {
    fill_normal(weights_[layer], 1.0 / root_width_into(layer), random);
    torch::Tensor& result = space.inputs[layer + 1];
    at::mm_out(result, space.inputs[layer], weights_[layer].t());
    const torch::Tensor spread = result.std(0, false);
    // A unit that sees no variation keeps its weights: there is nothing to fit them to.
    const torch::Tensor factor = torch::where(spread > 1e-4, spread.reciprocal(), torch::ones_like(spread));
    weights_[layer].mul_(factor.unsqueeze(1));
    result.mul_(factor);
    auto* bias = biases_[layer].data_ptr<float>();
    const auto* before = result.data_ptr<float>();
    for (std::int64_t unit = 0; unit < shape_.units; ++unit) {
      bias[unit] = -before[static_cast<std::int64_t>(random.below(rows.size())) * shape_.units + unit];
    }
    result.add_(biases_[layer]);
    activate(shape_.activation, result.data_ptr<float>(), result.numel());
  }
  // The output starts at zero: the first steps then teach it alone, and nothing has to be unlearned.
}

std::vector<ParameterGroupMember> TabularModule::members() {
  std::vector<ParameterGroupMember> members;
  for (std::int64_t layer = 0; layer <= shape_.layers; ++layer) {
    // The decay is meant relative to the common learning rate.
    members.push_back({.parameter = weights_[layer],
                       .rate_factor = 1.0 / root_width_into(layer),
                       .decay_factor = root_width_into(layer)});
  }
  for (const torch::Tensor& bias : biases_) {
    members.push_back({.parameter = bias, .rate_factor = kBiasRateFactor, .decay_factor = 0.0});
  }
  members.push_back({.parameter = scale_, .rate_factor = kScaleRateFactor, .decay_factor = 0.0});
  for (const torch::Tensor& embedding : embeddings_) {
    members.push_back({.parameter = embedding, .rate_factor = 1.0, .decay_factor = 0.0});
  }
  if (periodic_) periodic_->add_to(members);
  return members;
}

TabularModule::Workspace& TabularModule::prepared(Workspace& space, std::int64_t rows) const {
  if (space.rows == rows) return space;
  space = Workspace{.rows = rows, .raw = torch::zeros({rows, input_width()})};
  for (std::int64_t layer = 0; layer <= shape_.layers; ++layer) {
    space.inputs.push_back(torch::empty({rows, width_into(layer)}));
  }
  space.output = torch::empty({rows, shape_.outputs});
  return space;
}

void TabularModule::embed_codes(const FeatureRows& features, std::span<const std::uint32_t> rows, Workspace& space) {
  const std::size_t columns = embeddings_.size();
  const std::int64_t size = shape_.embedding;
  const std::int64_t width = input_width();
  auto* first = space.raw.data_ptr<float>() + codes_begin();
  batch_codes_.resize(rows.size() * columns);
  for (std::size_t c = 0; c < columns; ++c) {
    const auto* table = embeddings_[c].data_ptr<float>();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::int32_t code = features.codes[rows[i] * columns + c];
      batch_codes_[i * columns + c] = code;
      std::copy_n(table + code * size, size,
                  first + static_cast<std::int64_t>(i) * width + static_cast<std::int64_t>(c) * size);
    }
  }
}

void TabularModule::read_input(const FeatureRows& features, std::span<const std::uint32_t> rows, Workspace& space) {
  const std::int64_t width = input_width();
  auto* raw = space.raw.data_ptr<float>();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::span<const float> row = features.numbers.row(rows[i]);
    std::copy(row.begin(), row.end(), raw + static_cast<std::int64_t>(i) * width);
  }
  if (periodic_) periodic_->forward(raw, raw + shape_.numbers, space.rows, width);
  if (!embeddings_.empty()) embed_codes(features, rows, space);
  scale_columns(raw, scale_.data_ptr<float>(), space.inputs[0].data_ptr<float>(), space.rows, width);
}

const torch::Tensor& TabularModule::forward(const FeatureRows& features, std::span<const std::uint32_t> rows) {
  const torch::NoGradGuard no_grad;
  Workspace& space = prepared(inference_, static_cast<std::int64_t>(rows.size()));
  read_input(features, rows, space);
  for (std::int64_t layer = 0; layer < shape_.layers; ++layer) {
    torch::Tensor& result = space.inputs[layer + 1];
    at::addmm_out(result, biases_[layer], space.inputs[layer], weights_[layer].t());
    activate(shape_.activation, result.data_ptr<float>(), result.numel());
  }
  at::addmm_out(space.output, biases_.back(), space.inputs.back(), weights_.back().t());
  return space.output;
}

const torch::Tensor& TabularModule::forward_training(const FeatureRows& features, std::span<const std::uint32_t> rows,
                                                     double dropout, Random& random) {
  const torch::NoGradGuard no_grad;
  Workspace& space = prepared(training_, static_cast<std::int64_t>(rows.size()));
  if (space.gradients.empty()) {
    for (const torch::Tensor& input : space.inputs) space.gradients.push_back(torch::empty_like(input));
    for (std::int64_t layer = 0; layer < shape_.layers; ++layer) {
      space.slopes.push_back(torch::empty({space.rows, shape_.units}));
    }
  }
  read_input(features, rows, space);
  for (std::int64_t layer = 0; layer < shape_.layers; ++layer) {
    torch::Tensor& result = space.inputs[layer + 1];
    at::addmm_out(result, biases_[layer], space.inputs[layer], weights_[layer].t());
    const DropoutMask mask{.probability = dropout, .key = static_cast<std::uint32_t>(random.next() >> 32)};
    activate_for_training(shape_.activation, mask, result.data_ptr<float>(), space.slopes[layer].data_ptr<float>(),
                          result.numel());
  }
  at::addmm_out(space.output, biases_.back(), space.inputs.back(), weights_.back().t());
  return space.output;
}

void TabularModule::backward(const torch::Tensor& gradient) {
  const torch::NoGradGuard no_grad;
  const Workspace& space = training_;
  for (std::int64_t layer = shape_.layers; layer >= 0; --layer) {
    const bool is_output = layer == shape_.layers;
    const torch::Tensor& above = is_output ? gradient : space.gradients[layer + 1];
    if (!is_output) multiply(above.data_ptr<float>(), space.slopes[layer].data_ptr<float>(), above.numel());
    at::mm_out(weights_[layer].mutable_grad(), above.t(), space.inputs[layer]);
    sum_columns(above.data_ptr<float>(), biases_[layer].mutable_grad().data_ptr<float>(), above.size(0), above.size(1));
    torch::Tensor below = space.gradients[layer];
    at::mm_out(below, above, weights_[layer]);
  }
  backward_input();
}

void TabularModule::backward_input() {
  const Workspace& space = training_;
  const std::int64_t width = input_width();
  auto* gradient = space.gradients[0].data_ptr<float>();
  const auto* raw = space.raw.data_ptr<float>();
  sum_products(gradient, raw, scale_.mutable_grad().data_ptr<float>(), space.rows, width);
  if (!periodic_ && embeddings_.empty()) return;
  scale_columns(gradient, scale_.data_ptr<float>(), gradient, space.rows, width);
  if (periodic_) periodic_->backward(raw, gradient + shape_.numbers, space.rows, width);
  if (!embeddings_.empty()) backward_codes(gradient + codes_begin());
}

void TabularModule::backward_codes(const float* gradient) {
  const std::size_t columns = embeddings_.size();
  const std::int64_t size = shape_.embedding;
  const std::int64_t width = input_width();
  for (std::size_t c = 0; c < columns; ++c) {
    torch::Tensor& table = embeddings_[c].mutable_grad();
    table.zero_();
    auto* values = table.data_ptr<float>();
    for (std::int64_t r = 0; r < training_.rows; ++r) {
      const float* from = gradient + r * width + static_cast<std::int64_t>(c) * size;
      float* to = values + batch_codes_[static_cast<std::size_t>(r) * columns + c] * size;
      for (std::int64_t k = 0; k < size; ++k) to[k] += from[k];
    }
  }
}

}  // namespace nascent
