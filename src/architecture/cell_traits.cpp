#include "nascent/architecture/cell_traits.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "nascent/core/error.h"
#include "nascent/core/near_match.h"

namespace nascent {
namespace {

constexpr std::size_t kMostFeatures = 400;

constexpr int kZero = -2;
constexpr int kIdentity = -1;

/// The number of nodes with so many edges between all pairs; 0 if there is none.
std::size_t nodes_of(std::size_t edges) {
  for (std::size_t nodes = 2; nodes * (nodes - 1) / 2 <= edges; ++nodes)
    if (nodes * (nodes - 1) / 2 == edges) return nodes;
  return 0;
}

bool contains(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

const CategoricalDomain& edge_domain(const SearchSpace& space, const std::string& name) {
  const Parameter* parameter = space.find(name);
  if (parameter == nullptr) {
    std::vector<std::string> known;
    for (const Parameter& one : space.parameters()) known.push_back(one.name);
    throw InputError(
        fmt::format("cell: the edge \"{}\" is no parameter of the search space{}", name, did_you_mean(name, known)));
  }
  const auto* domain = std::get_if<CategoricalDomain>(&parameter->domain);
  if (domain == nullptr)
    throw InputError(
        fmt::format("cell: the edge \"{}\" must be a categorical parameter, its categories the operations", name));
  for (const Choice& choice : domain->choices)
    if (!choice.branch.empty())
      throw InputError(fmt::format("cell: the operation \"{}\" of the edge \"{}\" must have no parameters below it",
                                   choice.name, name));
  return *domain;
}

class Cell {
 public:
  Cell(const SearchSpace& space, const CellDescription& description)
      : edges_(description.edges), nodes_(nodes_of(description.edges.size())) {
    if (nodes_ == 0)
      throw InputError(fmt::format(
          "cell: {} edges do not connect the nodes of a cell; there must be 1, 3, 6, 10, 15, ...", edges_.size()));
    for (const std::string& edge : edges_)
      for (const Choice& choice : edge_domain(space, edge).choices)
        if (!contains(description.zero, choice.name) && !contains(description.identity, choice.name))
          operations_.push_back(choice.name);
    std::sort(operations_.begin(), operations_.end());
    operations_.erase(std::unique(operations_.begin(), operations_.end()), operations_.end());
    for (std::size_t i = 0; i < operations_.size(); ++i) codes_.emplace_back(operations_[i], static_cast<int>(i));
    for (const std::string& name : description.zero) codes_.emplace_back(name, kZero);
    for (const std::string& name : description.identity) codes_.emplace_back(name, kIdentity);
    for (const Parameter& parameter : space.parameters())
      if (!contains(edges_, parameter.name)) others_.push_back(parameter.name);
    count_features();
  }

  std::string key(const Configuration& configuration) const {
    // The terms that each node is the sum of, as numbers that stand for their trees.
    std::vector<std::vector<std::uint64_t>> terms(nodes_);
    terms[0] = {1};
    for_each_edge(configuration, [&](std::size_t from, std::size_t to, int operation) {
      if (operation == kZero || terms[from].empty()) return;
      if (operation == kIdentity)
        terms[to].insert(terms[to].end(), terms[from].begin(), terms[from].end());
      else
        terms[to].push_back(mix_seed(sum_of(terms[from]), static_cast<std::uint64_t>(operation)));
    });
    std::string key = fmt::format("{:016x}", terms.back().empty() ? 0 : sum_of(terms.back()));
    if (others_.empty()) return key;
    Configuration rest;
    for (const std::string& name : others_) rest.set(name, *configuration.find(name));
    return key + rest.canonical();
  }

  std::vector<double> features(const Configuration& configuration) const {
    // Of each node the number of paths to it by their sequence. A sequence is a number in base k behind the offset of
    // its length.
    const std::size_t k = operations_.size();
    std::vector<std::vector<double>> paths(nodes_, std::vector<double>(offsets_.back()));
    paths[0][0] = 1.0;
    for_each_edge(configuration, [&](std::size_t from, std::size_t to, int operation) {
      if (operation == kZero) return;
      for (std::size_t length = 0; length + 1 < offsets_.size(); ++length) {
        for (std::size_t i = offsets_[length]; i < offsets_[length + 1]; ++i) {
          if (paths[from][i] == 0.0) continue;
          if (operation == kIdentity) {
            paths[to][i] += paths[from][i];
          } else if (length + 2 < offsets_.size()) {
            const std::size_t longer = (i - offsets_[length]) * k + static_cast<std::size_t>(operation);
            paths[to][offsets_[length + 1] + longer] += paths[from][i];
          }
        }
      }
    });
    return std::move(paths.back());
  }

 private:
  void count_features() {
    std::size_t sequences = 1;
    offsets_ = {0, 1};
    for (std::size_t length = 1; length < nodes_; ++length) {
      sequences *= operations_.size();
      if (sequences == 0 || offsets_.back() + sequences > kMostFeatures) break;
      offsets_.push_back(offsets_.back() + sequences);
    }
  }

  static std::uint64_t sum_of(std::vector<std::uint64_t> terms) {
    std::sort(terms.begin(), terms.end());
    std::uint64_t sum = terms.size();
    for (const std::uint64_t term : terms) sum = mix_seed(sum, term);
    return sum;
  }

  int code_of(const std::string& name) const {
    for (const auto& [known, code] : codes_)
      if (known == name) return code;
    throw InternalError(fmt::format("\"{}\" is no operation of the cell", name));
  }

  /// Edges into a node come after all edges into the nodes before it.
  template <typename Visit>
  void for_each_edge(const Configuration& configuration, const Visit& visit) const {
    std::size_t edge = 0;
    for (std::size_t to = 1; to < nodes_; ++to)
      for (std::size_t from = 0; from < to; ++from) visit(from, to, code_of(configuration.choice(edges_[edge++])));
  }

  std::vector<std::string> edges_;
  std::size_t nodes_;
  std::vector<std::string> operations_;  ///< those that are neither zero nor identity, sorted
  std::vector<std::pair<std::string, int>> codes_;
  std::vector<std::string> others_;   ///< parameters that are no edges
  std::vector<std::size_t> offsets_;  ///< where the sequences of each length begin, and their number
};

}  // namespace

CellDescription describe_cell(const SearchSpace& space) {
  CellDescription description;
  for (const Parameter& parameter : space.parameters()) description.edges.push_back(parameter.name);
  const Cell checked(space, description);
  return description;
}

SpaceTraits cell_traits(const SearchSpace& space, const CellDescription& description) {
  const auto cell = std::make_shared<const Cell>(space, description);
  return {.key = [cell](const Configuration& configuration) { return cell->key(configuration); },
          .features = [cell](const Configuration& configuration) { return cell->features(configuration); }};
}

}  // namespace nascent
