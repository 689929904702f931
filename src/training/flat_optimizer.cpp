#include "training/flat_optimizer.h"

#include <fmt/format.h>

#include <cmath>

#include "nascent/core/error.h"
#include "training/vectorised.h"

namespace nascent {
namespace {

NASCENT_VECTORISED
void sgd_loop(float* __restrict value, const float* __restrict gradient, float* __restrict velocity, std::int64_t count,
              float rate, float decay, float momentum, bool nesterov) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float g = gradient[i] + decay * value[i];
    const float v = momentum * velocity[i] + g;
    velocity[i] = v;
    value[i] -= rate * (nesterov ? g + momentum * v : v);
  }
}

/// `rate` includes the bias correction of the mean, `root_scale` is one over the square root of that of the squares.
NASCENT_VECTORISED
void adamw_loop(float* __restrict value, const float* __restrict gradient, float* __restrict mean,
                float* __restrict square, std::int64_t count, float rate, float shrink, float beta1, float beta2,
                float root_scale, float epsilon) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float g = gradient[i];
    const float m = beta1 * mean[i] + (1.0F - beta1) * g;
    const float s = beta2 * square[i] + (1.0F - beta2) * g * g;
    mean[i] = m;
    square[i] = s;
    value[i] = value[i] * shrink - rate * m / (std::sqrt(s) * root_scale + epsilon);
  }
}

}  // namespace

FlatOptimizer::FlatOptimizer(std::vector<ParameterGroupMember> parameters, SgdOptions options)
    : adam_(false), sgd_(options) {
  flatten(std::move(parameters));
}

FlatOptimizer::FlatOptimizer(std::vector<ParameterGroupMember> parameters, AdamWOptions options)
    : adam_(true), adamw_(options) {
  flatten(std::move(parameters));
  second_ = torch::zeros_like(values_);
}

void FlatOptimizer::flatten(std::vector<ParameterGroupMember> parameters) {
  if (parameters.empty()) throw InternalError("an optimizer needs at least one parameter");
  const torch::NoGradGuard no_grad;
  const torch::Device device = parameters.front().parameter.device();
  std::int64_t total = 0;
  for (const auto& member : parameters) {
    const torch::Tensor& parameter = member.parameter;
    if (parameter.scalar_type() != torch::kFloat32 || parameter.device() != device) {
      throw InternalError("the parameters of an optimizer must be float32 on one device");
    }
    const std::int64_t begin = total;
    total += parameter.numel();
    if (!member.name.empty()) places_.push_back({member.name, begin, parameter.sizes().vec()});
    if (!segments_.empty() && segments_.back().rate_factor == member.rate_factor &&
        segments_.back().decay_factor == member.decay_factor) {
      segments_.back().end = total;
    } else {
      segments_.push_back({begin, total, member.rate_factor, member.decay_factor});
    }
  }
  const auto options = torch::TensorOptions().dtype(torch::kFloat32).device(device);
  values_ = torch::empty({total}, options);
  gradients_ = torch::zeros({total}, options);
  first_ = torch::zeros({total}, options);
  std::int64_t at = 0;
  for (auto& member : parameters) {
    torch::Tensor& parameter = member.parameter;
    const std::int64_t count = parameter.numel();
    torch::Tensor place = values_.narrow(0, at, count).view(parameter.sizes());
    place.copy_(parameter.detach());
    parameter.set_data(place);
    parameter.mutable_grad() = gradients_.narrow(0, at, count).view(parameter.sizes());
    at += count;
  }
}

torch::Tensor FlatOptimizer::moment(const Place& place, std::string_view kind) const {
  const torch::Tensor* all = nullptr;
  if (kind == (adam_ ? "#mean" : "#momentum")) all = &first_;
  if (adam_ && kind == "#square") all = &second_;
  if (all == nullptr) return {};
  return all->narrow(0, place.begin, c10::multiply_integers(place.sizes)).view(place.sizes);
}

OptimizerState FlatOptimizer::state() const {
  OptimizerState state{{kOptimizerSteps, torch::tensor(steps_, torch::kInt64)}};
  for (const Place& place : places_) {
    for (const char* kind : kOptimizerMoments) {
      if (const torch::Tensor all = moment(place, kind); all.defined()) {
        state.emplace(place.name + kind, all.detach().clone().cpu());
      }
    }
  }
  return state;
}

