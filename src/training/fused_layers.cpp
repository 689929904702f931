#include "training/fused_layers.h"

#include "training/plane_loops.h"

namespace nascent {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

bool has_loops(const Tensor& x) {
  return x.is_cpu() && x.dim() == 4 && (x.scalar_type() == torch::kFloat32 || x.scalar_type() == torch::kBFloat16);
}

Planes planes_of(const Tensor& x) { return {x.size(0), x.size(1), x.size(2) * x.size(3)}; }

/// Calls `body` with a null pointer of the type of the loops for this tensor.
template <typename Body>
void with_type(const Tensor& x, Body&& body) {
  if (x.scalar_type() == torch::kFloat32) {
    body(static_cast<float*>(nullptr));
  } else {
    body(static_cast<std::uint16_t*>(nullptr));
  }
}

template <typename T>
T* data(const Tensor& tensor) {
  return tensor.defined() ? static_cast<T*>(tensor.data_ptr()) : nullptr;
}

/// Rows of one tensor: mean, inverse deviation, variance.
NormMoments moments_in(const Tensor& rows) {
  auto* start = rows.data_ptr<float>();
  return {start, start + rows.size(1), start + 2 * rows.size(1)};
}

Tensor forward_pass(const Tensor& x, const Tensor& residual, const NormWeights& weights, bool relu,
                    const Tensor& moments) {
  Tensor y = torch::empty_like(x);
  with_type(x, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    norm_forward<T>(data<T>(x), data<T>(residual), data<T>(y), planes_of(x), weights.weight.data_ptr<float>(),
                    weights.bias.data_ptr<float>(), static_cast<float>(kNormEpsilon), relu, moments_in(moments));
  });
  return y;
}

void update_running(const NormWeights& weights, const Tensor& moments, const Tensor& x) {
  const auto count = static_cast<double>(x.numel() / x.size(1));
  const NormMoments rows = moments_in(moments);
  auto* mean = weights.running_mean.data_ptr<float>();
  auto* variance = weights.running_variance.data_ptr<float>();
  const auto keep = static_cast<float>(1.0 - kNormMomentum);
  const auto take = static_cast<float>(kNormMomentum);
  const auto take_unbiased = static_cast<float>(kNormMomentum * count / (count - 1.0));
  for (std::int64_t c = 0; c < x.size(1); ++c) {
    mean[c] = keep * mean[c] + take * rows.mean[c];
    variance[c] = keep * variance[c] + take_unbiased * rows.variance[c];
  }
}

struct Gradients {
  Tensor x;
  Tensor residual;
  Tensor weight;
  Tensor bias;
};

Gradients backward_pass(const Tensor& y_gradient_any, const Tensor& x, const Tensor& y, const Tensor& weight,
                        const Tensor& bias, const Tensor& moments, bool relu, bool residual) {
  const Tensor y_gradient = y_gradient_any.contiguous();
  Gradients gradients{torch::empty_like(x), {}, torch::empty_like(weight), torch::empty_like(bias)};
  // Without a rectification the gradient passes an addition as it is.
  if (residual) gradients.residual = relu ? torch::empty_like(x) : y_gradient;
  with_type(x, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const NormGradients<T> tensors{data<T>(y_gradient),
                                   data<T>(x),
                                   data<T>(y),
                                   data<T>(gradients.x),
                                   residual && relu ? data<T>(gradients.residual) : nullptr,
                                   gradients.weight.data_ptr<float>(),
                                   gradients.bias.data_ptr<float>()};
    norm_backward<T>(tensors, planes_of(x), weight.data_ptr<float>(), bias.data_ptr<float>(), relu,
                     moments_in(moments));
  });
  return gradients;
}

struct Norm : torch::autograd::Function<Norm> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const Tensor& moments, bool relu) {
    context->saved_data["relu"] = relu;
    context->save_for_backward({x, weight, bias, moments});
    return forward_pass(x, {}, {weight, bias, {}, {}}, relu, moments);
  }
  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const auto saved = context->get_saved_variables();
    const bool relu = context->saved_data["relu"].toBool();
    Gradients g = backward_pass(gradients[0], saved[0], {}, saved[1], saved[2], saved[3], relu, false);
    return {g.x, g.weight, g.bias, Tensor(), Tensor()};
  }
};

