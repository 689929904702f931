#include "nascent/architecture/inheritance.h"

#include <fmt/format.h>

#include <algorithm>

#include "architecture/inheritance_planner.h"

namespace nascent {

InheritancePlanner::InheritancePlanner(const Architecture& parent, const Architecture& child, const Origins& origins)
    : parent_(parent),
      child_(child),
      origins_(origins),
      parent_flows_(trace(parent, values_)),
      flows_(child.nodes().size()),
      readers_(child.nodes().size(), 0),
      changes_(child.nodes().size()) {
  for (const Flow& flow : parent_flows_) {
    known_[0].insert(flow[Sense::kTraining].begin(), flow[Sense::kTraining].end());
    known_[1].insert(flow[Sense::kInference].begin(), flow[Sense::kInference].end());
  }
  for (const Node& node : child.nodes()) {
    for (const int input : node.inputs) ++readers_[static_cast<std::size_t>(input)];
  }
  plan_.nodes.resize(child.nodes().size());
}

InheritancePlan InheritancePlanner::run() {
  for (int i = 0; i <= child_.last(); ++i) plan_node(i);
  finish();
  return std::move(plan_);
}

void InheritancePlanner::plan_node(int node) {
  const Operation& operation = child_.node(node).operation;
  if (std::holds_alternative<Input>(operation)) return plan_input(node);
  if (std::holds_alternative<Add>(operation)) return plan_sum(node);
  const bool learns = std::holds_alternative<Convolution>(operation) || std::holds_alternative<Dense>(operation) ||
                      std::holds_alternative<BatchNorm>(operation) || std::holds_alternative<LayerNorm>(operation) ||
                      std::holds_alternative<Scale>(operation) || std::holds_alternative<SqueezeExcite>(operation) ||
                      std::holds_alternative<Custom>(operation);
  if (!learns) return pass(node);

  const Origin origin = origin_of(node);
  const int from = parent_.find(origin.node);
  if (from < 0) return plan_new_layer(node);
  if (!is_same_layer(node, from)) {
    changed(node, "it is another kind of layer than in the parent");
    return resemble(node, from);
  }
  if (std::holds_alternative<Convolution>(operation) || std::holds_alternative<Dense>(operation)) {
    return plan_weights(node, origin, from);
  }
  if (std::holds_alternative<LayerNorm>(operation)) return plan_layer_norm(node, origin, from);
  if (std::holds_alternative<SqueezeExcite>(operation)) return plan_squeeze_excite(node, origin, from);
  if (std::holds_alternative<Custom>(operation)) return plan_custom(node, from);
  plan_channels(node, origin, from);
}

Origin InheritancePlanner::origin_of(int node) const {
  const std::string& name = child_.node(node).name;
  const auto listed = origins_.find(name);
  return listed != origins_.end() ? listed->second : Origin{.node = name};
}

void InheritancePlanner::plan_input(int node) {
  const bool same = child_.input_shape() == parent_.input_shape();
  flow(node) = parent_flow(0);
  if (same) return;
  for (const Sense sense : kSenses) {
    flow(node)[sense].resize(static_cast<std::size_t>(child_.input_shape().channels), ChannelValues::kUnknown);
  }
  flow(node)[Sense::kTraining].assign(flow(node)[Sense::kTraining].size(), ChannelValues::kUnknown);
  flow(node)[Sense::kInference] = flow(node)[Sense::kTraining];
  changed(node, "the input has another shape");
}

void InheritancePlanner::pass(int node) {
  const Node& here = child_.node(node);
  const std::vector<Shape> shapes = child_.input_shapes(node);
  for (const Sense sense : kSenses) {
    std::vector<const Channels*> inputs;
    for (const int input : here.inputs) inputs.push_back(&flow(input)[sense]);
    flow(node)[sense] = *pass_through(here, shapes, inputs, sense, values_);
  }

  // What the parent does not have may resemble what the parent's node of this name makes of the same channel, or, for
  // a new operation, what came in.
  if (here.inputs.size() != 1) return;
  const Channels& in = flow(here.inputs[0])[Sense::kNear];
  Channels& near = flow(node)[Sense::kNear];
  if (near.size() != in.size()) return;
  const int from = parent_.find(origin_of(node).node);
  std::map<int, int> made_of;
  if (from > 0) {
    const Channels& read = parent_flow(parent_.node(from).inputs[0])[Sense::kInference];
    const Channels& made = parent_flow(from)[Sense::kInference];
    for (std::size_t c = 0; c < std::min(read.size(), made.size()); ++c) made_of.try_emplace(read[c], made[c]);
  }
  for (std::size_t c = 0; c < near.size(); ++c) {
    if (in[c] < 0 || is_known(Sense::kInference, near[c]) || !is_known(Sense::kInference, in[c])) continue;
    const auto found = made_of.find(in[c]);
    near[c] = found != made_of.end() ? found->second : in[c];
    const bool was_exact = flow(here.inputs[0])[Sense::kInference][c] == in[c];
    if (was_exact) changed(node, fmt::format("{} changes what the parent has here", name_of(here.operation)));
  }
}

void InheritancePlanner::resemble(int node, int from) {
  const auto channels = static_cast<std::size_t>(child_.node(node).shape.channels);
  for (const Sense sense : kSenses) flow(node)[sense].assign(channels, ChannelValues::kUnknown);
  const Channels& made = parent_flow(from)[Sense::kInference];
  std::copy_n(made.begin(), std::min(channels, made.size()), flow(node)[Sense::kNear].begin());
}

Flow InheritancePlanner::input_flow(const std::vector<Flow>& flows, const Architecture& architecture, int node) const {
  return flows[static_cast<std::size_t>(architecture.node(node).inputs[0])];
}

void InheritancePlanner::changed(int node, std::string why) {
  std::string& change = changes_[static_cast<std::size_t>(node)];
  if (change.empty()) change = std::move(why);
}

std::vector<bool> InheritancePlanner::live_nodes() const {
  std::vector<bool> live(child_.nodes().size(), false);
  live.back() = true;
  for (int i = child_.last(); i > 0; --i) {
    const auto index = static_cast<std::size_t>(i);
    if (!live[index] || plan_.nodes[index].start == Start::kZero) continue;
    for (const int input : child_.node(i).inputs) live[static_cast<std::size_t>(input)] = true;
  }
  return live;
}

void InheritancePlanner::finish() {
  // Inside a branch that starts at zero new layers need not pass on anything; at random they learn better.
  const std::vector<bool> live = live_nodes();
  for (std::size_t i = 0; i < live.size(); ++i) {
    if (!live[i] && plan_.nodes[i].start == Start::kIdentity) plan_.nodes[i] = {};
  }

  const Flow& parent_end = parent_flows_.back();
  const Flow& end = flows_.back();
  const bool same_shape = child_.output_shape() == parent_.output_shape();
  if (same_shape && end[Sense::kInference] == parent_end[Sense::kInference]) {
    const bool in_training = end[Sense::kTraining] == parent_end[Sense::kTraining];
    plan_.exactness = in_training ? Exactness::kTraining : Exactness::kInference;
  } else {
    std::size_t first = 0;
    while (first + 1 < live.size() && (!live[first] || changes_[first].empty())) ++first;
    std::string why = changes_[first];
    if (why.empty()) why = same_shape ? "the output is another" : "the output has another shape";
    plan_.why_not_exact = fmt::format("node '{}': {}", child_.node(static_cast<int>(first)).name, why);
  }
  plan_.inherited_parameters = inherited_parameters(parent_, child_, plan_);
}

InheritancePlan plan_inheritance(const Architecture& parent, const Architecture& child, const Origins& origins) {
  return InheritancePlanner(parent, child, origins).run();
}

}  // namespace nascent
