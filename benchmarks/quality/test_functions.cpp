#include "test_functions.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "nascent/core/random.h"

// Names are those of the BBOB paper: z the transformed point, Q and R rotations, Lambda^alpha the diagonal matrix with
// alpha^(i / (2 (D - 1))), T_osz and T_asy^beta the oscillation and the asymmetry.
namespace nascent::bench {
namespace {

constexpr double kPi = std::numbers::pi;

double squared(double x) { return x * x; }

/// i / (D - 1), from 0 to 1.
double position(std::size_t i, std::size_t dimensions) {
  return dimensions < 2 ? 0.0 : static_cast<double>(i) / static_cast<double>(dimensions - 1);
}

Vector minus(const Vector& a, const Vector& b) {
  Vector difference(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) difference[i] = a[i] - b[i];
  return difference;
}

Vector times(const Matrix& matrix, const Vector& x) {
  Vector product(matrix.size());
  for (std::size_t i = 0; i < matrix.size(); ++i)
    product[i] = std::inner_product(x.begin(), x.end(), matrix[i].begin(), 0.0);
  return product;
}

Vector lambda(double alpha, Vector x) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= std::pow(alpha, 0.5 * position(i, x.size()));
  return x;
}

double oscillated(double x) {
  if (x == 0.0) return 0.0;
  const double size = std::log(std::fabs(x));
  const double c1 = x > 0.0 ? 10.0 : 5.5;
  const double c2 = x > 0.0 ? 7.9 : 3.1;
  return std::copysign(std::exp(size + 0.049 * (std::sin(c1 * size) + std::sin(c2 * size))), x);
}

Vector t_osz(Vector x) {
  for (double& value : x) value = oscillated(value);
  return x;
}

Vector t_asy(double beta, Vector x) {
  for (std::size_t i = 0; i < x.size(); ++i)
    if (x[i] > 0.0) x[i] = std::pow(x[i], 1.0 + beta * position(i, x.size()) * std::sqrt(x[i]));
  return x;
}

/// How far outside the domain.
double penalty(const Vector& x) {
  double sum = 0.0;
  for (const double value : x) sum += squared(std::max(0.0, std::fabs(value) - 5.0));
  return sum;
}

double sum_of_squares(const Vector& z) { return std::inner_product(z.begin(), z.end(), z.begin(), 0.0); }

double sphere(const Instance& f, const Vector& x) { return sum_of_squares(minus(x, f.shift)); }

double ellipsoid_of(const Vector& z) {
  double sum = 0.0;
  for (std::size_t i = 0; i < z.size(); ++i) sum += std::pow(1e6, position(i, z.size())) * squared(z[i]);
  return sum;
}

double ellipsoid(const Instance& f, const Vector& x) { return ellipsoid_of(t_osz(minus(x, f.shift))); }

double rotated_ellipsoid(const Instance& f, const Vector& x) {
  return ellipsoid_of(t_osz(times(f.rotation, minus(x, f.shift))));
}

double rastrigin_of(const Vector& z) {
  double cosines = 0.0;
  for (const double value : z) cosines += std::cos(2.0 * kPi * value);
  return 10.0 * (static_cast<double>(z.size()) - cosines) + sum_of_squares(z);
}

double rastrigin(const Instance& f, const Vector& x) {
  return rastrigin_of(lambda(10.0, t_asy(0.2, t_osz(minus(x, f.shift)))));
}

double rotated_rastrigin(const Instance& f, const Vector& x) {
  const Vector z = t_asy(0.2, t_osz(times(f.rotation, minus(x, f.shift))));
  return rastrigin_of(times(f.rotation, lambda(10.0, times(f.second_rotation, z))));
}

/// z of both Rosenbrock kinds: 1 at the optimum.
Vector rosenbrock_point(Vector z) {
  const double scale = std::max(1.0, std::sqrt(static_cast<double>(z.size())) / 8.0);
  for (double& value : z) value = scale * value + 1.0;
  return z;
}

double rosenbrock(const Instance& f, const Vector& x) {
  const Vector z = rosenbrock_point(minus(x, f.shift));
  double sum = 0.0;
  for (std::size_t i = 0; i + 1 < z.size(); ++i) sum += 100.0 * squared(squared(z[i]) - z[i + 1]) + squared(z[i] - 1.0);
  return sum;
}

double discus(const Instance& f, const Vector& x) {
  const Vector z = t_osz(times(f.rotation, minus(x, f.shift)));
  return sum_of_squares(z) + (1e6 - 1.0) * squared(z[0]);
}

double bent_cigar(const Instance& f, const Vector& x) {
  const Vector z = times(f.rotation, t_asy(0.5, times(f.rotation, minus(x, f.shift))));
  return squared(z[0]) + 1e6 * (sum_of_squares(z) - squared(z[0]));
}

double sharp_ridge(const Instance& f, const Vector& x) {
  const Vector z = times(f.second_rotation, lambda(10.0, times(f.rotation, minus(x, f.shift))));
  return squared(z[0]) + 100.0 * std::sqrt(std::max(0.0, sum_of_squares(z) - squared(z[0])));
}

double different_powers(const Instance& f, const Vector& x) {
  const Vector z = times(f.rotation, minus(x, f.shift));
  double sum = 0.0;
  for (std::size_t i = 0; i < z.size(); ++i) sum += std::pow(std::fabs(z[i]), 2.0 + 4.0 * position(i, z.size()));
  return std::sqrt(sum);
}

double weierstrass(const Instance& f, const Vector& x) {
  const Vector y = t_osz(times(f.rotation, minus(x, f.shift)));
  const Vector z = times(f.rotation, lambda(0.01, times(f.second_rotation, y)));
  const double count = static_cast<double>(z.size());
  double sum = 0.0;
  double least = 0.0;
  double amplitude = 1.0;
  double frequency = 1.0;
  for (int k = 0; k < 12; ++k) {
    for (const double value : z) sum += amplitude * std::cos(2.0 * kPi * frequency * (value + 0.5)) / count;
    least += amplitude * std::cos(kPi * frequency);
    amplitude *= 0.5;
    frequency *= 3.0;
  }
  const double height = std::max(0.0, sum - least);
  return 10.0 * height * height * height + 10.0 / count * penalty(x);
}

double schaffers_f7(const Instance& f, const Vector& x) {
  const Vector z = lambda(10.0, times(f.second_rotation, t_asy(0.5, times(f.rotation, minus(x, f.shift)))));
  double sum = 0.0;
  for (std::size_t i = 0; i + 1 < z.size(); ++i) {
    const double s = std::sqrt(squared(z[i]) + squared(z[i + 1]));
    sum += std::sqrt(s) * (1.0 + squared(std::sin(50.0 * std::pow(s, 0.2))));
  }
  return squared(sum / static_cast<double>(z.size() - 1)) + 10.0 * penalty(x);
}

double griewank_rosenbrock(const Instance& f, const Vector& x) {
  const Vector z = rosenbrock_point(times(f.rotation, minus(x, f.shift)));
  double sum = 0.0;
  for (std::size_t i = 0; i + 1 < z.size(); ++i) {
    const double s = 100.0 * squared(squared(z[i]) - z[i + 1]) + squared(z[i] - 1.0);
    sum += s / 4000.0 - std::cos(s);
  }
  return 10.0 / static_cast<double>(z.size() - 1) * sum + 10.0;
}

/// The optimum lies in a corner of the domain, at 2.1048... times the signs.
constexpr double kSchwefelOptimum = 4.2096874637;

double schwefel(const Instance& f, const Vector& x) {
  const std::size_t count = x.size();
  Vector z(count);
  for (std::size_t i = 0; i < count; ++i) {
    z[i] = 2.0 * f.signs[i] * x[i];
    if (i > 0) z[i] += 0.25 * (2.0 * f.signs[i - 1] * x[i - 1] - kSchwefelOptimum);
  }
  for (double& value : z) value -= kSchwefelOptimum;
  z = lambda(10.0, std::move(z));
  double sum = 0.0;
  double outside = 0.0;
  for (double& value : z) {
    value = 100.0 * (value + kSchwefelOptimum);
    sum += value * std::sin(std::sqrt(std::fabs(value)));
    outside += squared(std::max(0.0, std::fabs(value) / 100.0 - 5.0));
  }
  return std::max(0.0, 418.9828872724339 - sum / static_cast<double>(count)) / 100.0 + 100.0 * outside;
}

double gallagher(const Instance& f, const Vector& x) {
  const Vector rotated = times(f.rotation, x);
  double highest = 0.0;
  const std::size_t peaks = f.peaks.size();
  for (std::size_t peak = 0; peak < peaks; ++peak) {
    const Vector centre = times(f.rotation, f.peaks[peak]);
    double distance = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) distance += f.peak_scales[peak][i] * squared(rotated[i] - centre[i]);
    const double weight = peak == 0 ? 10.0 : 1.1 + 8.0 * static_cast<double>(peak - 1) / static_cast<double>(peaks - 2);
    highest = std::max(highest, weight * std::exp(-0.5 / static_cast<double>(x.size()) * distance));
  }
  return squared(oscillated(10.0 - highest)) + penalty(x);
}

