#include "training/execution_plan.h"

#include <algorithm>

namespace nascent {
namespace {

class Planner {
 public:
  explicit Planner(const Architecture& net) : net_(net), readers_(reader_counts(net)) {}

  std::vector<ExecutionStep> plan() const {
    // A group runs where its last node stands; its other nodes run nowhere.
    std::vector<ExecutionStep> group_ending_at(net_.nodes().size());
    std::vector<bool> absorbed(net_.nodes().size(), false);
    for (int i = 1; i <= net_.last(); ++i) {
      if (!is<BatchNorm>(i)) continue;
      ExecutionStep group = group_of(i);
      for (int k = i; k != group.node; k = only_reader(k)) absorbed[static_cast<std::size_t>(k)] = true;
      group_ending_at[static_cast<std::size_t>(group.node)] = std::move(group);
    }
    std::vector<ExecutionStep> steps;
    for (int i = 1; i <= net_.last(); ++i) {
      if (absorbed[static_cast<std::size_t>(i)]) continue;
      ExecutionStep& group = group_ending_at[static_cast<std::size_t>(i)];
      steps.push_back(group.norm >= 0 ? std::move(group) : ExecutionStep{.node = i, .reads = net_.node(i).inputs});
    }
    note_last_reads(steps);
    return steps;
  }

 private:
  template <typename Kind>
  bool is(int index) const {
    return index >= 0 && std::holds_alternative<Kind>(net_.node(index).operation);
  }
  bool is_relu(int index) const {
    return is<Activation>(index) && std::get<Activation>(net_.node(index).operation).kind == ActivationKind::kRelu;
  }
  /// The node that reads this one, -1 if there is none or more than one.
  int only_reader(int index) const {
    if (readers_[static_cast<std::size_t>(index)] != 1) return -1;
    for (int i = index + 1; i <= net_.last(); ++i) {
      const std::vector<int>& inputs = net_.node(i).inputs;
      if (std::find(inputs.begin(), inputs.end(), index) != inputs.end()) return i;
    }
    return -1;
  }
  ExecutionStep group_of(int norm) const {
    ExecutionStep group{.node = norm, .norm = norm, .reads = net_.node(norm).inputs};
    if (const int sum = only_reader(norm); is<Add>(sum) && net_.node(sum).inputs.size() == 2) {
      const std::vector<int>& inputs = net_.node(sum).inputs;
      const int other = inputs[0] == norm ? inputs[1] : inputs[0];
      // What is added must have been computed by then: of two normalizations, the later takes the addition.
      if (other < norm) {
        group.node = sum;
        group.reads.push_back(other);
      }
    }
    if (const int next = only_reader(group.node); is_relu(next)) {
      group.node = next;
      group.relu = true;
    }
    return group;
  }
  static void note_last_reads(std::vector<ExecutionStep>& steps) {
    std::vector<int> seen;
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
      for (const int read : step->reads) {
        if (std::find(seen.begin(), seen.end(), read) != seen.end()) continue;
        seen.push_back(read);
        step->last_reads.push_back(read);
      }
    }
  }

  const Architecture& net_;
  std::vector<int> readers_;
};

}  // namespace

std::vector<ExecutionStep> plan_execution(const Architecture& architecture) { return Planner(architecture).plan(); }

std::vector<int> reader_counts(const Architecture& architecture) {
  std::vector<int> counts(architecture.nodes().size(), 0);
  for (const Node& node : architecture.nodes()) {
    for (const int input : node.inputs) ++counts[static_cast<std::size_t>(input)];
  }
  return counts;
}

}  // namespace nascent