void FlatOptimizer::restore(const OptimizerState& state) {
  const torch::NoGradGuard no_grad;
  first_.zero_();
  if (adam_) second_.zero_();
  if (const auto steps = state.find(kOptimizerSteps); steps != state.end()) {
    steps_ = steps->second.item<std::int64_t>();
  }
  for (const Place& place : places_) {
    for (const char* kind : kOptimizerMoments) {
      const auto found = state.find(place.name + kind);
      torch::Tensor to = moment(place, kind);
      if (found == state.end() || !to.defined()) continue;
      if (found->second.sizes() != to.sizes()) {
        throw InternalError(fmt::format("the moment '{}' has another shape than its parameter", found->first));
      }
      to.copy_(found->second);
    }
  }
}

void FlatOptimizer::zero_gradients() { gradients_.zero_(); }

double FlatOptimizer::clip_gradients(double largest) {
  const torch::NoGradGuard no_grad;
  const double norm = gradients_.norm().item<double>();
  if (norm > largest) gradients_.mul_(largest / norm);
  return norm;
}

void FlatOptimizer::step(double learning_rate, double weight_decay) {
  const torch::NoGradGuard no_grad;
  ++steps_;
  for (const Segment& segment : segments_) {
    const double rate = learning_rate * segment.rate_factor;
    const double decay = weight_decay * segment.decay_factor;
    adam_ ? step_adamw(segment, rate, decay) : step_sgd(segment, rate, decay);
  }
}

void FlatOptimizer::step_sgd(const Segment& segment, double learning_rate, double weight_decay) {
  const std::int64_t count = segment.end - segment.begin;
  if (values_.is_cpu()) {
    sgd_loop(values_.data_ptr<float>() + segment.begin, gradients_.data_ptr<float>() + segment.begin,
             first_.data_ptr<float>() + segment.begin, count, static_cast<float>(learning_rate),
             static_cast<float>(weight_decay), static_cast<float>(sgd_.momentum), sgd_.nesterov);
    return;
  }
  torch::Tensor value = values_.narrow(0, segment.begin, count);
  torch::Tensor velocity = first_.narrow(0, segment.begin, count);
  const torch::Tensor gradient = gradients_.narrow(0, segment.begin, count).add(value, weight_decay);
  velocity.mul_(sgd_.momentum).add_(gradient);
  value.sub_(sgd_.nesterov ? gradient.add(velocity, sgd_.momentum) : velocity, learning_rate);
}

void FlatOptimizer::step_adamw(const Segment& segment, double learning_rate, double weight_decay) {
  const std::int64_t count = segment.end - segment.begin;
  const auto steps = static_cast<double>(steps_);
  const double rate = learning_rate / (1.0 - std::pow(adamw_.beta1, steps));
  const double root_scale = 1.0 / std::sqrt(1.0 - std::pow(adamw_.beta2, steps));
  const double shrink = 1.0 - learning_rate * weight_decay;
  if (values_.is_cpu()) {
    adamw_loop(values_.data_ptr<float>() + segment.begin, gradients_.data_ptr<float>() + segment.begin,
               first_.data_ptr<float>() + segment.begin, second_.data_ptr<float>() + segment.begin, count,
               static_cast<float>(rate), static_cast<float>(shrink), static_cast<float>(adamw_.beta1),
               static_cast<float>(adamw_.beta2), static_cast<float>(root_scale), static_cast<float>(adamw_.epsilon));
    return;
  }
  torch::Tensor value = values_.narrow(0, segment.begin, count);
  torch::Tensor mean = first_.narrow(0, segment.begin, count);
  torch::Tensor square = second_.narrow(0, segment.begin, count);
  const torch::Tensor gradient = gradients_.narrow(0, segment.begin, count);
  mean.mul_(adamw_.beta1).add_(gradient, 1.0 - adamw_.beta1);
  square.mul_(adamw_.beta2).addcmul_(gradient, gradient, 1.0 - adamw_.beta2);
  value.mul_(shrink).addcdiv_(mean, square.sqrt().mul_(root_scale).add_(adamw_.epsilon), -rate);
}

}  // namespace nascent
