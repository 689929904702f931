// The tree-structured Parzen estimator. See docs/methods/tpe.md for the formulas and how they are carried over to
// trees.
//
// Bergstra, Bardenet, Bengio, Kégl: Algorithms for hyper-parameter optimization. NeurIPS 2011.
// Watanabe: Tree-structured Parzen estimator. arXiv 2304.11127 (the multivariate form and the settings).

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "nascent/space/encoding.h"
#include "strategy/strategies.h"
#include "strategy/tried.h"
#include "surrogate/parzen.h"

namespace nascent {
namespace {

/// Trials with a result before the model is used.
constexpr std::size_t kStartupTrials = 10;
/// Draws from the density of the good trials, of which the most promising is proposed.
constexpr std::size_t kCandidates = 24;
/// Observations of a group of parameters before it is modelled.
constexpr std::size_t kFewestObservations = 4;
/// The share of the trials that counts as good, and the most that do.
constexpr double kGoodShare = 0.1;
constexpr std::size_t kMostGood = 25;
/// The chance that a category which opens a sub-space is drawn uniformly all the same. A family whose first trials were
/// poor would otherwise hardly be drawn again, and its own parameters never be tuned.
constexpr double kOtherBranch = 0.1;
/// How often a proposal that has been tried is replaced by another of the model, before one is drawn at random.
constexpr int kModelDraws = 10;

/// A finished trial, as far as it counts here.
struct Observation {
  enum class Tier { kComplete, kStopped, kWithoutResult };
  EncodedPoint point;
  Tier tier = Tier::kWithoutResult;
  Fidelity fidelity;
  std::int64_t steps = 0;  ///< how far a stopped trial came
  double loss = 0.0;
};

/// The order from good to bad: complete trials, then stopped ones, then those without a result; in each, what was
/// evaluated more comes first, because results of different fidelity say nothing about each other.
bool ranks_before(const Observation& a, const Observation& b) {
  if (a.tier != b.tier) return a.tier < b.tier;
  if (lower_fidelity(a.fidelity, b.fidelity)) return false;
  if (lower_fidelity(b.fidelity, a.fidelity)) return true;
  return std::tuple(-a.steps, a.loss) < std::tuple(-b.steps, b.loss);
}

/// The dimensions that are active together: those with the same condition.
struct Group {
  int parent = -1;
  std::int64_t condition = 0;
  std::vector<std::size_t> dimensions;
  std::vector<ParzenDimension> parzen;
  std::vector<std::size_t> branching;  ///< the places in `dimensions` of categories that open a sub-space
};

ParzenDimension parzen_dimension(const Dimension& dimension) {
  using Kind = ParzenDimension::Kind;
  switch (dimension.kind) {
    case Dimension::Kind::kCategorical:
      return {Kind::kCategorical, dimension.low, dimension.high, 1.0, false};
    case Dimension::Kind::kLength:
      return {Kind::kDiscrete, dimension.low, dimension.high, 1.0, false};
    case Dimension::Kind::kInt:
      return {Kind::kDiscrete, dimension.low, dimension.high, dimension.step, dimension.log};
    case Dimension::Kind::kFloat:
      break;
  }
  if (dimension.step > 0.0) return {Kind::kDiscrete, dimension.low, dimension.high, dimension.step, false};
  return {Kind::kContinuous, dimension.low, dimension.high, 1.0, false};
}

/// A value drawn as `SearchSpace::sample` would.
double draw_from_prior(const Dimension& dimension, Random& random) {
  if (dimension.kind == Dimension::Kind::kFloat && dimension.step == 0.0)
    return random.uniform(dimension.low, dimension.high);
  if (dimension.kind == Dimension::Kind::kInt && dimension.log) {
    const double low = std::log(std::exp(dimension.low) - 0.5);
    const double high = std::log(std::exp(dimension.high) + 0.5);
    return Encoding::snap(dimension, random.uniform(low, high));
  }
  const double step = dimension.step > 0.0 ? dimension.step : 1.0;
  const auto steps = static_cast<std::int64_t>(std::llround((dimension.high - dimension.low) / step));
  return dimension.low + static_cast<double>(random.integer(0, steps)) * step;
}

std::vector<Group> make_groups(const std::vector<Dimension>& dimensions) {
  // The parent of a group stands in an earlier group, since parents come before their children.
  std::vector<Group> groups;
  std::map<std::pair<int, std::int64_t>, std::size_t> known;
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    const std::pair key(dimensions[d].parent, dimensions[d].condition);
    const auto [entry, is_new] = known.try_emplace(key, groups.size());
    if (is_new) groups.push_back({key.first, key.second, {}, {}, {}});
    groups[entry->second].dimensions.push_back(d);
    groups[entry->second].parzen.push_back(parzen_dimension(dimensions[d]));
    const bool branches = dimensions[d].kind == Dimension::Kind::kCategorical &&
                          std::any_of(dimensions.begin(), dimensions.end(),
                                      [&](const Dimension& other) { return other.parent == static_cast<int>(d); });
    if (branches) groups[entry->second].branching.push_back(groups[entry->second].dimensions.size() - 1);
  }
  return groups;
}

/// The two densities of one group.
struct GroupModel {
  ParzenEstimator good;
  ParzenEstimator bad;
};

class Tpe : public SearchStrategy {
 public:
  explicit Tpe(const StrategySetup& setup)
      : objective_(setup.objectives.front()),
        seed_(setup.seed),
        tried_(setup),
        encoding_(setup.space),
        groups_(make_groups(encoding_.dimensions())) {}

