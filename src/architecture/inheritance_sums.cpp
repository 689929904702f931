#include <algorithm>
#include <bit>
#include <set>

#include "architecture/inheritance_planner.h"

namespace nascent {
namespace {

/// More branches into one sum than this are zeroed all or none.
constexpr std::size_t kMostBranches = 8;

bool makes_zeros_of_zeros(const Operation& operation) {
  return std::holds_alternative<Activation>(operation) || std::holds_alternative<MaxPool>(operation) ||
         std::holds_alternative<AveragePool>(operation) || std::holds_alternative<GlobalAveragePool>(operation) ||
         std::holds_alternative<Identity>(operation) || std::holds_alternative<Dropout>(operation) ||
         std::holds_alternative<Flatten>(operation) || std::holds_alternative<SqueezeExcite>(operation);
}

bool can_start_at_zero(const Operation& operation) {
  return std::holds_alternative<BatchNorm>(operation) || std::holds_alternative<LayerNorm>(operation) ||
         std::holds_alternative<Scale>(operation) || std::holds_alternative<Convolution>(operation) ||
         std::holds_alternative<Dense>(operation);
}

/// How much of a sum is as in the parent; more is better, of equals the one with less at zero.
struct Likeness {
  int in_inference = 0;
  int in_training = 0;
  int zeroed = 0;
  bool operator<(const Likeness& other) const {
    if (in_inference != other.in_inference) return in_inference < other.in_inference;
    if (in_training != other.in_training) return in_training < other.in_training;
    return zeroed > other.zeroed;
  }
};

}  // namespace

bool InheritancePlanner::is_new(int node) const {
  const int from = parent_.find(origin_of(node).node);
  return from < 0;
}

int InheritancePlanner::zeroable_end(int node) const {
  while (node > 0 && readers_[static_cast<std::size_t>(node)] == 1) {
    const Node& here = child_.node(node);
    if (can_start_at_zero(here.operation)) return is_new(node) ? node : -1;
    if (!makes_zeros_of_zeros(here.operation)) return -1;
    node = here.inputs[0];
  }
  return -1;
}

void InheritancePlanner::start_at_zero(int from, int end) {
  start_of(end) = {.start = Start::kZero};
  for (int node = from;; node = child_.node(node).inputs[0]) {
    for (Channels& channels : flow(node).senses) channels.assign(channels.size(), ChannelValues::kZero);
    if (node == end) return;
  }
}

void InheritancePlanner::plan_sum(int node) {
  const Node& here = child_.node(node);
  const int from = parent_.find(origin_of(node).node);
  std::vector<std::size_t> branches;
  for (std::size_t i = 0; i < here.inputs.size(); ++i) {
    if (const int end = zeroable_end(here.inputs[i]); end >= 0 && start_of(end).start != Start::kZero) {
      branches.push_back(i);
    }
  }

  std::set<int> wanted[2];
  for (const Sense sense : {Sense::kTraining, Sense::kInference}) {
    std::set<int>& values = wanted[static_cast<std::size_t>(sense)];
    if (from < 0) {
      values = known_[static_cast<std::size_t>(sense)];
      values.erase(ChannelValues::kZero);
    } else {
      values.insert(parent_flow(from)[sense].begin(), parent_flow(from)[sense].end());
    }
  }
  const auto sum_without = [&](std::uint64_t zeroed, Sense sense, std::size_t channel) {
    std::vector<ChannelValues::Term> terms;
    for (std::size_t i = 0; i < here.inputs.size(); ++i) {
      const auto branch = static_cast<std::size_t>(std::ranges::find(branches, i) - branches.begin());
      if (branch < branches.size() && (zeroed >> branch & 1) != 0) continue;
      terms.emplace_back(flow(here.inputs[i])[sense][channel], 1.0);
    }
    return values_.sum(terms);
  };
  const auto likeness = [&](std::uint64_t zeroed) {
    Likeness result{.zeroed = std::popcount(zeroed)};
    for (std::size_t c = 0; c < static_cast<std::size_t>(here.shape.channels); ++c) {
      result.in_training += wanted[0].contains(sum_without(zeroed, Sense::kTraining, c)) ? 1 : 0;
      result.in_inference += wanted[1].contains(sum_without(zeroed, Sense::kInference, c)) ? 1 : 0;
    }
    return result;
  };
  branches.resize(std::min(branches.size(), kMostBranches));
  std::uint64_t best = 0;
  for (std::uint64_t zeroed = 1; zeroed < std::uint64_t{1} << branches.size(); ++zeroed) {
    if (likeness(best) < likeness(zeroed)) best = zeroed;
  }
  for (std::size_t b = 0; b < branches.size(); ++b) {
    if ((best >> b & 1) != 0) start_at_zero(here.inputs[branches[b]], zeroable_end(here.inputs[branches[b]]));
  }

  bool had_all = true;
  for (std::size_t c = 0; c < static_cast<std::size_t>(here.shape.channels); ++c) {
    for (const Sense sense : kSenses) flow(node)[sense].push_back(sum_without(0, sense, c));
    for (const int input : here.inputs) had_all = had_all && flow(input)[Sense::kInference][c] >= 0;
    int& near = flow(node)[Sense::kNear].back();
    if (is_known(Sense::kInference, near)) continue;
    // The parent has no such sum: the parent's of this name, or the first term that it has, is the closest.
    if (had_all) changed(node, "the sum has other terms than in the parent");
    if (from >= 0 && c < parent_flow(from)[Sense::kInference].size()) {
      near = parent_flow(from)[Sense::kInference][c];
      continue;
    }
    for (const int input : here.inputs) {
      const int value = flow(input)[Sense::kNear][c];
      if (value != ChannelValues::kZero && is_known(Sense::kInference, value)) {
        near = value;
        break;
      }
    }
  }
}

}  // namespace nascent
