// The tree-structured Parzen estimator. See docs/methods/tpe.md for the formulas and how they are carried over to
// trees.
//
// Bergstra, Bardenet, Bengio, Kégl: Algorithms for hyper-parameter optimization. NeurIPS 2011.
// Watanabe: Tree-structured Parzen estimator. arXiv 2304.11127 (the multivariate form and the settings).

#include <algorithm>
#include <cmath>
#include <map>

#include "nascent/space/encoding.h"
#include "strategy/strategies.h"
#include "strategy/tpe_group.h"
#include "strategy/tried.h"

namespace nascent {
namespace {

/// Observations of a group of parameters before it is modelled.
constexpr std::size_t kFewestObservations = 4;
/// How often points that have all been tried are replaced by others of the model, before one is drawn at random.
constexpr int kModelDraws = 10;

/// A value drawn as `SearchSpace::sample` would.
double draw_from_prior(const Dimension& dimension, Random& random) {
  if (dimension.kind == Dimension::Kind::kFloat && dimension.step == 0.0)
    return random.uniform(dimension.low, dimension.high);
  if (dimension.kind == Dimension::Kind::kInt && dimension.log) {
    const double low = std::log(std::exp(dimension.low) - 0.5);
    const double high = std::log(std::exp(dimension.high) + 0.5);
    return Encoding::snap(dimension, random.uniform(low, high));
  }
  return dimension.value_at(random.integer(0, dimension.count() - 1));
}

std::vector<TpeGroup> make_groups(const std::vector<Dimension>& dimensions, const StrategySetup& setup) {
  const bool several = setup.objectives.size() > 1;
  const TpeSplit split(setup.option("gamma"), setup.count("most_good"), several);
  // The points of a front are equally good however old they are.
  const ParzenWeights weights = several ? ParzenWeights::kEqual : ParzenWeights::kByAge;
  // The parent of a group stands in an earlier group, since parents come before their children.
  std::vector<std::vector<std::size_t>> members;
  std::map<std::pair<int, std::int64_t>, std::size_t> known;
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    const auto [entry, is_new] =
        known.try_emplace(std::pair(dimensions[d].parent, dimensions[d].condition), members.size());
    if (is_new) members.emplace_back();
    members[entry->second].push_back(d);
  }
  std::vector<TpeGroup> groups;
  for (std::vector<std::size_t>& indices : members) groups.emplace_back(dimensions, std::move(indices), split, weights);
  return groups;
}

class Tpe : public SearchStrategy {
 public:
  explicit Tpe(const StrategySetup& setup)
      : setup_(setup),
        tried_(setup),
        encoding_(setup.space),
        levels_{{{}, make_groups(encoding_.dimensions(), setup)}},
        is_parent_(encoding_.dimensions().size(), false) {
    for (const Dimension& dimension : encoding_.dimensions())
      if (dimension.parent >= 0) is_parent_[static_cast<std::size_t>(dimension.parent)] = true;
  }

  std::string_view name() const override { return "tpe"; }

  std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) override {
    tried_.set_running(running);
    if (tried_.exhausted()) return {};
    Random random(setup_.seed, static_cast<std::uint64_t>(number));
    if (with_result_ >= setup_.count("startup")) {
      std::vector<std::pair<std::int64_t, EncodedPoint>> pending;
      for (const Trial& trial : running) pending.emplace_back(trial.number, encoding_.encode(trial.configuration));
      for (int i = 0; i < kModelDraws; ++i)
        if (std::optional<Configuration> configuration = draw(pending, random))
          return Proposal{std::move(*configuration), {}};
    }
    std::optional<Configuration> configuration = tried_.draw_untried(random);
    if (!configuration) return {};
    return Proposal{std::move(*configuration), {}};
  }

  void observe(const Trial& trial) override {
    tried_.add(trial.configuration);
    const auto id = static_cast<std::uint32_t>(outcomes_.size());
    outcomes_.push_back(outcome_of(trial, setup_));
    if (outcomes_.back().has_result()) ++with_result_;
    const EncodedPoint point = encoding_.encode(trial.configuration);
    for (TpeGroup& group : level_of(trial.fidelity).groups) group.add(id, point, outcomes_);
  }

 private:
  using Pending = std::span<const std::pair<std::int64_t, EncodedPoint>>;

