#include "surrogate/random_forest.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace nascent {
namespace {

/// The sums that the squared error of a set of targets is computed from.
struct Sums {
  double weight = 0.0;
  double sum = 0.0;

  void add(double w, double weighted_target) {
    weight += w;
    sum += weighted_target;
  }
};

Sums operator-(const Sums& a, const Sums& b) { return {a.weight - b.weight, a.sum - b.sum}; }

/// By how much the squared error of two sets around their means is below that around 0.
double explained(const Sums& a, const Sums& b) {
  return (a.sum * a.sum * b.weight + b.sum * b.sum * a.weight) / (a.weight * b.weight);
}

/// An observation in the list of one feature, with what the search for a split reads, side by side.
struct Entry {
  std::uint32_t row;
  float value;
  float weight;           ///< how often the tree has drawn it
  float weighted_target;  ///< around the mean of all targets, so that large ones do not cancel
};

struct Split {
  double gain = 0.0;
  std::int32_t feature = -1;
  float threshold = 0.0f;
  std::vector<std::uint64_t> subset;
};

}  // namespace

/// The growing of one tree. Every numeric feature has the rows in the order of its values, from the root on: a split
/// divides each of these lists without changing the order, so that nothing is sorted again.
class RandomForest::Growth {
 public:
  Growth(RandomForest& forest, std::span<const float> features, std::span<const double> targets)
      : forest_(forest), features_(features), targets_(targets), width_(forest.features()) {
    mean_ = std::accumulate(targets.begin(), targets.end(), 0.0) / static_cast<double>(targets.size());
    std::vector<Entry> rows(targets.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
      rows[i] = {static_cast<std::uint32_t>(i), 0.0f, 1.0f, static_cast<float>(targets[i] - mean_)};
    sorted_.assign(width_ + 1, rows);
    for (std::size_t f = 0; f < width_; ++f) {
      if (forest_.categories_[f] > 0) continue;
      for (Entry& entry : sorted_[f]) entry.value = value(entry.row, f);
      std::stable_sort(sorted_[f].begin(), sorted_[f].end(),
                       [](const Entry& a, const Entry& b) { return a.value < b.value; });
    }
    choices_.resize(width_);
    std::iota(choices_.begin(), choices_.end(), std::size_t{0});
    goes_left_.resize(targets.size());
  }

  std::uint32_t grow_tree(Random& random) {
    const std::size_t n = targets_.size();
    std::vector<float> weights(n, forest_.options_.bootstrap ? 0.0f : 1.0f);
    if (forest_.options_.bootstrap)
      for (std::size_t i = 0; i < n; ++i) weights[random.below(n)] += 1.0f;
    lists_.resize(sorted_.size());
    for (std::size_t l = 0; l < sorted_.size(); ++l) {
      lists_[l].clear();
      for (Entry entry : sorted_[l]) {
        entry.weight = weights[entry.row];
        entry.weighted_target *= entry.weight;
        if (entry.weight > 0.0f) lists_[l].push_back(entry);
      }
    }
    const auto root = static_cast<std::uint32_t>(forest_.nodes_.size());
    forest_.nodes_.emplace_back();
    // The open nodes with their rows; a stack of our own, because a tree may be as deep as it has rows.
    struct Open {
      std::uint32_t node;
      std::size_t begin, end;
    };
    std::vector<Open> open{{root, 0, lists_.back().size()}};
    while (!open.empty()) {
      const auto [node, begin, end] = open.back();
      open.pop_back();
      set_leaf(forest_.nodes_[node], begin, end);
      Split split = best_split(forest_.nodes_[node], begin, end, random);
      if (split.feature < 0) continue;
      const std::size_t middle = divide(split, begin, end);
      const auto left = static_cast<std::uint32_t>(forest_.nodes_.size());
      forest_.nodes_.resize(forest_.nodes_.size() + 2);
      Node& parent = forest_.nodes_[node];
      parent.feature = split.feature;
      parent.threshold = split.threshold;
      parent.left = left;
      parent.subset = static_cast<std::uint32_t>(forest_.subsets_.size());
      forest_.subsets_.insert(forest_.subsets_.end(), split.subset.begin(), split.subset.end());
      open.push_back({left + 1, middle, end});
      open.push_back({left, begin, middle});
    }
    return root;
  }

 private:
  float value(std::uint32_t row, std::size_t feature) const { return features_[row * width_ + feature]; }

  static void add(Sums& sums, const Entry& entry) {
    sums.add(static_cast<double>(entry.weight), static_cast<double>(entry.weighted_target));
  }

  void set_leaf(Node& node, std::size_t begin, std::size_t end) const {
    const std::span<const Entry> entries(lists_.back().data() + begin, end - begin);
    double sum = 0.0;
    for (const Entry& entry : entries) {
      node.weight += static_cast<double>(entry.weight);
      sum += static_cast<double>(entry.weight) * targets_[entry.row];
    }
    node.mean = sum / node.weight;
    for (const Entry& entry : entries) {
      const double deviation = targets_[entry.row] - node.mean;
      node.deviations += static_cast<double>(entry.weight) * deviation * deviation;
    }
  }

  Split best_split(const Node& node, std::size_t begin, std::size_t end, Random& random) {
    Split best;
    const double scale = std::max(1e-300, node.mean * node.mean) * node.weight;
    if (node.weight < forest_.options_.fewest_to_split || end - begin < 2 || node.deviations <= 1e-24 * scale)
      return best;
    Sums all;
    for (std::size_t i = begin; i < end; ++i) add(all, lists_.back()[i]);
    // What a split must explain beyond the whole.
    const double whole = all.sum * all.sum / all.weight;
    const auto tried = static_cast<std::size_t>(
        std::max(1.0, std::ceil(forest_.options_.feature_share * static_cast<double>(width_) - 1e-9)));
    std::size_t usable = 0;
    for (std::size_t i = 0; i < width_; ++i) {
      // A feature that is constant here does not count among those drawn.
      std::swap(choices_[i], choices_[i + random.below(width_ - i)]);
      const std::size_t f = choices_[i];
      const bool differs = forest_.categories_[f] > 0 ? split_categories(f, begin, end, all, whole, random, best)
                                                      : split_number(f, begin, end, all, whole, random, best);
      if (differs && ++usable >= tried) break;
    }
    return best;
  }

  /// Improves on `best` if this feature can. Whether the feature has different values here.
  bool split_number(std::size_t f, std::size_t begin, std::size_t end, const Sums& all, double whole, Random& random,
                    Split& best) {
    const std::vector<Entry>& list = lists_[f];
    if (list[begin].value == list[end - 1].value) return false;
    const double fewest = forest_.options_.fewest_in_leaf;
    Sums left;
    for (std::size_t i = begin; i + 1 < end; ++i) {
      add(left, list[i]);
      const float here = list[i].value;
      const float next = list[i + 1].value;
      if (next == here) continue;
      const Sums right = all - left;
      const double gain = explained(left, right) - whole;
      if (gain <= best.gain || left.weight < fewest || right.weight < fewest) continue;
      const float between = here + static_cast<float>(random.uniform()) * (next - here);
      best = {gain, static_cast<std::int32_t>(f), between < next ? between : here, {}};
    }
    return true;
  }

  bool split_categories(std::size_t f, std::size_t begin, std::size_t end, const Sums& all, double whole,
                        Random& random, Split& best) {
    const std::size_t count = forest_.categories_[f];
    by_category_.assign(count, Sums());
    for (std::size_t i = begin; i < end; ++i) {
      const Entry& entry = lists_.back()[i];
      add(by_category_[static_cast<std::size_t>(value(entry.row, f))], entry);
    }
    std::vector<std::size_t> seen;
    for (std::size_t c = 0; c < count; ++c)
      if (by_category_[c].weight > 0.0) seen.push_back(c);
    if (seen.size() < 2) return false;
    std::stable_sort(seen.begin(), seen.end(), [&](std::size_t a, std::size_t b) {
      return by_category_[a].sum * by_category_[b].weight < by_category_[b].sum * by_category_[a].weight;
    });
    Sums left;
    for (std::size_t i = 0; i + 1 < seen.size(); ++i) {
      left.add(by_category_[seen[i]].weight, by_category_[seen[i]].sum);
      const Sums right = all - left;
      const double gain = explained(left, right) - whole;
      if (std::min(left.weight, right.weight) < forest_.options_.fewest_in_leaf || gain <= best.gain) continue;
      best = {gain, static_cast<std::int32_t>(f), 0.0f, std::vector<std::uint64_t>((count + 63) / 64)};
      for (std::size_t c = 0; c < count; ++c)
        if (by_category_[c].weight == 0.0 && random.chance(0.5)) best.subset[c / 64] |= std::uint64_t{1} << (c % 64);
      for (std::size_t j = 0; j <= i; ++j) best.subset[seen[j] / 64] |= std::uint64_t{1} << (seen[j] % 64);
    }
    return true;
  }

  /// Puts the rows that go left in front of the others, in all lists. Where the others begin.
  std::size_t divide(const Split& split, std::size_t begin, std::size_t end) {
    const auto f = static_cast<std::size_t>(split.feature);
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint32_t row = lists_.back()[i].row;
      const float v = value(row, f);
      const auto category = static_cast<std::size_t>(split.subset.empty() ? 0.0f : v);
      goes_left_[row] =
          split.subset.empty() ? v <= split.threshold : (split.subset[category / 64] >> (category % 64) & 1);
    }
    std::size_t middle = begin;
    for (std::size_t l = 0; l < lists_.size(); ++l) {
      if (l < width_ && forest_.categories_[l] > 0) continue;
      std::vector<Entry>& list = lists_[l];
      right_.clear();
      middle = begin;
      for (std::size_t i = begin; i < end; ++i) {
        if (goes_left_[list[i].row]) {
          list[middle++] = list[i];
        } else {
          right_.push_back(list[i]);
        }
      }
      std::copy(right_.begin(), right_.end(), list.begin() + static_cast<std::ptrdiff_t>(middle));
    }
    return middle;
  }

