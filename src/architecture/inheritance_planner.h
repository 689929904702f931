#pragma once

#include <set>
#include <string>
#include <vector>

#include "architecture/channel_flow.h"
#include "architecture/channel_match.h"
#include "nascent/architecture/inheritance.h"

namespace nascent {

/// Makes the plan of `plan_inheritance`: walks the child in order and keeps the values that flow out of each node, in
/// terms of the parent's.
class InheritancePlanner {
 public:
  InheritancePlanner(const Architecture& parent, const Architecture& child, const Origins& origins);
  InheritancePlan run();

 private:
  using Start = NodeInheritance::Start;

  void plan_node(int node);
  void plan_input(int node);
  void plan_sum(int node);        // inheritance_sums.cpp
  void pass(int node);            // operations without numbers
  void plan_new_layer(int node);  // inheritance_layers.cpp, and those that follow
  void plan_weights(int node, const Origin& origin, int from);
  void plan_groups(int node, int from, const ChannelMatch& match, bool fits);
  void plan_channels(int node, const Origin& origin, int from);
  void plan_layer_norm(int node, const Origin& origin, int from);
  void plan_squeeze_excite(int node, const Origin& origin, int from);
  void plan_custom(int node, int from);

  /// The node of the parent that a node comes from, and how.
  Origin origin_of(int node) const;
  bool is_same_layer(int node, int from) const;
  /// What comes out of an inherited layer. A channel keeps its value in the senses in which `exact` says so.
  template <typename Exact>
  void set_output(int node, const Origin& origin, int from, const Exact& exact);
  /// Nothing is known of the output but that it stands in the place of the parent's.
  void resemble(int node, int from);

  /// The last layer of a branch that can start at zero because nothing of it was there before and nobody else reads it;
  /// -1 if there is none.
  int zeroable_end(int node) const;
  void start_at_zero(int from, int end);
  bool is_new(int node) const;

  Flow input_flow(const std::vector<Flow>& flows, const Architecture& architecture, int node) const;
  const Flow& parent_flow(int node) const { return parent_flows_[static_cast<std::size_t>(node)]; }
  Flow& flow(int node) { return flows_[static_cast<std::size_t>(node)]; }
  NodeInheritance& start_of(int node) { return plan_.nodes[static_cast<std::size_t>(node)]; }
  bool is_known(Sense sense, int value) const { return known_[sense == Sense::kTraining ? 0 : 1].contains(value); }
  void changed(int node, std::string why);
  /// Whether the output depends on it.
  std::vector<bool> live_nodes() const;
  void finish();

  const Architecture& parent_;
  const Architecture& child_;
  const Origins& origins_;
  ChannelValues values_;
  std::vector<Flow> parent_flows_;
  std::set<int> known_[2];  ///< the values somewhere in the parent, in training and in inference
  std::vector<Flow> flows_;
  std::vector<int> readers_;
  std::vector<std::string> changes_;  ///< for each node, why its output is not what it was; empty if it is
  InheritancePlan plan_;
};

/// How many numbers of the child a plan copies from the parent.
std::int64_t inherited_parameters(const Architecture& parent, const Architecture& child, const InheritancePlan& plan);

/// The parts of a convolution or dense layer that decide which weights fit.
struct WeightShape {
  int outputs = 0;
  int inputs = 0;  ///< of a group
  int groups = 1;
  int kernel = 1;
  int stride = 1;
  int dilation = 1;
  bool bias = false;

  int outputs_of_group() const { return outputs / groups; }
};
WeightShape weight_shape(const Architecture& architecture, int node);

}  // namespace nascent
