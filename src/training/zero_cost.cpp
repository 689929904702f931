#include "nascent/training/zero_cost.h"

#include <fmt/format.h>

#include <cmath>
#include <variant>

#include "nascent/core/error.h"
#include "training/image_batch.h"
#include "training/network.h"

namespace nascent {
namespace {

using torch::Tensor;

std::optional<double> finite(double value) { return std::isfinite(value) ? std::optional(value) : std::nullopt; }

bool is_norm(const Operation& operation) {
  return std::holds_alternative<BatchNorm>(operation) || std::holds_alternative<LayerNorm>(operation);
}

/// Chance has no part in a score.
bool is_dropout(const Operation& operation) { return std::holds_alternative<Dropout>(operation); }

bool is_rectifier(const Operation& operation) {
  const auto* activation = std::get_if<Activation>(&operation);
  return activation != nullptr && activation->kind != ActivationKind::kTanh;
}

/// A scale of zero would take the branch behind it out of every score.
Tensor with_scales_of_one(const std::string& name, at::IntArrayRef, const std::function<Tensor()>& draw) {
  const Tensor drawn = draw();
  return drawn.dim() == 1 && name.ends_with(":weight") ? torch::ones_like(drawn) : drawn;
}

std::shared_ptr<Network> fresh(const Architecture& architecture, std::uint64_t seed) {
  Random random(seed);
  auto network = std::make_shared<Network>(architecture, random, with_scales_of_one);
  network->train();
  return network;
}

struct Batch {
  Tensor images;  ///< images x channels x height x width
  Tensor labels;
};

Batch batch_of(const ImageSet& images, std::span<const std::uint32_t> rows) {
  Batch batch{
      torch::empty({static_cast<std::int64_t>(rows.size()), images.channels(), images.height(), images.width()}),
      torch::empty({static_cast<std::int64_t>(rows.size())}, torch::kInt64)};
  write_plain_batch(images, rows, pixel_statistics(images, rows), batch.images.data_ptr<float>());
  for (std::size_t i = 0; i < rows.size(); ++i) batch.labels[static_cast<std::int64_t>(i)] = images.labels()[rows[i]];
  return batch;
}

/// The same with some operations left out.
Architecture without(bool (*left_out)(const Operation&), const Architecture& architecture) {
  Architecture plain(architecture.input_shape());
  for (std::size_t i = 1; i < architecture.nodes().size(); ++i) {
    const Node& node = architecture.nodes()[i];
    plain.append(node.name, left_out(node.operation) ? Operation{Identity{}} : node.operation, node.inputs);
  }
  return plain;
}

std::optional<double> synflow(const Architecture& architecture, std::uint64_t seed) {
  for (const Node& node : architecture.nodes())
    if (std::holds_alternative<Custom>(node.operation)) return {};
  Random random(seed);
  // In float64: without normalizations the numbers grow with every layer.
  Network network(without(is_norm, architecture), random,
                  [](const std::string& name, at::IntArrayRef sizes, const std::function<Tensor()>& draw) {
                    return with_scales_of_one(name, sizes, draw).abs().to(torch::kFloat64);
                  });
  network.eval();
  const Shape& shape = architecture.input_shape();
  const Tensor ones = torch::ones({1, shape.channels, shape.height, shape.width}, torch::kFloat64);
  network.forward(ones, Precision::kFloat32).sum().backward();
  double sum = 0.0;
  for (const Tensor& weight : network.parameters())
    if (weight.grad().defined()) sum += (weight * weight.grad()).abs().sum().item<double>();
  return finite(std::log(sum));
}

std::optional<double> jacobian_covariance(const Architecture& architecture, const Batch& batch, std::uint64_t seed) {
  const auto network = fresh(architecture, seed);
  Tensor input = batch.images.clone().requires_grad_(true);
  network->forward(input, Precision::kFloat32).sum().backward();
  if (!input.grad().defined()) return {};
  const Tensor jacobian = input.grad().flatten(1).to(torch::kFloat64);
  const Tensor centred = jacobian - jacobian.mean(1, /*keepdim=*/true);
  const Tensor covariance = centred.matmul(centred.t());
  const Tensor deviations = covariance.diagonal().sqrt();
  const Tensor correlation = covariance / deviations.unsqueeze(0) / deviations.unsqueeze(1);
  if (!correlation.isfinite().all().item<bool>()) return {};  // an image that nothing depends on
  constexpr double kSmall = 1e-5;
  const Tensor eigenvalues = torch::linalg_eigvalsh(correlation) + kSmall;
  return finite(-(eigenvalues.log() + 1.0 / eigenvalues).sum().item<double>());
}

std::optional<double> naswot(const Architecture& architecture, const Batch& batch, std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  const auto network = fresh(architecture, seed);
  Tensor agreement;
  network->forward(batch.images, Precision::kFloat32, [&](int node, const Tensor& value) {
    if (!is_rectifier(architecture.node(node).operation)) return;
    const Tensor code = (value > 0).flatten(1).to(torch::kFloat32);
    const Tensor agree = (code.matmul(code.t()) + (1.0 - code).matmul((1.0 - code).t())).to(torch::kFloat64);
    agreement = agreement.defined() ? agreement + agree : agree;
  });
  if (!agreement.defined()) return {};
  const auto [sign, logarithm] = torch::slogdet(agreement);
  return sign.item<double>() > 0.0 ? finite(logarithm.item<double>()) : std::nullopt;
}

std::optional<double> gradient_norm(const Architecture& architecture, const Batch& batch, std::uint64_t seed) {
  const auto network = fresh(architecture, seed);
  torch::nn::functional::cross_entropy(network->forward(batch.images, Precision::kFloat32), batch.labels).backward();
  double sum = 0.0;
  for (const Tensor& weight : network->parameters())
    if (weight.dim() > 1 && weight.grad().defined()) sum += weight.grad().norm().item<double>();
  return finite(sum);
}

}  // namespace

std::optional<double> zero_cost_score(std::string_view name, const Architecture& architecture, const ImageSet& images,
                                      std::span<const std::uint32_t> rows, std::uint64_t seed) {
  if (name == "parameters") return static_cast<double>(architecture.parameters());
  if (name == "multiply_adds") return static_cast<double>(architecture.multiply_adds());
  const Architecture network = without(is_dropout, architecture);
  if (name == "synflow") return synflow(network, seed);
  const Batch batch = batch_of(images, rows);
  if (name == "jacobian_covariance") return jacobian_covariance(network, batch, seed);
  if (name == "naswot") return naswot(network, batch, seed);
  if (name == "gradient_norm") return gradient_norm(network, batch, seed);
  throw InternalError(fmt::format("there is no zero-cost score \"{}\"", name));
}

}  // namespace nascent
