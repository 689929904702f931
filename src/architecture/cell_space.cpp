// Networks of one cell whose edges carry operations (NAS-Bench-201: Dong & Yang, ICLR 2020).
//
//     edge_0_1, edge_0_2, edge_1_2, ...    an operation of `cell_operations`
//     filters         of the first stage; each further one has twice as many
//     cells           a stage
//
// A convolution with batch normalization, then stages of cells with residual blocks between them that halve the
// resolution and double the filters, then normalization, rectifier, pooling and the classes.
//
// The authors' networks hold, and count, edges that nothing flows into or that lead nowhere. Here these are left out,
// as the key of cells does, unless the settings keep them (unused = ["keep"]).

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "architecture/cell_parts.h"
#include "architecture/layer_parts.h"
#include "nascent/architecture/cell_traits.h"

namespace nascent {
namespace {

const std::vector<std::string> kOperations{"none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"};

struct Edge {
  int from;
  int to;
  std::string name;
};

struct Cells : CellNetworks {
  bool keep_unused;
  std::vector<Edge> edges;

  bool gives_something(const Edge& edge, const Configuration& configuration) const {
    return static_cast<bool>(operations.at(configuration.choice(edge.name)).append);
  }

  /// For each node whether something flows into it and from it to the output.
  std::vector<bool> used(const Configuration& configuration) const {
    const auto count = static_cast<std::size_t>(nodes);
    std::vector<bool> reached(count), leading(count);
    reached.front() = leading.back() = true;
    for (const Edge& edge : edges)
      if (reached[static_cast<std::size_t>(edge.from)] && gives_something(edge, configuration))
        reached[static_cast<std::size_t>(edge.to)] = true;
    for (auto edge = edges.rbegin(); edge != edges.rend(); ++edge)
      if (leading[static_cast<std::size_t>(edge->to)] && gives_something(*edge, configuration))
        leading[static_cast<std::size_t>(edge->from)] = true;
    for (std::size_t i = 0; i < count; ++i) reached[i] = reached[i] && leading[i];
    return reached;
  }

  int append_cell(Architecture& net, const std::string& scope, const Configuration& configuration, int input) const {
    const std::vector<bool> kept =
        keep_unused ? std::vector<bool>(static_cast<std::size_t>(nodes), true) : used(configuration);
    std::vector<int> outputs{input};
    std::size_t next = 0;
    for (int to = 1; to < nodes; ++to) {
      std::vector<int> terms_of_node;
      for (; next < edges.size() && edges[next].to == to; ++next) {
        const Edge& edge = edges[next];
        if (!kept[static_cast<std::size_t>(to)] || !kept[static_cast<std::size_t>(edge.from)]) continue;
        const std::string& name = configuration.choice(edge.name);
        const CellOperation& operation = operations.at(name);
        if (operation.append)
          terms_of_node.push_back(operation.append(net, fmt::format("{}/{}-{}/{}", scope, edge.from, edge.to, name),
                                                   outputs[static_cast<std::size_t>(edge.from)], 1));
      }
      if (terms_of_node.empty())
        outputs.push_back(
            keep_unused || to == nodes - 1 ? net.append(fmt::format("{}/zero-{}", scope, to), Zero{}, input) : -1);
      else if (terms_of_node.size() == 1)
        outputs.push_back(terms_of_node.front());
      else
        outputs.push_back(net.append(fmt::format("{}/sum-{}", scope, to), Add{}, terms_of_node));
    }
    return outputs.back();
  }

  /// Two convolutions, the first of stride 2, and a shortcut by pooling and a 1 x 1 convolution.
  static int append_reduction(Architecture& net, const std::string& scope, int filters, int input) {
    const Shape shape = net.node(input).shape;
    int end = append_relu_convolution_norm(net, scope + "/a", {.filters = filters, .kernel = 3, .stride = 2}, input);
    end = append_relu_convolution_norm(net, scope + "/b", {.filters = filters, .kernel = 3}, end);
    // The convolution rounds odd sides up; so must the pooling.
    const bool odd = shape.height % 2 != 0 || shape.width % 2 != 0;
    const AveragePool pool = odd ? AveragePool{.size = 3, .stride = 2, .padding = 1} : AveragePool{};
    int shortcut = net.append(scope + "/shortcut-pool", pool, input);
    shortcut = net.append(scope + "/shortcut-convolution", Convolution{.filters = filters, .kernel = 1}, shortcut);
    return net.append(scope + "/add", Add{}, {shortcut, end});
  }

