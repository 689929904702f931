// Networks of a normal and a reduction cell (NASNet: Zoph et al., CVPR 2018; DARTS: Liu et al., ICLR 2019).
//
//     normal_1_input_a, normal_1_operation_a, normal_1_input_b, normal_1_operation_b, normal_2_input_a, ...
//     reduction_1_input_a, ...
//     filters         of the nodes of the first stage; each reduction doubles them
//     cells           normal cells a stage
//
// A node is the sum of two operations, each of an earlier node or of what one of the two cells before gave ("last",
// "before"). A cell gives the nodes that no other reads, joined along the channels. What it reads is brought to its
// filters (and the resolution of "last") by a rectifier, a 1 x 1 convolution and a normalization. Where no node gives
// anything, the cell passes on what the cell before gave. In reduction cells, the operations on what the cells before
// gave have stride 2.

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>

#include "architecture/cell_parts.h"
#include "architecture/layer_parts.h"

namespace nascent {
namespace {

const std::vector<std::string> kOperations{"none",         "skip_connect", "sep_conv_3x3", "sep_conv_5x5",
                                           "dil_conv_3x3", "avg_pool_3x3", "max_pool_3x3"};

/// One of the two things that a node adds up.
struct Term {
  int source;  ///< 0 before, 1 last, 2 the first node, ...
  std::string operation;
  auto operator<=>(const Term&) const = default;
};

using Cell = std::vector<std::vector<Term>>;  ///< for each node its terms that give something

const std::vector<std::string> kCells{"normal", "reduction"};
const std::vector<std::string> kSlots{"a", "b"};

std::string parameter(const std::string& cell, int node, const std::string& what, const std::string& slot) {
  return fmt::format("{}_{}_{}_{}", cell, node, what, slot);
}

std::string source_name(int source) {
  return source == 0 ? "before" : source == 1 ? "last" : fmt::format("node-{}", source - 1);
}

/// The network without what does not lead to its output: cells that read only "before" leave every second one unread.
Architecture without_unread(const Architecture& net) {
  std::vector<bool> leads(net.nodes().size());
  leads.back() = true;
  for (std::size_t i = leads.size(); i-- > 0;)
    for (const int input : net.nodes()[i].inputs)
      if (leads[i]) leads[static_cast<std::size_t>(input)] = true;
  Architecture kept(net.input_shape());
  std::vector<int> places(leads.size(), 0);
  for (std::size_t i = 1; i < leads.size(); ++i) {
    if (!leads[i]) continue;
    const Node& node = net.nodes()[i];
    std::vector<int> inputs;
    for (const int input : node.inputs) inputs.push_back(places[static_cast<std::size_t>(input)]);
    places[i] = kept.append(node.name, node.operation, std::move(inputs));
  }
  return kept;
}

struct Networks : CellNetworks {
  using CellNetworks::CellNetworks;

  Cell cell_of(const Configuration& configuration, const std::string& kind) const {
    Cell cell(static_cast<std::size_t>(nodes));
    for (int node = 1; node <= nodes; ++node)
      for (const std::string& slot : kSlots) {
        const std::string& input = configuration.choice(parameter(kind, node, "input", slot));
        const std::string& operation = configuration.choice(parameter(kind, node, "operation", slot));
        int source = 0;
        while (source_name(source) != input) ++source;
        const bool empty = source >= 2 && cell[static_cast<std::size_t>(source - 2)].empty();
        if (operations.at(operation).append && !empty)
          cell[static_cast<std::size_t>(node - 1)].push_back({source, operation});
      }
    return cell;
  }

  /// The order of a node's terms does not count, nor do operations that give nothing.
  std::string key(const Configuration& configuration) const {
    std::string key;
    for (const std::string& kind : kCells)
      for (std::vector<Term>& terms : cell_of(configuration, kind)) {
        std::sort(terms.begin(), terms.end());
        for (const Term& term : terms) key += fmt::format("{}:{}+", term.source, term.operation);
        key += ";";
      }
    return key;
  }

  int append_cell(Architecture& net, const std::string& scope, const Cell& cell, int filters, int stride, int before,
                  int last) const {
    std::set<int> read;
    for (const std::vector<Term>& terms : cell)
      for (const Term& term : terms) read.insert(term.source);
    std::vector<int> ends{adapted(net, scope + "/before", filters, before, last),
                          adapted(net, scope + "/last", filters, last, last)};  // by source
    for (std::size_t node = 0; node < cell.size(); ++node) {
      std::vector<int> terms;
      std::set<std::string> names;
      for (const Term& term : cell[node]) {
        std::string name = fmt::format("{}/node-{}/{}-{}", scope, node + 1, source_name(term.source), term.operation);
        if (!names.insert(name).second) name += "-again";
        terms.push_back(
            operations.at(term.operation)
                .append(net, name, ends[static_cast<std::size_t>(term.source)], term.source < 2 ? stride : 1));
      }
      if (terms.size() == 2)
        ends.push_back(net.append(fmt::format("{}/node-{}/sum", scope, node + 1), Add{}, terms));
      else
        ends.push_back(terms.empty() ? -1 : terms.front());
    }
    std::vector<int> outputs;
    for (std::size_t source = 2; source < ends.size(); ++source)
      if (ends[source] >= 0 && !read.contains(static_cast<int>(source))) outputs.push_back(ends[source]);
    if (outputs.empty()) return passed_on(net, scope, ends[1], stride);
    if (outputs.size() == 1) return outputs.front();
    return net.append(scope + "/join", Concatenate{}, outputs);
  }