  /// The models of the trials of one fidelity: results of different ones cannot be compared.
  struct Level {
    Fidelity fidelity;
    std::vector<TpeGroup> groups;
  };

  Level& level_of(const Fidelity& fidelity) {
    const auto place =
        std::ranges::find_if_not(levels_, [&](const Level& level) { return lower_fidelity(fidelity, level.fidelity); });
    if (place != levels_.end() && place->fidelity == fidelity) return *place;
    return *levels_.insert(place, {fidelity, make_groups(encoding_.dimensions(), setup_)});
  }

  /// The model of the highest fidelity with enough results for this group, as in BOHB; else of that with the most.
  TpeGroup& model_of(std::size_t group) {
    const auto results = [&](const Level& level) { return level.groups[group].with_result(); };
    const std::size_t enough = std::max(kFewestObservations, levels_.front().groups[group].indices().size() + 3);
    const auto highest = std::ranges::find_if(levels_, [&](const Level& level) { return results(level) >= enough; });
    const auto chosen = highest != levels_.end() ? highest : std::ranges::max_element(levels_, {}, results);
    return chosen->groups[group];
  }

  /// One point, from the root of the tree downwards: what a group decides makes other groups active. The last of these
  /// groups chooses the most promising of its candidates that has not been tried; nothing if all have.
  std::optional<Configuration> draw(Pending pending, Random& random) {
    std::vector<double> values(encoding_.dimensions().size(), 0.0);
    std::vector<bool> active(values.size(), false);
    const TpeGroup* last = nullptr;
    std::vector<std::vector<double>> choices;
    const auto take = [&](const TpeGroup& group, const std::vector<double>& chosen) {
      for (std::size_t i = 0; i < chosen.size(); ++i) {
        values[group.indices()[i]] = chosen[i];
        active[group.indices()[i]] = true;
      }
    };
    for (std::size_t g = 0; g < levels_.front().groups.size(); ++g) {
      TpeGroup& group = model_of(g);
      if (!group.is_active(values, active)) continue;
      last = &group;
      choices = choices_of(group, pending, random);
      take(group, choices.front());
    }
    const auto opens_the_same = [&](const std::vector<double>& choice) {
      for (std::size_t i = 0; i < choice.size(); ++i)
        if (is_parent_[last->indices()[i]] && choice[i] != choices.front()[i]) return false;
      return true;
    };
    for (const std::vector<double>& choice : choices) {
      if (!opens_the_same(choice)) continue;
      take(*last, choice);
      Configuration configuration = encoding_.decode(values);
      if (tried_.may_propose(configuration)) return configuration;
    }
    return {};
  }

  /// Values for a group, the best first.
  std::vector<std::vector<double>> choices_of(TpeGroup& group, Pending pending, Random& random) {
    std::vector<std::vector<double>> choices(1);
    if (group.with_result() < kFewestObservations) {
      for (const std::size_t d : group.indices())
        choices.front().push_back(draw_from_prior(encoding_.dimensions()[d], random));
      return choices;
    }
    group.refresh(pending, outcomes_);
    choices = group.propose(setup_.count("candidates"), random);
    // The chance that a category which opens a sub-space is drawn uniformly all the same. A family whose first trials
    // were poor would otherwise hardly be drawn again, and its own parameters never be tuned.
    for (std::size_t i = 0; i < group.indices().size(); ++i) {
      const std::size_t d = group.indices()[i];
      const Dimension& dimension = encoding_.dimensions()[d];
      if (!is_parent_[d] || dimension.kind != Dimension::Kind::kCategorical) continue;
      if (!random.chance(setup_.option("other_branch"))) continue;
      choices.resize(1);
      choices.front()[i] = draw_from_prior(dimension, random);
    }
    return choices;
  }

  StrategySetup setup_;
  TriedConfigurations tried_;
  Encoding encoding_;
  std::vector<Level> levels_;      ///< from the full evaluation downwards
  std::vector<bool> is_parent_;    ///< whether other dimensions depend on it
  std::vector<Outcome> outcomes_;  ///< in the order of arrival
  std::size_t with_result_ = 0;
};

}  // namespace

std::unique_ptr<SearchStrategy> make_tpe(const StrategySetup& setup) { return std::make_unique<Tpe>(setup); }

}  // namespace nascent
