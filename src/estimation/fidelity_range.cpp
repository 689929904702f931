#include "nascent/estimation/fidelity_range.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "nascent/core/error.h"

namespace nascent {
namespace {

std::optional<double> number(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

}  // namespace

FidelityRange parse_fidelity_range(const std::string& text, std::string_view examples) {
  const std::string_view view = text;
  const std::size_t equals = view.find('=');
  const std::size_t colon = equals == std::string_view::npos ? equals : view.find(':', equals);
  if (colon != std::string_view::npos && equals > 0) {
    const auto least = number(view.substr(equals + 1, colon - equals - 1));
    const auto most = number(view.substr(colon + 1));
    if (least && most && *least > 0.0 && *least < *most) return {text.substr(0, equals), *least, *most};
  }
  throw InputError(fmt::format("--fidelity: {} is not a range; write its least and its most: {}",
                               text.empty() ? "\"\"" : text, examples));
}

}  // namespace nascent