  std::string_view name() const override { return "tpe"; }

  std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) override {
    tried_.set_running(running);
    if (tried_.exhausted()) return {};
    Random random(seed_, static_cast<std::uint64_t>(number));
    if (with_result_ >= kStartupTrials) {
      std::vector<EncodedPoint> pending;
      for (const Trial& trial : running) pending.push_back(encoding_.encode(trial.configuration));
      // Built when first needed, since only the groups of the chosen branches are.
      std::vector<std::optional<GroupModel>> models(groups_.size());
      for (int i = 0; i < kModelDraws; ++i) {
        Configuration configuration = encoding_.decode(draw(pending, models, random));
        if (tried_.may_propose(configuration)) return Proposal{std::move(configuration), {}};
      }
    }
    std::optional<Configuration> configuration = tried_.draw_untried(random);
    if (!configuration) return {};
    return Proposal{std::move(*configuration), {}};
  }

  void observe(const Trial& trial) override {
    tried_.add(trial.configuration);
    Observation observation{encoding_.encode(trial.configuration), Observation::Tier::kWithoutResult, trial.fidelity};
    const std::optional<double> result = trial.result(objective_.metric);
    if (result && (trial.state == TrialState::kComplete || trial.state == TrialState::kStopped)) {
      observation.loss = objective_.loss(*result);
      observation.tier = Observation::Tier::kComplete;
      if (trial.state == TrialState::kStopped) {
        observation.tier = Observation::Tier::kStopped;
        observation.steps = trial.reports.empty() ? 0 : trial.reports.back().step;
      }
      ++with_result_;
    }
    const auto place = std::upper_bound(
        ranking_.begin(), ranking_.end(), observation,
        [this](const Observation& added, std::size_t known) { return ranks_before(added, observations_[known]); });
    ranking_.insert(place, observations_.size());
    observations_.push_back(std::move(observation));
  }

 private:
  bool is_active(const Group& group, const std::vector<double>& values, const std::vector<bool>& active) const {
    if (group.parent < 0) return true;
    const auto parent = static_cast<std::size_t>(group.parent);
    if (!active[parent]) return false;
    const auto value = static_cast<std::int64_t>(values[parent]);
    const bool is_length = encoding_.dimensions()[parent].kind == Dimension::Kind::kLength;
    return is_length ? value > group.condition : value == group.condition;
  }

