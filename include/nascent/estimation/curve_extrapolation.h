#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <vector>

namespace nascent {

/// Values of a metric at rising steps above 0. Values may be NaN.
struct LearningCurve {
  std::vector<double> steps;
  std::vector<double> values;
};

/// The scale on which curves are modelled, where less is better: the logarithm of the distance from the best value
/// there can be, or the value itself (negated where more is better).
struct CurveScale {
  bool maximize = false;
  std::optional<double> best_possible;  ///< the scale is linear where this is not known
  double unit = 1.0;                    ///< the size of a typical drop on this scale

  double to_model(double value, double floor) const;
  double from_model(double u, double floor) const;
};

/// The predicted distribution of a curve's value at the horizon: Student's t on the scale on which curves are modelled.
class FinalValue {
 public:
  /// Of a curve that has diverged or has no finite value yet: nothing is known, and it is taken for worse than any.
  FinalValue() = default;
  FinalValue(const CurveScale& scale, double floor, double location, double spread, double freedom)
      : known_(true), scale_(scale), floor_(floor), location_(location), spread_(spread), freedom_(freedom) {}

  bool known() const { return known_; }
  /// On the scale of the model.
  double location() const { return location_; }
  double spread() const { return spread_; }
  /// The mean and the standard deviation of the middle 99 %; NaN if not known.
  double mean() const;
  double deviation() const;
  /// The value that is not exceeded with this probability, 0 < p < 1; NaN if not known.
  double quantile(double p) const;
  /// The chance of being better than `bound`; 0 if not known, or if the bound is NaN.
  double chance_better(double bound) const;

 private:
  struct Moments {
    double mean, deviation;
  };
  Moments moments() const;

  bool known_ = false;
  CurveScale scale_;
  double floor_ = 0.0;
  double location_ = 0.0;
  double spread_ = 1.0;
  double freedom_ = 1.0;
};

/// Predicts where learning curves end, from how they begin and from the curves seen before: docs/methods/curve.md.
///
/// Domhan, Springenberg, Hutter: Speeding up automatic hyperparameter optimization of deep neural networks by
/// extrapolation of learning curves. IJCAI 2015.
///
/// A function of the curves learnt, in order. Not safe for use by several threads at once: predictions fill caches.
class CurveExtrapolation {
 public:
  /// `horizon` is the step whose value is predicted, above 0.
  CurveExtrapolation(double horizon, bool maximize);

  double horizon() const { return horizon_; }

  /// Learns from a curve that ends here, at the horizon or cut off before. Returns its index.
  std::size_t learn(LearningCurve curve);
  /// The curve learnt under this index has gone on; it is now `curve`.
  void replace(std::size_t index, LearningCurve curve);

  /// The value at the horizon of a curve of which this much is known. Points that are not finite are left out; where
  /// the last one is, nothing is known.
  FinalValue predict(const LearningCurve& curve) const;
  /// Of a curve learnt that was cut off; less work than to predict it anew.
  FinalValue predict(std::size_t index) const;

 private:
  /// What counts of a curve's beginning, on the scale of the model.
  struct Summary {
    double mean, deviation;  ///< of the final value, by the families and the drift
    double level, last, lowest, noise;
  };
  struct Learnt {
    LearningCurve curve;
    std::map<std::size_t, std::optional<Summary>> summaries;  ///< by how many points are known
  };
  /// A linear model of how final values differ from those summarised, in units of the summaries' deviations.
  struct Correction {
    static constexpr std::size_t kFeatures = 5;
    std::array<double, kFeatures> coefficients{};
    std::array<double, kFeatures * kFeatures> covariance{};  ///< of the coefficients, up to the factor `scale`²
    double scale = 1.0;
    double freedom = 1.0;
  };

  void forget_predictions();
  CurveScale scale_with(const LearningCurve& query) const;
  double anchor(double step) const;
  std::optional<Summary> summarize(const LearningCurve& curve, std::size_t points, const CurveScale& scale) const;
  const std::optional<Summary>& summary_of(const Learnt& learnt, std::size_t points) const;
  const Correction& correction(double anchor) const;
  FinalValue corrected(const Summary& summary, double anchor, const CurveScale& scale, double floor) const;

  double horizon_;
  bool maximize_;
  CurveScale scale_;
  mutable std::vector<Learnt> learnt_;
  mutable std::map<double, Correction> corrections_;
};

}  // namespace nascent
