#include "training/periodic_embedding.h"

#include <cmath>
#include <numbers>
#include <utility>

#include "training/vectorised.h"

namespace nascent {
namespace {

/// Of the learning rate of the dense layers: their inputs should move slowly (Holzmueller et al. 2024).
constexpr double kRateFactor = 0.1;
constexpr auto kTurn = static_cast<float>(2.0 * std::numbers::pi);

/// cos and sin of 2 pi t, for any t that is not huge, with an absolute error of about 1e-6: Taylor series on a quarter
/// turn, after the whole turns are taken off.
[[gnu::always_inline]] inline void wave(float t, float& cosine, float& sine) {
  constexpr float kRounder = 12582912.0F;  // 1.5 * 2^23: adding it rounds to a whole number
  const float quarters = (t * 4.0F + kRounder) - kRounder;
  const float x = (t - quarters * 0.25F) * kTurn;  // within an eighth of a turn
  const float square = x * x;
  const float c = 1.0F + square * (-0.5F + square * (1.0F / 24 + square * (-1.0F / 720 + square * (1.0F / 40320))));
  const float s = x * (1.0F + square * (-1.0F / 6 + square * (1.0F / 120 + square * (-1.0F / 5040))));
  const auto quarter = static_cast<std::int32_t>(quarters) & 3;
  const bool swapped = (quarter & 1) != 0;
  const float a = swapped ? s : c;
  const float b = swapped ? c : s;
  cosine = quarter == 1 || quarter == 2 ? -a : a;
  sine = quarter >= 2 ? -b : b;
}

NASCENT_VECTORISED
void waves_of_column(const float* in, std::int64_t rows, std::int64_t stride, const float* frequency,
                     const float* phase, float* cosines, float* sines) {
  constexpr std::int64_t kWaves = PeriodicEmbedding::kWaves;
  for (std::int64_t r = 0; r < rows; ++r) {
    const float x = in[r * stride];
    for (std::int64_t k = 0; k < kWaves; ++k) {
      wave(frequency[k] * x + phase[k], cosines[r * kWaves + k], sines[r * kWaves + k]);
    }
  }
}

}  // namespace

PeriodicEmbedding::PeriodicEmbedding(std::vector<std::int64_t> columns, std::int64_t size)
    : columns_(std::move(columns)), size_(size) {
  const auto count = static_cast<std::int64_t>(columns_.size());
  frequency_ = register_parameter("frequency", torch::zeros({count, kWaves}));
  phase_ = register_parameter("phase", torch::zeros({count, kWaves}));
  mixing_ = register_parameter("mixing", torch::zeros({count, kWaves, size}));
  offset_ = register_parameter("offset", torch::zeros({count, size}));
}

void PeriodicEmbedding::initialise(double sigma, Random& random) {
  const auto fill = [](torch::Tensor& tensor, auto draw) {
    auto* values = tensor.data_ptr<float>();
    for (std::int64_t i = 0; i < tensor.numel(); ++i) values[i] = static_cast<float>(draw());
  };
  const double bound = 1.0 / std::sqrt(static_cast<double>(kWaves));
  fill(frequency_, [&] { return sigma * random.normal(); });
  fill(phase_, [&] { return random.uniform(-0.5, 0.5); });
  fill(mixing_, [&] { return random.uniform(-bound, bound) * std::numbers::sqrt3; });
  fill(offset_, [&] { return random.uniform(-bound, bound); });
}

void PeriodicEmbedding::add_to(std::vector<ParameterGroupMember>& members) {
  for (const torch::Tensor& parameter : {frequency_, phase_, mixing_, offset_}) {
    members.push_back({.parameter = parameter, .rate_factor = kRateFactor, .decay_factor = 0.0});
  }
}

void PeriodicEmbedding::reserve(std::int64_t rows) {
  if (cosines_.defined() && cosines_.size(1) == rows) return;
  const auto count = static_cast<std::int64_t>(columns_.size());
  cosines_ = torch::empty({count, rows, kWaves});
  sines_ = torch::empty({count, rows, kWaves});
  mixed_ = torch::empty({count, rows, size_});
}

void PeriodicEmbedding::forward(const float* in, float* out, std::int64_t rows, std::int64_t stride) {
  reserve(rows);
  const auto count = static_cast<std::int64_t>(columns_.size());
  const std::int64_t plane = rows * kWaves;
  for (std::int64_t c = 0; c < count; ++c) {
    waves_of_column(in + columns_[c], rows, stride, frequency_.data_ptr<float>() + c * kWaves,
                    phase_.data_ptr<float>() + c * kWaves, cosines_.data_ptr<float>() + c * plane,
                    sines_.data_ptr<float>() + c * plane);
  }
  at::bmm_out(mixed_, cosines_, mixing_);
  const auto* mixed = mixed_.data_ptr<float>();
  const auto* offset = offset_.data_ptr<float>();
  for (std::int64_t c = 0; c < count; ++c) {
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t k = 0; k < size_; ++k) {
        out[r * stride + c * size_ + k] = mixed[(c * rows + r) * size_ + k] + offset[c * size_ + k];
      }
    }
  }
}

void PeriodicEmbedding::backward(const float* in, const float* gradient, std::int64_t rows, std::int64_t stride) {
  const auto count = static_cast<std::int64_t>(columns_.size());
  auto* mixed = mixed_.data_ptr<float>();
  auto* offset = offset_.mutable_grad().data_ptr<float>();
  std::fill_n(offset, count * size_, 0.0F);
  for (std::int64_t c = 0; c < count; ++c) {
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t k = 0; k < size_; ++k) {
        const float g = gradient[r * stride + c * size_ + k];
        mixed[(c * rows + r) * size_ + k] = g;
        offset[c * size_ + k] += g;
      }
    }
  }
  at::bmm_out(mixing_.mutable_grad(), cosines_.transpose(1, 2), mixed_);
  // The cosines are done with: their gradient takes their place.
  at::bmm_out(cosines_, mixed_, mixing_.transpose(1, 2));
  const auto* upstream = cosines_.data_ptr<float>();
  const auto* sines = sines_.data_ptr<float>();
  auto* frequency = frequency_.mutable_grad().data_ptr<float>();
  auto* phase = phase_.mutable_grad().data_ptr<float>();
  std::fill_n(frequency, count * kWaves, 0.0F);
  std::fill_n(phase, count * kWaves, 0.0F);
  for (std::int64_t c = 0; c < count; ++c) {
    for (std::int64_t r = 0; r < rows; ++r) {
      const float x = in[r * stride + columns_[c]];
      for (std::int64_t k = 0; k < kWaves; ++k) {
        const std::int64_t at = (c * rows + r) * kWaves + k;
        const float g = -kTurn * upstream[at] * sines[at];
        frequency[c * kWaves + k] += g * x;
        phase[c * kWaves + k] += g;
      }
    }
  }
}

}  // namespace nascent
