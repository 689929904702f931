#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <set>

#include "nascent/core/error.h"
#include "nascent/core/near_match.h"
#include "nascent/strategy/grid.h"
#include "strategy/grid_points.h"
#include "strategy/strategies.h"
#include "strategy/tried.h"

namespace nascent {
namespace {

GridPoints make_points(const StrategySetup& setup) {
  const std::set<std::string> own{"resolution", "shuffled"};
  std::set<std::string> numbers, others;  // what an option may name, and what it may not
  GridPoints points(setup.space, [&](const GridPoints::Path& path) {
    if (!path.is_number) {
      others.insert({path.full, path.brief});
      return std::uint64_t{0};
    }
    double count = setup.option("resolution");
    for (const std::string& name : {path.brief, path.full}) {
      numbers.insert(name);
      const auto option = setup.options.find(name);
      if (option != setup.options.end() && !own.contains(name)) count = option->second;
    }
    if (!(count >= 1.0 && count <= 1e9 && count == std::floor(count)))
      throw InputError(
          fmt::format("strategy \"grid\": the resolution of \"{}\" must be a whole number from 1 to 1000000000, not {}",
                      path.full, count));
    return static_cast<std::uint64_t>(count);
  });
  for (const auto& [name, value] : setup.options) {
    if (own.contains(name) || numbers.contains(name)) continue;
    if (others.contains(name))
      throw InputError(fmt::format(
          "strategy \"grid\": \"{}\" takes no resolution, because all its values are tried; leave it out", name));
    std::vector<std::string> known(numbers.begin(), numbers.end());
    known.insert(known.end(), own.begin(), own.end());
    const std::string hint = did_you_mean(name, known);
    throw InputError(fmt::format("strategy \"grid\": the space has no number \"{}\"{}", name,
                                 hint.empty() ? "; name one of its numbers, as in \"grid:resolution=5,lr=9\"" : hint));
  }
  return points;
}

/// A permutation of {0, ..., size - 1} that needs no memory: a Feistel network over the next power of four, walked
/// until it comes back into the range (Black & Rogaway, CT-RSA 2002).
class Permutation {
 public:
  Permutation(std::uint64_t size, std::uint64_t seed) : size_(size), seed_(seed) {
    half_bits_ = std::max(1, (static_cast<int>(std::bit_width(size - 1)) + 1) / 2);
  }

  std::uint64_t operator()(std::uint64_t index) const {
    do index = encrypted(index);
    while (index >= size_);
    return index;
  }

 private:
  std::uint64_t encrypted(std::uint64_t index) const {
    constexpr std::uint64_t kRounds = 4;
    const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
    std::uint64_t left = index >> half_bits_;
    std::uint64_t right = index & mask;
    for (std::uint64_t round = 0; round < kRounds; ++round) {
      const std::uint64_t next = left ^ (mix_seed(mix_seed(seed_, round), right) & mask);
      left = right;
      right = next;
    }
    return left << half_bits_ | right;
  }

  std::uint64_t size_;
  std::uint64_t seed_;
  int half_bits_;
};

/// So many draws without a point that may be tried, and a grid that cannot be counted is taken for exhausted.
constexpr std::uint64_t kMostDraws = 10000;

/// Every point of a grid once. See docs/methods/grid.md.
class GridSearch : public SearchStrategy {
 public:
  explicit GridSearch(const StrategySetup& setup)
      : space_(setup.space),
        tried_(setup),
        points_(make_points(setup)),
        permutation_(std::min(points_.size(), GridPoints::kMost), setup.seed),
        seed_(setup.seed),
        shuffled_(setup.option("shuffled") != 0.0) {}

  std::string_view name() const override { return "grid"; }
  std::optional<std::uint64_t> size() const { return is_counted() ? std::optional(points_.size()) : std::nullopt; }

  std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) override {
    if (!is_counted() && shuffled_) return drawn(number, running);
    tried_.set_running({});
    // What is finished or forbidden stays so: the search for the next point need not come back.
    while (next_ < points_.size() && !is_open(point(next_))) ++next_;
    tried_.set_running(running);
    for (std::uint64_t i = next_; i < points_.size(); ++i) {
      Configuration configuration = point(i);
      if (is_open(configuration)) return Proposal{std::move(configuration), {}};
    }
    return {};
  }

  void observe(const Trial& trial) override { tried_.add(trial.configuration); }

 private:
  bool is_counted() const { return points_.size() <= GridPoints::kMost; }

  /// The next of a shuffled grid too large to be numbered, of which no search will see more than a random sample.
  std::optional<Proposal> drawn(std::int64_t number, std::span<const Trial> running) {
    tried_.set_running(running);
    Random random(seed_, static_cast<std::uint64_t>(number));
    for (std::uint64_t i = 0; i < kMostDraws; ++i) {
      Configuration configuration = points_.draw(random);
      if (is_open(configuration)) return Proposal{std::move(configuration), {}};
    }
    return {};
  }

  Configuration point(std::uint64_t i) const { return points_.point(shuffled_ ? permutation_(i) : i); }
  bool is_open(const Configuration& configuration) const {
    return !tried_.contains(configuration) && space_.allows(configuration);
  }

  SearchSpace space_;
  TriedConfigurations tried_;
  GridPoints points_;
  Permutation permutation_;
  std::uint64_t seed_;
  bool shuffled_;
  std::uint64_t next_ = 0;  ///< all points before it, in the order of the search, are finished or forbidden
};

}  // namespace

std::unique_ptr<SearchStrategy> make_grid_search(const StrategySetup& setup) {
  return std::make_unique<GridSearch>(setup);
}

std::optional<std::uint64_t> grid_size(const std::string& text, const StrategySetup& setup) {
  const std::unique_ptr<SearchStrategy> strategy = make_strategy(text, setup);
  const auto* grid = dynamic_cast<const GridSearch*>(strategy.get());
  if (grid == nullptr) throw InternalError(fmt::format("\"{}\" is not a grid search", text));
  return grid->size();
}

}  // namespace nascent
