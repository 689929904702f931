#include "architecture/drawing_boxes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "architecture/text.h"

namespace nascent {
namespace {

/// The nodes of a box, in order; `main` is what the box is about.
struct Group {
  std::vector<int> nodes;
  int main = 0;
};

/// A cell of the network.
struct Cell {
  std::string scope;
  std::vector<int> nodes;
  std::size_t kind = 0;
};

bool is_join(const Operation& operation) {
  return std::holds_alternative<Add>(operation) || std::holds_alternative<Concatenate>(operation);
}

std::string_view title_of(ActivationKind kind) {
  switch (kind) {
    case ActivationKind::kRelu:
      return "ReLU";
    case ActivationKind::kSilu:
      return "SiLU";
    case ActivationKind::kGelu:
      return "GELU";
    case ActivationKind::kSelu:
      return "SELU";
    case ActivationKind::kTanh:
      return "tanh";
  }
  return "";
}

/// "channel_shuffle" → "Channel shuffle"
std::string as_words(std::string text) {
  std::replace(text.begin(), text.end(), '_', ' ');
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

std::string_view colour_of(const Operation& operation) {
  if (std::holds_alternative<Convolution>(operation)) return "#3b6fd4";
  if (std::holds_alternative<MaxPool>(operation) || std::holds_alternative<AveragePool>(operation) ||
      std::holds_alternative<GlobalAveragePool>(operation)) {
    return "#d98324";
  }
  if (std::holds_alternative<Dense>(operation)) return "#2f9e6e";
  if (is_join(operation)) return "#8a5cc9";
  return "#7b8794";
}

class Gatherer {
 public:
  explicit Gatherer(const Architecture& net)
      : net_(net), readers_(net.nodes().size(), 0), cell_(net.nodes().size(), -1) {
    for (const Node& node : net.nodes()) {
      for (const int input : node.inputs) ++readers_[static_cast<std::size_t>(input)];
    }
    find_cells();
  }

  std::vector<Panel> panels() const {
    std::vector<int> all(net_.nodes().size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int>(i);
    if (cells_.size() == kinds_) return {panel_of(all, false)};
    std::vector<Panel> panels = {panel_of(all, true)};
    for (std::size_t kind = 0; kind < kinds_; ++kind) {
      const Cell& cell = *std::find_if(cells_.begin(), cells_.end(), [&](const Cell& one) { return one.kind == kind; });
      panels.push_back(panel_of(cell.nodes, false));
      panels.back().title = name_of_kind(kind);
    }
    return panels;
  }

 private:
  const Operation& operation(int node) const { return net_.node(node).operation; }

  void find_cells() {
    for (int i = 0; i <= net_.last(); ++i) {
      const std::string scope = cell_of(net_.node(i));
      if (scope.empty()) continue;
      auto cell = std::find_if(cells_.begin(), cells_.end(), [&](const Cell& one) { return one.scope == scope; });
      if (cell == cells_.end()) cell = cells_.insert(cells_.end(), {.scope = scope, .nodes = {}});
      cell->nodes.push_back(i);
      cell_[static_cast<std::size_t>(i)] = static_cast<int>(cell - cells_.begin());
    }
    std::map<std::string, std::size_t> kinds;
    for (Cell& cell : cells_) cell.kind = kinds.try_emplace(structure_of(cell), kinds.size()).first->second;
    kinds_ = kinds.size();
  }

  /// Equal for cells that do the same at their inputs, whatever the number of channels.
  std::string structure_of(const Cell& cell) const {
    std::map<int, std::string> seen;
    std::string text;
    for (const int index : cell.nodes) {
      Json entry = to_json(operation(index));
      entry.erase("filters");
      if (std::holds_alternative<SqueezeExcite>(operation(index))) entry.erase("units");
      if (std::holds_alternative<Convolution>(operation(index)))
        entry["groups"] = entry["groups"] == net_.input_shapes(index)[0].channels ? 0 : entry["groups"].get<int>();
      text += entry.dump();
      for (const int input : net_.node(index).inputs)
        text += seen.try_emplace(input, fmt::format(" outside {}", seen.size())).first->second;
      seen[index] = fmt::format(" {}", seen.size());
    }
    return text;
  }

  std::string name_of_kind(std::size_t kind) const {
    return kinds_ == 1 ? "Cell" : fmt::format("Cell {}", static_cast<char>('A' + kind % 26));
  }

  /// Whether the node goes into the box of the only node that it reads.
  bool belongs_to(const Group& group, int index) const {
    const std::vector<int>& inputs = net_.node(index).inputs;
    if (group.nodes.empty() || inputs.size() != 1 || inputs[0] != group.nodes.back() || inputs[0] == 0) return false;
    if (readers_[static_cast<std::size_t>(inputs[0])] != 1) return false;
    const Operation& here = operation(index);
    const Operation& main = operation(group.main);
    const bool activation_first = group.main != group.nodes.front();
    if (std::holds_alternative<Activation>(here) && activation_first) return false;  // it stands before the next layer
    if (std::holds_alternative<BatchNorm>(here) || std::holds_alternative<Activation>(here) ||
        std::holds_alternative<Dropout>(here))
      return !is_plain(main) && (!is_join(main) || scope_of(index) == scope_of(group.main));
    const auto* convolution = std::get_if<Convolution>(&here);
    if (convolution == nullptr) return false;
    // An activation that stands before its convolution, and the two halves of a separable convolution.
    if (group.nodes.size() == 1 && std::holds_alternative<Activation>(operation(group.main))) return true;
    return convolution->kernel == 1 && convolution->groups == 1 && is_depthwise(group.nodes.back());
  }

  /// What stands before the last part of the name.
  std::string_view scope_of(int index) const {
    const std::string_view name = net_.node(index).name;
    const std::size_t slash = name.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
  }

  static bool is_plain(const Operation& operation) {
    return std::holds_alternative<Identity>(operation) || std::holds_alternative<Zero>(operation);
  }

  bool is_depthwise(int index) const {
    const auto* convolution = std::get_if<Convolution>(&operation(index));
    return convolution != nullptr && convolution->groups > 1 &&
           convolution->groups == net_.input_shapes(index)[0].channels;
  }

  bool is_separable(const Group& group) const {
    const auto main = std::find(group.nodes.begin(), group.nodes.end(), group.main);
    return is_depthwise(group.main) && main + 1 != group.nodes.end() &&
           std::holds_alternative<Convolution>(operation(*(main + 1)));
  }

  std::string title_of_node(int index) const {
    const Operation& here = operation(index);
    if (const auto* conv = std::get_if<Convolution>(&here)) {
      const std::string_view kind = conv->groups == 1     ? "Convolution"
                                    : is_depthwise(index) ? "Depthwise convolution"
                                                          : "Grouped convolution";
      return fmt::format("{} {} × {}", kind, conv->kernel, conv->kernel);
    }
    if (const auto* pool = std::get_if<MaxPool>(&here)) return fmt::format("Max pooling {0} × {0}", pool->size);
    if (const auto* pool = std::get_if<AveragePool>(&here)) return fmt::format("Average pooling {0} × {0}", pool->size);
    if (const auto* activation = std::get_if<Activation>(&here)) return std::string(title_of(activation->kind));
    if (const auto* dropout = std::get_if<Dropout>(&here)) return fmt::format("Dropout {:.0f} %", 100 * dropout->rate);
    if (const auto* custom = std::get_if<Custom>(&here)) return as_words(custom->kind);
    std::string title = as_words(std::string(name_of(here)));
    if (is_pill(here)) title[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(title[0])));
    return title;
  }

  static bool is_pill(const Operation& operation) { return is_join(operation) || is_plain(operation); }

  std::string neighbour_text(int index) const {
    const Operation& here = operation(index);
    if (std::holds_alternative<BatchNorm>(here)) return "batch norm";
    if (const auto* dropout = std::get_if<Dropout>(&here)) return fmt::format("dropout {:.0f} %", 100 * dropout->rate);
    return title_of_node(index);
  }

  void describe(const Operation& here, std::vector<std::string>& parts) const {
    const auto strided = [&](int stride, int usual) {
      if (stride != usual) parts.push_back(fmt::format("stride {}", stride));
    };
    if (const auto* conv = std::get_if<Convolution>(&here)) {
      parts.push_back(counted(conv->filters, "filter"));
      strided(conv->stride, 1);
      if (conv->dilation > 1) parts.push_back(fmt::format("dilation {}", conv->dilation));
    }
    if (const auto* pool = std::get_if<MaxPool>(&here)) strided(pool->stride, pool->size);
    if (const auto* pool = std::get_if<AveragePool>(&here)) strided(pool->stride, pool->size);
    if (const auto* dense = std::get_if<Dense>(&here)) parts.push_back(counted(dense->units, "unit"));
    if (const auto* squeeze = std::get_if<SqueezeExcite>(&here)) parts.push_back(counted(squeeze->units, "unit"));
    if (const auto* custom = std::get_if<Custom>(&here); custom != nullptr && custom->options.is_object()) {
      for (const auto& [name, value] : custom->options.items())
        if (value.is_primitive()) parts.push_back(fmt::format("{} {}", name, value.dump()));
    }
  }

  Box box_of(const Group& group) const {
    Box box;
    std::vector<std::string> names;
    std::vector<std::string> parts;
    std::int64_t parameters = 0;
    const bool separable = is_separable(group);
    for (std::size_t i = 0; i < group.nodes.size(); ++i) {
      const int index = group.nodes[i];
      names.push_back(net_.node(index).name);
      parameters += net_.parameters_of(index);
      if (index == group.main)
        describe(operation(index), parts);
      else if (!std::holds_alternative<Convolution>(operation(index)))
        parts.push_back(neighbour_text(index));
    }
    box.title = title_of_node(group.main);
    if (separable) {
      const int kernel = std::get<Convolution>(operation(group.main)).kernel;
      box.title = fmt::format("Separable convolution {0} × {0}", kernel);
    }
    box.detail = fmt::format("{}", fmt::join(parts, " · "));
    box.shape = to_string(net_.node(group.nodes.back()).shape);
    if (parameters > 0) box.parameters = counted(parameters, "parameter");
    box.tooltip = fmt::format("{}", fmt::join(names, ", "));
    box.colour = colour_of(operation(group.main));
    box.pill = is_pill(operation(group.main));
    box.stage = stage_of(net_.node(group.main));
    return box;
  }

  /// The cells that stand in a row with the one that begins at the node: of one kind, stage and output.
  std::vector<const Cell*> row_from(int index) const {
    std::vector<const Cell*> row;
    const auto first = static_cast<std::size_t>(cell_[static_cast<std::size_t>(index)]);
    for (std::size_t i = first; i < cells_.size(); ++i) {
      const Cell& cell = cells_[i];
      const Node& end = net_.node(cell.nodes.back());
      if (i > first &&
          (cell.kind != row.front()->kind || cell.nodes.front() != row.back()->nodes.back() + 1 ||
           stage_of(end) != stage_of(net_.node(index)) || end.shape != net_.node(row.front()->nodes.back()).shape))
        break;
      row.push_back(&cell);
    }
    return row;
  }

  Box box_of(const std::vector<const Cell*>& row) const {
    std::int64_t parameters = 0;
    for (const Cell* cell : row)
      for (const int index : cell->nodes) parameters += net_.parameters_of(index);
    Box box;
    box.title = name_of_kind(row.front()->kind);
    if (row.size() > 1) box.title += fmt::format(" × {}", row.size());
    box.shape = to_string(net_.node(row.front()->nodes.back()).shape);
    if (parameters > 0) box.parameters = counted(parameters, "parameter");
    box.tooltip = row.front()->scope + (row.size() > 1 ? " to " + row.back()->scope : "");
    box.colour = "#c2497b";
    box.stage = stage_of(net_.node(row.front()->nodes.front()));
    return box;
  }

  /// The boxes of some nodes. What they read from outside comes in through pills, and what others read leaves by one.
  Panel panel_of(const std::vector<int>& members, bool fold) const {
    Panel panel;
    std::map<int, int> place;  // the box of each node
    const std::vector<int> outside = read_from_outside(members);
    for (std::size_t i = 0; i < outside.size(); ++i) {
      place[outside[i]] = static_cast<int>(i);
      panel.boxes.push_back(pill(outside.size() == 1 ? "input" : fmt::format("input {}", i + 1)));
    }
    std::vector<Group> groups(panel.boxes.size());
    for (const int index : members) {
      if (place.contains(index)) continue;  // its row of cells is there
      int here = static_cast<int>(panel.boxes.size());
      std::vector<int> nodes = {index};
      if (fold && cell_[static_cast<std::size_t>(index)] >= 0) {
        const std::vector<const Cell*> row = row_from(index);
        nodes.clear();
        for (const Cell* cell : row) nodes.insert(nodes.end(), cell->nodes.begin(), cell->nodes.end());
        panel.boxes.push_back(box_of(row));
        groups.emplace_back();
      } else {
        const std::vector<int>& inputs = net_.node(index).inputs;
        const int before = inputs.empty() ? -1 : place.at(inputs[0]);
        if (before >= 0 && belongs_to(groups[static_cast<std::size_t>(before)], index)) {
          Group& group = groups[static_cast<std::size_t>(before)];
          if (std::holds_alternative<Activation>(operation(group.main)) &&
              std::holds_alternative<Convolution>(operation(index)))
            group.main = index;
          here = before;
        } else {
          groups.push_back({.nodes = {}, .main = index});
          panel.boxes.emplace_back();
        }
        Group& group = groups[static_cast<std::size_t>(here)];
        group.nodes.push_back(index);
        std::vector<int> sources = std::move(panel.boxes[static_cast<std::size_t>(here)].sources);
        panel.boxes[static_cast<std::size_t>(here)] = box_of(group);
        panel.boxes[static_cast<std::size_t>(here)].sources = std::move(sources);
      }
      for (const int node : nodes) place[node] = here;
      for (const int node : nodes)
        for (const int input : net_.node(node).inputs) connect(panel, place.at(input), here);
    }
    if (!outside.empty()) {
      panel.boxes.push_back(pill("output"));
      for (const int index : read_outside(members))
        connect(panel, place.at(index), static_cast<int>(panel.boxes.size()) - 1);
    }
    return panel;
  }

  static Box pill(std::string title) {
    Box box;
    box.title = std::move(title);
    box.colour = "#7b8794";
    box.pill = true;
    return box;
  }

  static void connect(Panel& panel, int from, int to) {
    std::vector<int>& sources = panel.boxes[static_cast<std::size_t>(to)].sources;
    if (from != to && std::find(sources.begin(), sources.end(), from) == sources.end()) sources.push_back(from);
  }

  std::vector<int> read_from_outside(const std::vector<int>& members) const {
    std::vector<int> outside;
    for (const int index : members) {
      for (const int input : net_.node(index).inputs) {
        if (std::find(members.begin(), members.end(), input) == members.end() &&
            std::find(outside.begin(), outside.end(), input) == outside.end())
          outside.push_back(input);
      }
    }
    std::sort(outside.begin(), outside.end());
    return outside;
  }

  std::vector<int> read_outside(const std::vector<int>& members) const {
    std::vector<int> found;
    for (int reader = 0; reader <= net_.last(); ++reader) {
      if (std::find(members.begin(), members.end(), reader) != members.end()) continue;
      for (const int input : net_.node(reader).inputs)
        if (std::find(members.begin(), members.end(), input) != members.end()) found.push_back(input);
    }
    if (members.back() == net_.last()) found.push_back(net_.last());
    return found;
  }

  const Architecture& net_;
  std::vector<int> readers_;  ///< of each node, how many nodes read it
  std::vector<int> cell_;     ///< of each node, its cell, or -1
  std::vector<Cell> cells_;
  std::size_t kinds_ = 0;
};

}  // namespace

std::vector<Panel> panels_of(const Architecture& architecture) { return Gatherer(architecture).panels(); }

}  // namespace nascent
