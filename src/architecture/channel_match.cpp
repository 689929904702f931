#include "architecture/channel_match.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

namespace nascent {
namespace {

using Key = std::pair<int, int>;

struct Matcher {
  const Flow& parent;
  const Flow& child;
  std::vector<int> parents;
  std::vector<bool> taken;

  /// Gives what is left of the parent to what is left of the child where the keys agree.
  template <typename ParentKey, typename ChildKey>
  void give(const ParentKey& parent_key, const ChildKey& child_key) {
    for (std::size_t c = 0; c < std::min(parents.size(), taken.size()); ++c) {
      if (parents[c] < 0 && !taken[c] && child_key(c).second >= 0 && child_key(c) == parent_key(c)) assign(c, c);
    }
    std::map<Key, std::deque<std::size_t>> free;
    for (std::size_t p = 0; p < taken.size(); ++p) {
      if (!taken[p]) free[parent_key(p)].push_back(p);
    }
    for (std::size_t c = 0; c < parents.size(); ++c) {
      if (parents[c] >= 0 || child_key(c).second < 0) continue;
      const auto found = free.find(child_key(c));
      if (found == free.end() || found->second.empty()) continue;
      assign(c, found->second.front());
      found->second.pop_front();
    }
  }

  void assign(std::size_t c, std::size_t p) {
    parents[c] = static_cast<int>(p);
    taken[p] = true;
  }
};

}  // namespace

ChannelMatch match_channels(const Flow& parent, const Flow& child) {
  const std::size_t inputs = parent[Sense::kInference].size();
  Matcher matcher{parent, child, std::vector<int>(child[Sense::kInference].size(), -1),
                  std::vector<bool>(inputs, false)};
  const auto exact_parent = [&](std::size_t p) {
    return Key{parent[Sense::kTraining][p], parent[Sense::kInference][p]};
  };
  const auto exact_child = [&](std::size_t c) { return Key{child[Sense::kTraining][c], child[Sense::kInference][c]}; };
  const auto parent_value = [&](std::size_t p) { return Key{0, parent[Sense::kInference][p]}; };
  matcher.give(exact_parent, exact_child);
  matcher.give(parent_value, [&](std::size_t c) { return Key{0, child[Sense::kInference][c]}; });
  matcher.give(parent_value, [&](std::size_t c) { return Key{0, child[Sense::kNear][c]}; });
  if (std::ranges::all_of(matcher.parents, [](int p) { return p < 0; })) {
    for (std::size_t c = 0; c < std::min(matcher.parents.size(), inputs); ++c) matcher.assign(c, c);
  }
  // What the parent's node makes of a channel that was always zero has never been seen.
  for (std::size_t c = 0; c < matcher.parents.size(); ++c) {
    int& p = matcher.parents[c];
    const bool was_zero = p >= 0 && parent[Sense::kInference][static_cast<std::size_t>(p)] == ChannelValues::kZero;
    if (was_zero && child[Sense::kInference][c] != ChannelValues::kZero) p = -1;
  }

  ChannelMatch match{.parents = std::move(matcher.parents)};
  std::vector<int> child_of(inputs, -1);
  for (std::size_t c = 0; c < match.parents.size(); ++c) {
    if (match.parents[c] >= 0) child_of[static_cast<std::size_t>(match.parents[c])] = static_cast<int>(c);
  }
  match.complete = {true, true};
  for (std::size_t p = 0; p < inputs; ++p) {
    for (const Sense sense : {Sense::kTraining, Sense::kInference}) {
      const int wanted = parent[sense][p];
      const bool matched = child_of[p] >= 0;
      if (matched ? child[sense][static_cast<std::size_t>(child_of[p])] == wanted : wanted == ChannelValues::kZero) {
        continue;
      }
      match.complete[static_cast<std::size_t>(sense)] = false;
      if (sense == Sense::kInference) ++match.missing;
    }
  }
  return match;
}

ChannelMatch match_each_channel(const Flow& parent, const Flow& child) {
  ChannelMatch match = match_channels(parent, child);
  std::map<int, int> parent_of;
  const Channels& values = parent[Sense::kInference];
  for (std::size_t p = 0; p < values.size(); ++p) parent_of.try_emplace(values[p], static_cast<int>(p));
  for (std::size_t c = 0; c < match.parents.size(); ++c) {
    const auto found = parent_of.find(child[Sense::kInference][c]);
    if (match.parents[c] < 0 && found != parent_of.end()) match.parents[c] = found->second;
  }
  return match;
}

}  // namespace nascent
