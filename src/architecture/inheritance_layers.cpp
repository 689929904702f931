#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "architecture/inheritance_planner.h"

namespace nascent {

WeightShape weight_shape(const Architecture& architecture, int node) {
  const int channels = architecture.input_shapes(node)[0].channels;
  const Operation& operation = architecture.node(node).operation;
  if (const auto* conv = std::get_if<Convolution>(&operation)) {
    return {conv->filters, channels / conv->groups, conv->groups, conv->kernel,
            conv->stride,  conv->dilation,          conv->bias};
  }
  const auto& dense = std::get<Dense>(operation);
  return {.outputs = dense.units, .inputs = channels, .bias = dense.bias};
}

bool InheritancePlanner::is_same_layer(int node, int from) const {
  const Operation& here = child_.node(node).operation;
  const Operation& there = parent_.node(from).operation;
  if (here.index() != there.index()) return false;
  if (std::holds_alternative<Convolution>(here)) {
    const WeightShape a = weight_shape(child_, node);
    const WeightShape b = weight_shape(parent_, from);
    return (a.groups == 1) == (b.groups == 1) && (a.inputs == 1 || b.inputs > 1 || a.groups == 1) &&
           (b.inputs == 1 || a.inputs > 1 || a.groups == 1);
  }
  if (std::holds_alternative<Custom>(here)) {
    return here == there && child_.input_shapes(node) == parent_.input_shapes(from);
  }
  return true;
}

template <typename Exact>
void InheritancePlanner::set_output(int node, const Origin& origin, int from, const Exact& exact) {
  NodeInheritance& start = start_of(node);
  for (const Sense sense : kSenses) {
    for (std::size_t c = 0; c < start.outputs.size(); ++c) {
      const int channel = start.outputs[c];
      const bool keeps = channel >= 0 && (sense == Sense::kNear || exact(sense, c));
      const Channels& made = parent_flow(from)[sense];
      flow(node)[sense].push_back(keeps ? values_.scaled(made[static_cast<std::size_t>(channel)], origin.scale)
                                        : ChannelValues::kUnknown);
    }
  }
}

void InheritancePlanner::plan_new_layer(int node) {
  const Operation& operation = child_.node(node).operation;
  const Flow in = input_flow(flows_, child_, node);
  NodeInheritance& start = start_of(node);
  std::vector<int> passed(static_cast<std::size_t>(child_.node(node).shape.channels), -1);
  bool exact_in_inference = true;
  bool exact_in_training = true;
  if (std::holds_alternative<Convolution>(operation) || std::holds_alternative<Dense>(operation)) {
    const WeightShape shape = weight_shape(child_, node);
    if (shape.stride == 1) {
      const int per_group = shape.outputs_of_group();
      for (int o = 0; o < shape.outputs; ++o) {
        const int within = o % per_group;
        if (within < shape.inputs) passed[static_cast<std::size_t>(o)] = o / per_group * shape.inputs + within;
      }
      start = {.start = Start::kIdentity, .outputs = passed};
    } else {
      changed(node, "a new layer with a stride cannot start as the identity");
    }
  } else if (std::holds_alternative<BatchNorm>(operation) || std::holds_alternative<Scale>(operation)) {
    std::iota(passed.begin(), passed.end(), 0);
    exact_in_training = std::holds_alternative<Scale>(operation);
    start.start = Start::kIdentity;
  } else {
    if (passed.size() == in[Sense::kNear].size()) std::iota(passed.begin(), passed.end(), 0);
    exact_in_inference = exact_in_training = false;
    changed(node, fmt::format("a new {} cannot start as the identity", name_of(operation)));
  }
  for (const int channel : passed) {
    const auto c = static_cast<std::size_t>(channel);
    const auto value = [&](Sense sense, bool keeps) {
      return keeps && channel >= 0 ? in[sense][c] : ChannelValues::kUnknown;
    };
    flow(node)[Sense::kTraining].push_back(value(Sense::kTraining, exact_in_training));
    flow(node)[Sense::kInference].push_back(value(Sense::kInference, exact_in_inference));
    flow(node)[Sense::kNear].push_back(value(Sense::kNear, true));
  }
}

void InheritancePlanner::plan_weights(int node, const Origin& origin, int from) {
  const WeightShape here = weight_shape(child_, node);
  const WeightShape there = weight_shape(parent_, from);
  const Flow in = input_flow(flows_, child_, node);
  const Flow read = input_flow(parent_flows_, parent_, from);
  NodeInheritance& start = start_of(node);
  start = {.start = Start::kInherited, .parent = from, .scale = origin.scale};
  start.outputs.assign(static_cast<std::size_t>(here.outputs), -1);

  const bool fits = here.stride == there.stride && here.kernel >= there.kernel &&
                    (here.dilation == there.dilation || there.kernel == 1) && (here.bias || !there.bias);
  if (!fits) changed(node, "its kernel, stride, dilation or bias cannot do what the parent's did");
  if (here.outputs < there.outputs && !origins_.contains(child_.node(node).name)) {
    changed(node, fmt::format("{} of {} outputs are left", here.outputs, there.outputs));
  }
  if (here.groups > 1 && here.inputs == 1) {
    const ChannelMatch match = match_each_channel(read, in);
    const int many = here.outputs_of_group();
    start.inputs = {0};
    for (int o = 0; o < here.outputs; ++o) {
      const int channel = match.parents[static_cast<std::size_t>(o / many)];
      if (channel >= 0 && o % many < there.outputs_of_group()) {
        start.outputs[static_cast<std::size_t>(o)] = channel * there.outputs_of_group() + o % many;
      }
    }
    if (match.missing > 0) changed(node, fmt::format("{} of the channels that it read are missing", match.missing));
    return set_output(node, origin, from, [&](Sense sense, std::size_t o) {
      const auto c = o / static_cast<std::size_t>(many);
      return fits && in[sense][c] == read[sense][static_cast<std::size_t>(match.parents[c])];
    });
  }
  const ChannelMatch match = match_channels(read, in);
  if (match.missing > 0) changed(node, fmt::format("{} of the channels that it read are missing", match.missing));
  if (here.groups > 1) return plan_groups(node, from, match, fits);
  start.inputs = match.parents;
  for (int o = 0; o < here.outputs && origin.first_channel + o < there.outputs; ++o) {
    start.outputs[static_cast<std::size_t>(o)] = origin.first_channel + o;
  }
  set_output(node, origin, from,
             [&](Sense sense, std::size_t) { return fits && match.complete[static_cast<std::size_t>(sense)]; });
}

/// The same rows of `inputs` serve all groups, so the channels of the parent's groups must lie in the child's in one
/// order.
void InheritancePlanner::plan_groups(int node, int from, const ChannelMatch& match, bool fits) {
  const WeightShape here = weight_shape(child_, node);
  const WeightShape there = weight_shape(parent_, from);
  const Flow in = input_flow(flows_, child_, node);
  const Flow read = input_flow(parent_flows_, parent_, from);
  NodeInheritance& start = start_of(node);
  const auto parent_of = [&](int group, int j) {
    return match.parents[static_cast<std::size_t>(group * here.inputs + j)];
  };
  const auto group_of = [&](int group) {
    for (int j = 0; j < here.inputs; ++j) {
      if (parent_of(group, j) >= 0) return parent_of(group, j) / there.inputs;
    }
    return -1;
  };
  start.inputs.assign(static_cast<std::size_t>(here.inputs), -1);
  for (int group = 0; group < here.groups; ++group) {
    if (group_of(group) < 0) continue;
    for (int j = 0; j < here.inputs; ++j) {
      const int p = parent_of(group, j);
      if (p >= 0 && p / there.inputs == group_of(group)) start.inputs[static_cast<std::size_t>(j)] = p % there.inputs;
    }
    break;
  }
  std::vector<bool> exact[2];
  for (int group = 0; group < here.groups; ++group) {
    const int source = group_of(group);
    bool holds[2] = {source >= 0, source >= 0};
    std::vector<bool> found(static_cast<std::size_t>(there.inputs), false);
    for (int j = 0; source >= 0 && j < here.inputs; ++j) {
      const int wanted = start.inputs[static_cast<std::size_t>(j)];
      if (wanted < 0) continue;
      found[static_cast<std::size_t>(wanted)] = true;
      const auto p = static_cast<std::size_t>(source * there.inputs + wanted);
      const auto c = static_cast<std::size_t>(group * here.inputs + j);
      for (const Sense sense : {Sense::kTraining, Sense::kInference}) {
        if (in[sense][c] != read[sense][p]) holds[static_cast<std::size_t>(sense)] = false;
      }
    }
    const bool all = std::ranges::all_of(found, [](bool f) { return f; });
    if (source >= 0 && !(holds[1] && all)) changed(node, "the channels of its groups have changed places");
    for (int o = 0; o < here.outputs_of_group(); ++o) {
      if (source >= 0 && o < there.outputs_of_group()) {
        start.outputs[static_cast<std::size_t>(group * here.outputs_of_group() + o)] =
            source * there.outputs_of_group() + o;
      }
      exact[0].push_back(holds[0] && all);
      exact[1].push_back(holds[1] && all);
    }
  }
  set_output(node, {.scale = start.scale}, from,
             [&](Sense sense, std::size_t o) { return fits && exact[static_cast<std::size_t>(sense)][o]; });
}

void InheritancePlanner::plan_channels(int node, const Origin& origin, int from) {
  const Flow in = input_flow(flows_, child_, node);
  const Flow read = input_flow(parent_flows_, parent_, from);
  const ChannelMatch match = match_each_channel(read, in);
  start_of(node) = {.start = Start::kInherited, .parent = from, .outputs = match.parents, .scale = origin.scale};
  if (match.missing > 0) changed(node, fmt::format("{} of the channels that it read are missing", match.missing));
  set_output(node, origin, from, [&](Sense sense, std::size_t c) {
    return in[sense][c] == read[sense][static_cast<std::size_t>(match.parents[c])];
  });
}

void InheritancePlanner::plan_layer_norm(int node, const Origin& origin, int from) {
  const Flow in = input_flow(flows_, child_, node);
  const Flow read = input_flow(parent_flows_, parent_, from);
  const ChannelMatch match = match_channels(read, in);
  start_of(node) = {.start = Start::kInherited, .parent = from, .outputs = match.parents, .scale = origin.scale};
  // Zeros count: they are in the mean.
  const bool all_match = in[Sense::kInference].size() == read[Sense::kInference].size() &&
                         std::ranges::all_of(match.parents, [](int p) { return p >= 0; });
  if (!all_match || match.missing > 0) changed(node, "a layer normalization mixes all channels, and they are others");
  set_output(node, origin, from,
             [&](Sense sense, std::size_t) { return all_match && match.complete[static_cast<std::size_t>(sense)]; });
}

void InheritancePlanner::plan_squeeze_excite(int node, const Origin& origin, int from) {
  const int units = std::get<SqueezeExcite>(child_.node(node).operation).units;
  const int parent_units = std::get<SqueezeExcite>(parent_.node(from).operation).units;
  const Flow in = input_flow(flows_, child_, node);
  const Flow read = input_flow(parent_flows_, parent_, from);
  const ChannelMatch match = match_channels(read, in);
  NodeInheritance& start = start_of(node);
  start = {.start = Start::kInherited, .parent = from, .outputs = match.parents};
  for (int u = 0; u < units; ++u) start.units.push_back(u < parent_units ? u : -1);
  if (units < parent_units || match.missing > 0)
    changed(node, "the gates depend on channels or units that are missing");
  set_output(node, {.node = origin.node}, from, [&](Sense sense, std::size_t) {
    return units >= parent_units && match.complete[static_cast<std::size_t>(sense)];
  });
}

/// What a user's operation does with its channels is not known: it is as it was only where its input is.
void InheritancePlanner::plan_custom(int node, int from) {
  NodeInheritance& start = start_of(node);
  start = {.start = Start::kInherited, .parent = from};
  start.outputs.resize(static_cast<std::size_t>(child_.node(node).shape.channels));
  std::iota(start.outputs.begin(), start.outputs.end(), 0);
  const auto same_inputs = [&](Sense sense) {
    for (std::size_t i = 0; i < child_.node(node).inputs.size(); ++i) {
      if (flow(child_.node(node).inputs[i])[sense] != parent_flow(parent_.node(from).inputs[i])[sense]) return false;
    }
    return true;
  };
  const bool same[2] = {same_inputs(Sense::kTraining), same_inputs(Sense::kInference)};
  if (!same[1]) changed(node, "its input is not what it was");
  set_output(node, {}, from, [&](Sense sense, std::size_t) { return same[static_cast<std::size_t>(sense)]; });
}

}  // namespace nascent
