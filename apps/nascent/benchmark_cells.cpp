#include "benchmark_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace nascent::app {

std::string aligned(const std::vector<Cells>& lines) {
  std::vector<std::size_t> widths;
  for (const Cells& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (const Cells& line : lines) {
    text += fmt::format("  {:<{}}", line.front(), widths.front());
    for (std::size_t i = 1; i < line.size(); ++i) text += fmt::format("  {:>{}}", line[i], widths[i]);
    text += "\n";
  }
  return text;
}

std::string number(double value, int digits) {
  return std::isfinite(value) ? fmt::format("{:.{}g}", value, digits) : "-";
}

std::string with_half_width(const Estimate& estimate, int digits) {
  return fmt::format("{} +-{:.2g}", number(estimate.value, digits), 0.5 * (estimate.high - estimate.low));
}

std::string with_interval(const Estimate& estimate, int digits) {
  return fmt::format("{} [{}, {}]", number(estimate.value, digits), number(estimate.low, digits),
                     number(estimate.high, digits));
}

std::string duration(double seconds) {
  if (seconds < 1e-3) return fmt::format("{:.3g} us", seconds * 1e6);
  if (seconds < 1.0) return fmt::format("{:.3g} ms", seconds * 1e3);
  return fmt::format("{:.3g} s", seconds);
}

std::string percent(double share) { return fmt::format("{:.1f}", 100.0 * share); }

}  // namespace nascent::app