/// A rotation drawn uniformly: normal vectors made orthogonal (Gram-Schmidt).
Matrix random_rotation(std::size_t dimensions, Random& random) {
  Matrix rows;
  while (rows.size() < dimensions) {
    Vector row(dimensions);
    for (double& value : row) value = random.normal();
    // Twice, because once leaves rounding errors of a thousandth of a percent in unlucky draws.
    for (int pass = 0; pass < 2; ++pass) {
      for (const Vector& other : rows) {
        const double share = std::inner_product(row.begin(), row.end(), other.begin(), 0.0);
        for (std::size_t i = 0; i < dimensions; ++i) row[i] -= share * other[i];
      }
    }
    const double length = std::sqrt(sum_of_squares(row));
    if (length < 1e-6) continue;
    for (double& value : row) value /= length;
    rows.push_back(std::move(row));
  }
  return rows;
}

constexpr std::size_t kPeaks = 101;

void add_peaks(Instance& instance, Random& random) {
  std::vector<std::size_t> conditions(kPeaks - 1);
  std::iota(conditions.begin(), conditions.end(), 0);
  random.shuffle(conditions);
  for (std::size_t peak = 0; peak < kPeaks; ++peak) {
    Vector place = instance.shift;
    if (peak > 0)
      for (double& value : place) value = random.uniform(-4.9, 4.9);
    const double alpha =
        peak == 0 ? 1000.0 : std::pow(1000.0, 2.0 * static_cast<double>(conditions[peak - 1]) / (kPeaks - 2));
    Vector scales = lambda(alpha, Vector(instance.dimensions, 1.0));
    random.shuffle(scales);
    for (double& value : scales) value /= std::pow(alpha, 0.25);
    instance.peaks.push_back(std::move(place));
    instance.peak_scales.push_back(std::move(scales));
  }
}

}  // namespace

