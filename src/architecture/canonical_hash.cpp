// The graph is first brought to what counts, as a list of live nodes; then the nodes get colours, and the hash is that
// of all colours.
#include <algorithm>
#include <string_view>

#include "nascent/architecture/architecture.h"
#include "nascent/core/random.h"

namespace nascent {
namespace {

using Colour = std::uint64_t;

/// A node that reads another one, at one or more places. Where the order of the places does not count, only their
/// number does.
struct Edge {
  std::size_t node;
  Colour places;
};

struct Graph {
  std::vector<Colour> colours;           ///< of the operations alone
  std::vector<std::vector<Edge>> reads;  ///< every node once
  std::vector<std::vector<Edge>> read_by;
};

Colour hash_of(std::string_view text) {
  Colour hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

Colour hash_of(std::vector<Colour> set) {
  std::sort(set.begin(), set.end());
  Colour hash = set.size();
  for (const Colour one : set) hash = mix_seed(hash, one);
  return hash;
}

/// Of each node, the node whose output it passes on: itself if it is not an identity.
std::vector<int> without_identities(const Architecture& net) {
  std::vector<int> source;
  for (int i = 0; i <= net.last(); ++i) {
    const Node& node = net.node(i);
    const bool identity = std::holds_alternative<Identity>(node.operation);
    source.push_back(identity ? source[static_cast<std::size_t>(node.inputs[0])] : i);
  }
  return source;
}

Graph graph_of(const Architecture& net) {
  const std::vector<int> source = without_identities(net);
  std::vector<bool> live(source.size(), false);
  live[static_cast<std::size_t>(source.back())] = true;
  for (int i = net.last(); i >= 0; --i) {
    if (!live[static_cast<std::size_t>(i)]) continue;
    for (const int input : net.node(i).inputs)
      live[static_cast<std::size_t>(source[static_cast<std::size_t>(input)])] = true;
  }
  Graph graph;
  std::vector<std::size_t> number(source.size());
  for (int i = 0; i <= net.last(); ++i) {
    if (!live[static_cast<std::size_t>(i)]) continue;
    const Node& node = net.node(i);
    const std::size_t here = graph.colours.size();
    number[static_cast<std::size_t>(i)] = here;
    graph.colours.push_back(hash_of(to_json(node.operation).dump()));
    graph.reads.emplace_back();
    graph.read_by.emplace_back();
    const bool ordered = !std::holds_alternative<Add>(node.operation);
    for (std::size_t place = 0; place < node.inputs.size(); ++place) {
      const std::size_t input = number[static_cast<std::size_t>(source[static_cast<std::size_t>(node.inputs[place])])];
      std::vector<Edge>& edges = graph.reads[here];
      auto edge = std::find_if(edges.begin(), edges.end(), [&](const Edge& one) { return one.node == input; });
      if (edge == edges.end()) edge = edges.insert(edges.end(), {input, 0});
      edge->places = mix_seed(edge->places, ordered ? place + 1 : 0);
    }
    for (const Edge& edge : graph.reads[here]) graph.read_by[edge.node].push_back({here, edge.places});
  }
  return graph;
}

Colour mixed(Colour own, const std::vector<Edge>& edges, const std::vector<Colour>& colours) {
  std::vector<Colour> around;
  for (const Edge& edge : edges) around.push_back(mix_seed(edge.places, colours[edge.node]));
  return mix_seed(own, hash_of(std::move(around)));
}

std::size_t distinct(std::vector<Colour> colours) {
  std::sort(colours.begin(), colours.end());
  return static_cast<std::size_t>(std::unique(colours.begin(), colours.end()) - colours.begin());
}

/// Colours that differ wherever the surroundings do: along the edges and back, until no more nodes can be told apart.
/// As the nodes are in topological order, one sweep carries a difference through the whole graph.
std::vector<Colour> refined(const Graph& graph, std::vector<Colour> colours) {
  for (std::size_t before = 0, now = distinct(colours); now > before;) {
    for (std::size_t i = 0; i < colours.size(); ++i) colours[i] = mixed(colours[i], graph.reads[i], colours);
    for (std::size_t i = colours.size(); i-- > 0;) colours[i] = mixed(colours[i], graph.read_by[i], colours);
    before = std::exchange(now, distinct(colours));
  }
  return colours;
}

}  // namespace

std::uint64_t Architecture::canonical_hash() const {
  const Graph graph = graph_of(*this);
  std::vector<Colour> colours = refined(graph, graph.colours);
  if (distinct(colours) == colours.size()) return hash_of(std::move(colours));
  // Nodes of one colour may still stand in different relations to each other: a ring of six is not two rings of three.
  std::vector<Colour> views;
  for (std::size_t i = 0; i < colours.size(); ++i) {
    if (std::count(colours.begin(), colours.end(), colours[i]) == 1) {
      views.push_back(colours[i]);
      continue;
    }
    std::vector<Colour> singled_out = colours;
    singled_out[i] = mix_seed(colours[i], 1);
    views.push_back(hash_of(refined(graph, std::move(singled_out))));
  }
  return hash_of(std::move(views));
}

}  // namespace nascent
