#include <algorithm>

#include "nascent/architecture/architecture.h"

namespace nascent {

std::int64_t Architecture::activation_elements() const {
  std::int64_t total = 0;
  for (const Node& node : nodes_) total += node.shape.elements();
  return total;
}

std::int64_t Architecture::peak_activation_elements() const {
  std::vector<int> last_reader(nodes_.size());
  for (int i = 0; i <= last(); ++i) {
    last_reader[static_cast<std::size_t>(i)] = i;  // what nobody reads is freed at once
    for (const int input : node(i).inputs) last_reader[static_cast<std::size_t>(input)] = i;
  }
  std::vector<std::vector<int>> freed_after(nodes_.size());
  for (int i = 0; i <= last(); ++i) {
    freed_after[static_cast<std::size_t>(last_reader[static_cast<std::size_t>(i)])].push_back(i);
  }
  std::int64_t alive = 0;
  std::int64_t peak = 0;
  for (int i = 0; i <= last(); ++i) {
    alive += node(i).shape.elements();
    peak = std::max(peak, alive);
    for (const int freed : freed_after[static_cast<std::size_t>(i)]) alive -= node(freed).shape.elements();
  }
  return peak;
}

}  // namespace nascent