  Architecture build(const Configuration& configuration, const Enlargement& enlargement) const {
    Architecture net(task.input);
    int filters = enlarged(configuration.integer("filters"), enlargement, 4);
    const std::int64_t cells = enlarged_cells(configuration.integer("cells"), enlargement);
    int end = net.append("stem/convolution", Convolution{.filters = filters, .kernel = 3}, 0);
    end = net.append("stem/norm", BatchNorm{}, end);
    for (int stage = 1; stage <= sizes.stages; ++stage, filters *= 2) {
      if (stage > 1) end = append_reduction(net, fmt::format("reduction-{}", stage - 1), filters, end);
      for (std::int64_t cell = 1; cell <= cells; ++cell)
        end = append_cell(net, fmt::format("stage-{}/cell-{}", stage, cell), configuration, end);
    }
    end = net.append("norm", BatchNorm{}, end);
    end = net.append("relu", Activation{}, end);
    end = net.append("pool", GlobalAveragePool{}, end);
    net.append("classes", Dense{.units = task.outputs}, end);
    return net;
  }
};

/// One point: the operation of the edge 0 -> 1, of those between inner nodes, and of the rest.
Configuration cell_of(const Cells& cells, double share, const std::string& convolution, const std::string& inner,
                      const std::string& skip) {
  Configuration configuration;
  for (const Edge& edge : cells.edges) {
    const bool last = edge.to == cells.nodes - 1;
    const bool shortcut = last && edge.from == 0;
    std::string operation = inner;
    if (edge.from == 0 && edge.to == 1 && !shortcut) operation = convolution;
    if (edge.from == 1 && last && inner != convolution) operation = skip;
    if (shortcut) operation = cells.nodes == 2 ? convolution : skip;
    configuration.set(edge.name, ChoiceValue{operation, {}});
  }
  cells.sizes.set(configuration, share);
  return configuration;
}

}  // namespace

NetworkSpace make_cell_space(const Json& json, const NetworkTask& task) {
  SpaceSettings settings("cell", json);
  const bool keep_unused = settings.choices("unused", {"drop"}, {"drop", "keep"}).front() == "keep";
  const CellNetworks::Usual usual{.nodes = {2, 8}, .operations = kOperations, .filters = {8, 32}};
  auto cells = std::make_shared<Cells>(Cells{CellNetworks("cell", settings, task, usual), keep_unused, {}});
  const std::vector<std::string>& names = cells->operation_names;

  SearchSpace edges;
  CellDescription description;
  for (int to = 1; to < cells->nodes; ++to)
    for (int from = 0; from < to; ++from) {
      cells->edges.push_back({from, to, fmt::format("edge_{}_{}", from, to)});
      edges.add_categorical(cells->edges.back().name, plain_choices(names));
      description.edges.push_back(cells->edges.back().name);
    }
  NetworkSpace space{.kind = "cell", .space = edges, .build = {}, .first = {}};
  cells->sizes.add_to(space.space);

  const SpaceTraits cell = cell_traits(edges, description);
  SpaceTraits traits = cell;
  traits.key = [key = cell.key, names = description.edges](const Configuration& configuration) {
    return key(configuration) + rest_of_key(configuration, names);
  };
  // A cell through which nothing flows makes a network that gives the same answer to everything.
  if (!cells->keep_unused)
    traits.allowed = [cells](const Configuration& configuration) -> bool { return cells->used(configuration).front(); };
  space.space.set_traits(std::move(traits));
  space.build = [cells](const Configuration& configuration, const Enlargement& enlargement) {
    return cells->build(configuration, enlargement);
  };

  const std::string convolution = one_of(names, {"nor_conv_3x3", "sep_conv_3x3", "nor_conv_1x1"});
  const std::string skip = one_of(names, {"skip_connect", convolution.c_str()});
  const std::string nothing = one_of(names, {"none", "skip_connect"});
  // One convolution beside a shortcut, small and larger; then convolutions on all other edges, which in the table of
  // NAS-Bench-201 is among the best.
  for (Configuration& first :
       std::vector{cell_of(*cells, 0.0, convolution, nothing, skip), cell_of(*cells, 0.5, convolution, nothing, skip),
                   cell_of(*cells, 0.5, convolution, convolution, skip)})
    if (space.space.allows(first)) space.first.push_back(first);
  return space;
}

}  // namespace nascent