struct NormAdd : torch::autograd::Function<NormAdd> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& residual, const Tensor& weight,
                        const Tensor& bias, const Tensor& moments, bool relu) {
    context->saved_data["relu"] = relu;
    Tensor y = forward_pass(x, residual, {weight, bias, {}, {}}, relu, moments);
    context->save_for_backward({x, weight, bias, moments, relu ? y : Tensor()});
    return y;
  }
  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const auto saved = context->get_saved_variables();
    const bool relu = context->saved_data["relu"].toBool();
    Gradients g = backward_pass(gradients[0], saved[0], saved[4], saved[1], saved[2], saved[3], relu, true);
    return {g.x, g.residual, g.weight, g.bias, Tensor(), Tensor()};
  }
};

Tensor inference_pass(const Tensor& x, const Tensor& residual, const NormWeights& weights, bool relu) {
  const Tensor scale = weights.weight * (weights.running_variance + kNormEpsilon).rsqrt();
  const Tensor shift = weights.bias - weights.running_mean * scale;
  Tensor y = torch::empty_like(x);
  with_type(x, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    norm_inference<T>(data<T>(x), data<T>(residual), data<T>(y), planes_of(x), scale.data_ptr<float>(),
                      shift.data_ptr<float>(), relu);
  });
  return y;
}

Tensor by_libtorch(const Tensor& x, const Tensor& residual, const NormWeights& w, const NormOptions& options) {
  Tensor y = torch::batch_norm(x, w.weight, w.bias, w.running_mean, w.running_variance, options.learns, kNormMomentum,
                               kNormEpsilon, true);
  if (residual.defined()) y = y + residual;
  return options.relu ? torch::relu(y) : y;
}

struct MaxPool2x2 : torch::autograd::Function<MaxPool2x2> {
  static Tensor forward(AutogradContext* context, const Tensor& x) {
    const std::vector<std::int64_t> sizes{x.size(0), x.size(1), x.size(2) / 2, x.size(3) / 2};
    Tensor y = torch::empty(sizes, x.options());
    Tensor which = torch::empty(sizes, torch::kUInt8);
    with_type(x, [&](auto* type) {
      using T = std::remove_pointer_t<decltype(type)>;
      max_pool_forward<T>(data<T>(x), data<T>(y), which.data_ptr<std::uint8_t>(), x.size(0) * x.size(1), x.size(2),
                          x.size(3));
    });
    context->save_for_backward({which});
    context->saved_data["height"] = x.size(2);
    context->saved_data["width"] = x.size(3);
    return y;
  }
  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const Tensor y_gradient = gradients[0].contiguous();
    const Tensor which = context->get_saved_variables()[0];
    const std::int64_t height = context->saved_data["height"].toInt();
    const std::int64_t width = context->saved_data["width"].toInt();
    Tensor x_gradient = torch::empty({y_gradient.size(0), y_gradient.size(1), height, width}, y_gradient.options());
    with_type(y_gradient, [&](auto* type) {
      using T = std::remove_pointer_t<decltype(type)>;
      max_pool_backward<T>(data<T>(y_gradient), which.data_ptr<std::uint8_t>(), data<T>(x_gradient),
                           y_gradient.size(0) * y_gradient.size(1), height, width);
    });
    return {x_gradient};
  }
};

}  // namespace

torch::Tensor norm_layer(const torch::Tensor& x, const torch::Tensor& residual, const NormWeights& weights,
                         const NormOptions& options) {
  // A variance needs more than one value.
  const bool learns = options.learns && x.numel() > x.size(1);
  if (!has_loops(x)) return by_libtorch(x, residual, weights, {learns, options.relu});
  const Tensor in = x.contiguous();
  const Tensor other = residual.defined() ? residual.contiguous() : residual;
  if (!learns) {
    // Fixed statistics are for prediction; where gradients are asked for all the same, libtorch knows them.
    if (torch::GradMode::is_enabled()) return by_libtorch(x, residual, weights, {false, options.relu});
    return inference_pass(in, other, weights, options.relu);
  }
  const Tensor moments = torch::empty({3, in.size(1)});
  Tensor y = other.defined() ? NormAdd::apply(in, other, weights.weight, weights.bias, moments, options.relu)
                             : Norm::apply(in, weights.weight, weights.bias, moments, options.relu);
  update_running(weights, moments, in);
  return y;
}

torch::Tensor max_pool_2x2(const torch::Tensor& x) {
  return has_loops(x) ? MaxPool2x2::apply(x.contiguous()) : torch::max_pool2d(x, 2, 2);
}

}  // namespace nascent