  static int passed_on(Architecture& net, const std::string& scope, int input, int stride) {
    if (stride == 1) return input;
    return append_relu_convolution_norm(
        net, scope + "/pass", {.filters = net.node(input).shape.channels, .kernel = 1, .stride = stride}, input);
  }

  /// An input of a cell with so many filters, at the resolution of `like`.
  static int adapted(Architecture& net, const std::string& scope, int filters, int input, int like) {
    const int stride = net.node(input).shape.height > net.node(like).shape.height ||
                               net.node(input).shape.width > net.node(like).shape.width
                           ? 2
                           : 1;
    return append_relu_convolution_norm(net, scope, {.filters = filters, .kernel = 1, .stride = stride}, input);
  }

  Architecture build(const Configuration& configuration, const Enlargement& enlargement) const {
    Architecture net(task.input);
    const Cell normal = cell_of(configuration, "normal");
    const Cell reduction = cell_of(configuration, "reduction");
    int filters = enlarged(configuration.integer("filters"), enlargement, 4);
    const std::int64_t cells = enlarged_cells(configuration.integer("cells"), enlargement);
    int last = net.append("stem/convolution", Convolution{.filters = filters, .kernel = 3}, 0);
    last = net.append("stem/norm", BatchNorm{}, last);
    int before = last;
    const auto follow = [&](const std::string& scope, const Cell& cell, int stride) {
      const int next = append_cell(net, scope, cell, filters, stride, before, last);
      before = last;
      last = next;
    };
    for (int stage = 1; stage <= sizes.stages; ++stage) {
      if (stage > 1) {
        filters *= 2;
        follow(fmt::format("reduction-{}", stage - 1), reduction, 2);
      }
      for (std::int64_t cell = 1; cell <= cells; ++cell)
        follow(fmt::format("stage-{}/cell-{}", stage, cell), normal, 1);
    }
    last = net.append("relu", Activation{}, last);
    last = net.append("pool", GlobalAveragePool{}, last);
    net.append("classes", Dense{.units = task.outputs}, last);
    return without_unread(net);
  }
};

}  // namespace

NetworkSpace make_nasnet_space(const Json& json, const NetworkTask& task) {
  SpaceSettings settings("nasnet", json);
  const CellNetworks::Usual usual{.nodes = {1, 12}, .operations = kOperations, .filters = {8, 24}};
  auto networks = std::make_shared<Networks>("nasnet", settings, task, usual);
  const std::vector<std::string>& names = networks->operation_names;

  NetworkSpace space{.kind = "nasnet", .space = {}, .build = {}, .first = {}};
  std::vector<std::string> parameters;
  for (const std::string& kind : kCells)
    for (int node = 1; node <= networks->nodes; ++node) {
      std::vector<std::string> sources;
      for (int source = 0; source <= node; ++source) sources.push_back(source_name(source));
      for (const std::string& slot : kSlots)
        for (const char* what : {"input", "operation"}) {
          parameters.push_back(parameter(kind, node, what, slot));
          space.space.add_categorical(parameters.back(), plain_choices(std::string(what) == "input" ? sources : names));
        }
    }
  networks->sizes.add_to(space.space);
  space.space.set_traits({.key = [networks, parameters](const Configuration& configuration) {
    return networks->key(configuration) + rest_of_key(configuration, parameters);
  }});
  space.build = [networks](const Configuration& configuration, const Enlargement& enlargement) {
    return networks->build(configuration, enlargement);
  };

  const std::string convolution = one_of(names, {"sep_conv_3x3", "nor_conv_3x3", "dil_conv_3x3"});
  const std::string skip = one_of(names, {"skip_connect", convolution.c_str()});
  const std::string pool = one_of(names, {"max_pool_3x3", "avg_pool_3x3", skip.c_str()});
  const std::string nothing = one_of(names, {"none", skip.c_str()});
  // The first nodes alone, small; then all nodes, and all of them with convolutions on both sides.
  const auto network = [&](double share, int used, const std::string& second) {
    Configuration configuration;
    for (const std::string& kind : kCells)
      for (int node = 1; node <= networks->nodes; ++node) {
        const bool in_use = node <= used;
        const std::string other = kind == "reduction" && second == skip ? pool : second;
        configuration.set(parameter(kind, node, "input", "a"), ChoiceValue{"last", {}});
        configuration.set(parameter(kind, node, "operation", "a"), ChoiceValue{in_use ? convolution : nothing, {}});
        configuration.set(parameter(kind, node, "input", "b"), ChoiceValue{node % 2 == 1 ? "last" : "before", {}});
        configuration.set(parameter(kind, node, "operation", "b"), ChoiceValue{in_use ? other : nothing, {}});
      }
    networks->sizes.set(configuration, share);
    return configuration;
  };
  space.first = {network(0.0, 1, skip), network(0.5, 2, skip), network(0.5, networks->nodes, convolution)};
  return space;
}

}  // namespace nascent
