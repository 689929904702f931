#include "nascent/architecture/architecture.h"

#include <fmt/format.h>

#include "nascent/core/error.h"

namespace nascent {

Architecture::Architecture(const Shape& input) { append("input", Input{input}, std::vector<int>{}); }

int Architecture::append(std::string name, Operation operation, std::vector<int> inputs) {
  if (name.empty()) throw InputError(fmt::format("node {} has no name; every node needs one", nodes_.size()));
  if (find(name) >= 0) throw InputError(fmt::format("node '{}' is there already; names must be unique", name));
  if (nodes_.empty() != std::holds_alternative<Input>(operation)) {
    throw InputError(fmt::format("node '{}': the first node, and only the first, must be the input", name));
  }
  std::vector<Shape> shapes;
  for (const int input : inputs) {
    if (input < 0 || input > last()) {
      throw InputError(fmt::format("node '{}' reads node {}, which does not stand before it", name, input));
    }
    shapes.push_back(node(input).shape);
  }
  const Shape shape = nascent::output_shape(operation, shapes, name);
  nodes_.push_back({std::move(name), std::move(operation), std::move(inputs), shape});
  return last();
}

int Architecture::find(std::string_view name) const {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

std::vector<Shape> Architecture::input_shapes(int index) const {
  std::vector<Shape> shapes;
  for (const int input : node(index).inputs) shapes.push_back(node(input).shape);
  return shapes;
}

std::int64_t Architecture::parameters_of(int index) const {
  return parameter_count(node(index).operation, input_shapes(index));
}

std::int64_t Architecture::parameters() const {
  std::int64_t total = 0;
  for (int i = 0; i <= last(); ++i) total += parameters_of(i);
  return total;
}

std::int64_t Architecture::multiply_adds() const {
  std::int64_t total = 0;
  for (int i = 0; i <= last(); ++i) total += multiply_add_count(node(i).operation, input_shapes(i));
  return total;
}

Json Architecture::to_json() const {
  Json list = Json::array();
  for (const Node& node : nodes_) {
    Json entry = nascent::to_json(node.operation);
    entry["name"] = node.name;
    entry["inputs"] = node.inputs;
    list.push_back(std::move(entry));
  }
  return {{"version", 1}, {"nodes", std::move(list)}};
}

Architecture Architecture::from_json(const Json& json) {
  if (!json.is_object() || !json.contains("nodes") || !json["nodes"].is_array() || json["nodes"].empty()) {
    throw InputError("an architecture is a JSON object with a list of 'nodes' that is not empty");
  }
  if (const int version = json.value("version", 0); version != 1) {
    throw InputError(fmt::format("the architecture has version {}, but this program reads version 1", version));
  }
  Architecture result;
  for (const Json& entry : json["nodes"]) {
    if (!entry.is_object() || !entry.contains("name") || !entry["name"].is_string()) {
      throw InputError(fmt::format("node {} of the architecture has no name", result.nodes_.size()));
    }
    const auto name = entry["name"].get<std::string>();
    if (!entry.contains("inputs") || !entry["inputs"].is_array()) {
      throw InputError(fmt::format("node '{}': the list 'inputs' is missing", name));
    }
    std::vector<int> inputs;
    for (const Json& input : entry["inputs"]) {
      if (!input.is_number_integer()) throw InputError(fmt::format("node '{}': inputs are numbers of nodes", name));
      inputs.push_back(input.get<int>());
    }
    result.append(name, operation_from_json(entry, name), std::move(inputs));
  }
  return result;
}

void Architecture::verify() const {
  Architecture again;
  for (const Node& node : nodes_) {
    const int index = again.append(node.name, node.operation, node.inputs);
    if (const Shape& shape = again.node(index).shape; shape != node.shape) {
      throw InputError(fmt::format("node '{}': {} comes out, but {} is noted down; build the architecture again",
                                   node.name, to_string(shape), to_string(node.shape)));
    }
  }
}

Architecture rebuilt(const Architecture& architecture, const PlaceNode& place) {
  Architecture copy(architecture.input_shape());
  std::vector<int> stand_in = {0};
  for (int i = 1; i <= architecture.last(); ++i) {
    const Node& node = architecture.node(i);
    std::vector<int> inputs;
    for (const int input : node.inputs) inputs.push_back(stand_in[static_cast<std::size_t>(input)]);
    stand_in.push_back(place(copy, node, std::move(inputs)));
  }
  return copy;
}

}  // namespace nascent
