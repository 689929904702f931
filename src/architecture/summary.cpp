#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "architecture/text.h"
#include "nascent/architecture/architecture.h"

namespace nascent {

std::string with_thousands(std::int64_t value) {
  std::string digits = std::to_string(value);
  for (auto at = static_cast<std::int64_t>(digits.size()) - 3; at > (value < 0 ? 1 : 0); at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

std::string counted(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", with_thousands(count), noun, count == 1 ? "" : "s");
}

std::string stage_of(const Node& node) {
  const std::size_t slash = node.name.find('/');
  return slash != std::string::npos && node.name.starts_with("stage-") ? node.name.substr(0, slash) : std::string();
}

std::string cell_of(const Node& node) {
  for (std::size_t start = 0;;) {
    const std::size_t slash = node.name.find('/', start);
    if (slash == std::string::npos) return {};
    const std::string_view part = std::string_view(node.name).substr(start, slash - start);
    if (part.starts_with("cell-") || part.starts_with("reduction")) return node.name.substr(0, slash);
    start = slash + 1;
  }
}

std::string summary(const Architecture& architecture) {
  std::vector<std::string> stages;
  std::vector<int> stage_filters;
  std::vector<int> filters;
  std::int64_t dense = 0;
  std::set<std::string> cells;
  for (const Node& node : architecture.nodes()) {
    if (const std::string cell = cell_of(node); !cell.empty()) cells.insert(cell);
    if (std::holds_alternative<Dense>(node.operation)) ++dense;
    const auto* convolution = std::get_if<Convolution>(&node.operation);
    if (convolution == nullptr) continue;
    filters.push_back(convolution->filters);
    const std::string stage = stage_of(node);
    if (stage.empty() || (!stages.empty() && stages.back() == stage)) continue;
    stages.push_back(stage);
    stage_filters.push_back(convolution->filters);
  }
  const std::string parameters = counted(architecture.parameters(), "parameter");
  const std::string of_cells =
      cells.empty() ? "" : fmt::format(" with {}", counted(static_cast<std::int64_t>(cells.size()), "cell"));
  if (!stages.empty()) {
    return fmt::format("{}{}, {} filters, {}", counted(static_cast<std::int64_t>(stages.size()), "stage"), of_cells,
                       fmt::join(stage_filters, "-"), parameters);
  }
  if (filters.empty()) return fmt::format("{}, {}", counted(dense, "dense layer"), parameters);
  const auto [least, most] = std::minmax_element(filters.begin(), filters.end());
  const std::string range = *least == *most ? std::to_string(*least) : fmt::format("{} to {}", *least, *most);
  return fmt::format("{}, {} filters, {}",
                     cells.empty() ? counted(static_cast<std::int64_t>(filters.size()), "convolution")
                                   : counted(static_cast<std::int64_t>(cells.size()), "cell"),
                     range, parameters);
}

}  // namespace nascent