  RandomForest& forest_;
  std::span<const float> features_;
  std::span<const double> targets_;
  std::size_t width_;
  double mean_ = 0.0;
  /// The rows sorted by each feature (categories: not used), and in the end in their own order.
  std::vector<std::vector<Entry>> sorted_;
  std::vector<std::vector<Entry>> lists_;  ///< the same of one tree, divided among its nodes
  std::vector<std::size_t> choices_;
  std::vector<char> goes_left_;
  std::vector<Entry> right_;
  std::vector<Sums> by_category_;
};

RandomForest::RandomForest(std::vector<std::size_t> categories, const ForestOptions& options)
    : categories_(std::move(categories)), options_(options) {}

void RandomForest::fit(std::span<const float> features, std::span<const double> targets, Random& random) {
  nodes_.clear();
  subsets_.clear();
  roots_.clear();
  Growth growth(*this, features, targets);
  for (std::size_t t = 0; t < options_.trees; ++t) roots_.push_back(growth.grow_tree(random));
}

std::size_t RandomForest::leaf_of(std::uint32_t root, std::span<const float> row) const {
  std::size_t place = root;
  while (nodes_[place].feature >= 0) {
    const Node& node = nodes_[place];
    const auto f = static_cast<std::size_t>(node.feature);
    const bool left = categories_[f] > 0 ? in_subset(node, static_cast<std::size_t>(row[f])) : row[f] <= node.threshold;
    place = node.left + (left ? 0 : 1);
  }
  return place;
}

void RandomForest::add(std::span<const float> row, double target) {
  for (const std::uint32_t root : roots_) {
    Node& leaf = nodes_[leaf_of(root, row)];
    leaf.weight += 1.0;
    const double deviation = target - leaf.mean;
    leaf.mean += deviation / leaf.weight;
    leaf.deviations += deviation * (target - leaf.mean);
  }
}

RandomForest::Prediction RandomForest::predict(std::span<const float> row) const {
  const auto trees = static_cast<double>(roots_.size());
  Prediction prediction;
  double squares = 0.0;
  for (std::size_t t = 0; t < roots_.size(); ++t) {
    const Node& leaf = nodes_[leaf_of(roots_[t], row)];
    // Running mean and sum of squared deviations of the trees' means, and the mean of their variances.
    const double deviation = leaf.mean - prediction.mean;
    prediction.mean += deviation / static_cast<double>(t + 1);
    squares += deviation * (leaf.mean - prediction.mean);
    prediction.variance += leaf.deviations / leaf.weight;
  }
  prediction.variance = (prediction.variance + squares) / trees;
  return prediction;
}

}  // namespace nascent