  /// One point, from the root of the tree downwards: what a group decides makes other groups active.
  std::vector<double> draw(const std::vector<EncodedPoint>& pending, std::vector<std::optional<GroupModel>>& models,
                           Random& random) const {
    std::vector<double> values(encoding_.dimensions().size(), 0.0);
    std::vector<bool> active(values.size(), false);
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const Group& group = groups_[g];
      if (!is_active(group, values, active)) continue;
      const std::vector<double> drawn = draw_group(group, pending, models[g], random);
      for (std::size_t i = 0; i < drawn.size(); ++i) {
        values[group.dimensions[i]] = drawn[i];
        active[group.dimensions[i]] = true;
      }
    }
    return values;
  }

  std::vector<double> draw_group(const Group& group, const std::vector<EncodedPoint>& pending,
                                 std::optional<GroupModel>& model, Random& random) const {
    if (!model) model = make_model(group, pending);
    if (!model) {
      std::vector<double> drawn;
      for (const std::size_t d : group.dimensions) drawn.push_back(draw_from_prior(encoding_.dimensions()[d], random));
      return drawn;
    }
    std::vector<std::vector<double>> candidates;
    for (std::size_t i = 0; i < kCandidates; ++i) candidates.push_back(model->good.sample(random));
    const std::vector<double> good = model->good.log_densities(candidates);
    const std::vector<double> bad = model->bad.log_densities(candidates);
    std::size_t best = 0;
    for (std::size_t i = 1; i < kCandidates; ++i)
      if (good[i] - bad[i] > good[best] - bad[best]) best = i;
    std::vector<double> drawn = std::move(candidates[best]);
    for (const std::size_t i : group.branching)
      if (random.chance(kOtherBranch)) drawn[i] = draw_from_prior(encoding_.dimensions()[group.dimensions[i]], random);
    return drawn;
  }

  /// Nothing when the group has been seen too seldom. The trials are split by their rank among those in which the group
  /// is active, so that the parameters of a model family are compared within the family.
  std::optional<GroupModel> make_model(const Group& group, const std::vector<EncodedPoint>& pending) const {
    const std::size_t first = group.dimensions.front();
    std::vector<std::size_t> ranked;
    std::size_t with_result = 0;
    for (const std::size_t i : ranking_) {
      if (!observations_[i].point.active[first]) continue;
      ranked.push_back(i);
      if (observations_[i].tier != Observation::Tier::kWithoutResult) ++with_result;
    }
    if (with_result < kFewestObservations) return {};

    const auto share = static_cast<std::size_t>(std::ceil(kGoodShare * static_cast<double>(ranked.size())));
    const auto split = ranked.begin() + static_cast<std::ptrdiff_t>(std::min({share, kMostGood, with_result}));
    std::sort(ranked.begin(), split);  // the estimator wants them from old to new
    std::sort(split, ranked.end());
    std::vector<std::vector<double>> good, bad;
    for (auto i = ranked.begin(); i != split; ++i) good.push_back(values_of(group, observations_[*i].point));
    for (auto i = split; i != ranked.end(); ++i) bad.push_back(values_of(group, observations_[*i].point));
    // The "constant liar": a running trial counts as bad, which keeps others away from it until its result is known.
    for (const EncodedPoint& point : pending)
      if (point.active[first]) bad.push_back(values_of(group, point));
    return GroupModel{ParzenEstimator(group.parzen, good), ParzenEstimator(group.parzen, bad)};
  }

  static std::vector<double> values_of(const Group& group, const EncodedPoint& point) {
    std::vector<double> values;
    for (const std::size_t d : group.dimensions) values.push_back(point.values[d]);
    return values;
  }

  Objective objective_;
  std::uint64_t seed_;
  TriedConfigurations tried_;
  Encoding encoding_;
  std::vector<Group> groups_;
  std::vector<Observation> observations_;  ///< in the order of arrival
  std::vector<std::size_t> ranking_;       ///< their indices, the best first
  std::size_t with_result_ = 0;
};

}  // namespace

std::unique_ptr<SearchStrategy> make_tpe(const StrategySetup& setup) { return std::make_unique<Tpe>(setup); }

}  // namespace nascent
