#include "estimation/curve_families.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace nascent {
namespace {

enum class Family { kPower, kShiftedPower, kLogarithm, kInverseLogarithm, kExponential, kHill, kConstant };

struct Shape {
  Family family;
  double scale;  ///< a step
  double exponent;
  double log_prior;
};

/// Drops come early rather than late: the prior density of their scale falls with this power.
constexpr double kEarly = 0.5;

/// Every family has the same prior, shared by its shapes.
std::vector<Shape> all_shapes(double horizon) {
  std::vector<Shape> shapes;
  const auto add = [&](Family family, const std::vector<double>& scales, const std::vector<double>& exponents) {
    double total = 0;
    for (const double scale : scales) total += static_cast<double>(exponents.size()) * std::pow(scale, -kEarly);
    for (const double scale : scales)
      for (const double exponent : exponents)
        shapes.push_back({family, scale, exponent, -kEarly * std::log(scale) - std::log(total)});
  };
  std::vector<double> scales;
  constexpr int kScales = 9;
  for (int i = 0; i < kScales; ++i) scales.push_back(std::pow(2 * horizon, (i + 0.5) / kScales));
  add(Family::kPower, {1}, {0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0});
  add(Family::kShiftedPower, {3, 10, 30}, {0.5, 1.0, 2.0});
  add(Family::kLogarithm, {1}, {1});
  add(Family::kInverseLogarithm, {1}, {1});
  add(Family::kExponential, scales, {0.5, 0.75, 1.0, 1.5, 2.5});
  add(Family::kHill, scales, {0.75, 1.0, 1.5, 2.5, 4.0});
  add(Family::kConstant, {1}, {1});
  return shapes;
}

double shape_at(const Shape& shape, double step) {
  switch (shape.family) {
    case Family::kPower:
      return std::pow(step, -shape.exponent);
    case Family::kShiftedPower:
      return std::pow(step + shape.scale, -shape.exponent);
    case Family::kLogarithm:
      return -std::log(step);
    case Family::kInverseLogarithm:
      return 1 / std::log(step + 1);
    case Family::kExponential:
      return std::exp(-std::pow(step / shape.scale, shape.exponent));
    case Family::kHill:
      return 1 / (1 + std::pow(step / shape.scale, shape.exponent));
    case Family::kConstant:
      return 0;
  }
  return 0;
}

}  // namespace

FamilyForecast forecast_families(std::span<const double> steps, std::span<const double> values,
                                 std::span<const double> weights, double horizon, double unit) {
  // In units of a typical drop: the prior of the drop, and of the noise.
  constexpr double kDropMean = 0.7;
  constexpr double kDropVariance = 0.7 * 0.7;
  constexpr double kLevelVariance = 10 * 10;
  constexpr std::array<double, 6> kNoises{0.002, 0.006, 0.018, 0.054, 0.16, 0.5};
  constexpr double kNoiseCentre = -3.5;  // of its logarithm, with deviation 1.5

  const std::size_t n = values.size();
  double sum_w = 0;
  double centre = 0;
  for (std::size_t j = 0; j < n; ++j) sum_w += weights[j];
  for (std::size_t j = 0; j < n; ++j) centre += weights[j] * values[j] / sum_w;
  double sum_yy = 0;
  for (std::size_t j = 0; j < n; ++j) {
    const double y = (values[j] - centre) / unit;
    sum_yy += weights[j] * y * y;
  }

  struct Member {
    double log_weight, mean, variance, noise;
  };
  std::vector<Member> members;
  double most = -1e300;
  for (const Shape& shape : all_shapes(horizon)) {
    const double last = shape_at(shape, horizon);
    const double range = shape_at(shape, steps[0] < horizon ? 1.0 : 0.5 * horizon) - last;
    const bool constant = shape.family == Family::kConstant;
    if (!constant && !(range > 1e-9)) continue;
    double sum_r = 0;
    double sum_rr = 0;
    double sum_ry = 0;
    double sum_y = 0;
    for (std::size_t j = 0; j < n; ++j) {
      const double r = constant ? 0.0 : (shape_at(shape, steps[j]) - last) / range;
      const double y = (values[j] - centre) / unit;
      sum_r += weights[j] * r;
      sum_rr += weights[j] * r * r;
      sum_ry += weights[j] * r * y;
      sum_y += weights[j] * y;
    }
    for (const double noise : kNoises) {
      const double v = noise * noise;
      // Posterior precision of (c, a), and the right-hand side.
      const double cc = sum_w / v + 1 / kLevelVariance;
      const double ca = sum_r / v;
      const double aa = sum_rr / v + 1 / kDropVariance;
      const double bc = sum_y / v;
      const double ba = sum_ry / v + kDropMean / kDropVariance;
      const double determinant = cc * aa - ca * ca;
      const double c = (aa * bc - ca * ba) / determinant;
      const double a = (cc * ba - ca * bc) / determinant;
      const double misfit = sum_yy / v + kDropMean * kDropMean / kDropVariance - (bc * c + ba * a);
      const double z = (std::log(noise) - kNoiseCentre) / 1.5;
      const double log_weight =
          shape.log_prior - 0.5 * z * z - 0.5 * misfit - 0.5 * std::log(determinant) - sum_w * std::log(noise);
      members.push_back({log_weight, c, aa / determinant, noise});
      most = std::max(most, log_weight);
    }
  }
  double total = 0;
  double mean = 0;
  double square = 0;
  double noise = 0;
  for (const Member& member : members) {
    const double weight = std::exp(member.log_weight - most);
    total += weight;
    mean += weight * member.mean;
    square += weight * (member.mean * member.mean + member.variance);
    noise += weight * std::log(member.noise);
  }
  mean /= total;
  const double variance = std::max(0.0, square / total - mean * mean);
  return {centre + unit * mean, unit * std::sqrt(variance), unit * std::exp(noise / total)};
}

}  // namespace nascent