Instance make_instance(std::size_t dimensions, std::uint64_t number) {
  Random random(mix_seed(0x62626f62, dimensions), number);
  Instance instance{.dimensions = dimensions, .number = number};
  for (std::size_t i = 0; i < dimensions; ++i) {
    instance.shift.push_back(random.uniform(-4.0, 4.0));
    instance.signs.push_back(random.chance(0.5) ? 1.0 : -1.0);
  }
  instance.rotation = random_rotation(dimensions, random);
  instance.second_rotation = random_rotation(dimensions, random);
  add_peaks(instance, random);
  return instance;
}

Json to_json(const Instance& instance) {
  return {{"dimensions", instance.dimensions}, {"instance", instance.number},
          {"shift", instance.shift},           {"signs", instance.signs},
          {"rotation", instance.rotation},     {"second_rotation", instance.second_rotation},
          {"peaks", instance.peaks},           {"peak_scales", instance.peak_scales}};
}

const std::vector<TestFunction>& test_functions() {
  static const std::vector<TestFunction> functions{
      {"sphere", sphere},
      {"ellipsoid", ellipsoid},
      {"rastrigin", rastrigin},
      {"rosenbrock", rosenbrock},
      {"rotated_ellipsoid", rotated_ellipsoid},
      {"discus", discus},
      {"bent_cigar", bent_cigar},
      {"sharp_ridge", sharp_ridge},
      {"different_powers", different_powers},
      {"rotated_rastrigin", rotated_rastrigin},
      {"weierstrass", weierstrass},
      {"schaffers_f7", schaffers_f7},
      {"griewank_rosenbrock", griewank_rosenbrock},
      {"schwefel", schwefel},
      {"gallagher", gallagher},
  };
  return functions;
}

}  // namespace nascent::bench
