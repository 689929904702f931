#include "nascent/core/quantity.h"

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <cmath>

#include "nascent/core/error.h"

namespace nascent {
namespace {

/// Reads a decimal number at the front of `text` and removes it; false when there is none.
bool take_number(std::string_view& text, double& value) {
  if (text.empty() || (std::isdigit(static_cast<unsigned char>(text.front())) == 0 && text.front() != '.'))
    return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

std::string_view take_letters(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && std::isalpha(static_cast<unsigned char>(text[count])) != 0) ++count;
  const std::string_view letters = text.substr(0, count);
  text.remove_prefix(count);
  return letters;
}

/// Seconds in one unit, 0 for an unknown one.
double seconds_per(std::string_view unit) {
  if (unit.empty() || unit == "s" || unit == "sec") return 1.0;
  if (unit == "ms") return 1e-3;
  if (unit == "m" || unit == "min") return 60.0;
  if (unit == "h") return 3600.0;
  if (unit == "d") return 86400.0;
  return 0.0;
}

}  // namespace

double parse_duration(std::string_view text, std::string_view option) {
  const auto fail = [&]() {
    return InputError(fmt::format("{}: \"{}\" is not a time; write for example 45s, 10m or 1h30m", option, text));
  };
  double total = 0.0;
  std::string_view rest = text;
  if (rest.empty()) throw fail();
  while (!rest.empty()) {
    double value = 0.0;
    if (!take_number(rest, value)) throw fail();
    const double unit = seconds_per(take_letters(rest));
    if (unit == 0.0) throw fail();
    total += value * unit;
  }
  if (!(total > 0.0) || !std::isfinite(total)) throw fail();
  return total;
}

std::uint64_t parse_size(std::string_view text, std::string_view option) {
  const auto fail = [&]() {
    return InputError(fmt::format("{}: \"{}\" is not a size; write for example 800M or 2G", option, text));
  };
  double value = 0.0;
  std::string_view rest = text;
  if (!take_number(rest, value)) throw fail();
  const std::string_view unit = take_letters(rest);
  if (!rest.empty()) throw fail();
  double factor = 1.0;
  if (!unit.empty() && unit != "B") {
    const std::string_view tail = unit.substr(1);
    if (!tail.empty() && tail != "B" && tail != "iB") throw fail();
    switch (std::toupper(static_cast<unsigned char>(unit.front()))) {
      case 'K':
        factor = 1024.0;
        break;
      case 'M':
        factor = 1024.0 * 1024.0;
        break;
      case 'G':
        factor = 1024.0 * 1024.0 * 1024.0;
        break;
      case 'T':
        factor = 1024.0 * 1024.0 * 1024.0 * 1024.0;
        break;
      default:
        throw fail();
    }
  }
  const double bytes = value * factor;
  if (!(bytes >= 1.0) || bytes > 9e18) throw fail();
  return static_cast<std::uint64_t>(bytes);
}

std::int64_t parse_count(std::string_view text, std::string_view option) {
  const auto fail = [&]() {
    return InputError(fmt::format("{}: \"{}\" is not a whole number; write for example 500k or 50M", option, text));
  };
  double value = 0.0;
  std::string_view rest = text;
  if (!take_number(rest, value)) throw fail();
  const std::string_view unit = take_letters(rest);
  if (!rest.empty()) throw fail();
  if (unit == "k" || unit == "K")
    value *= 1e3;
  else if (unit == "M")
    value *= 1e6;
  else if (unit == "G")
    value *= 1e9;
  else if (!unit.empty())
    throw fail();
  const double whole = std::round(value);
  // 1.1M is 1100000.0000000002 in binary.
  if (!(whole >= 1.0) || whole > 9e18 || std::fabs(value - whole) > 1e-6 * whole) throw fail();
  return static_cast<std::int64_t>(whole);
}

std::string format_duration(double seconds) {
  if (!std::isfinite(seconds)) return "unlimited";
  if (seconds < 0.9995) return fmt::format("{:.0f} ms", seconds * 1e3);
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string format_size(std::uint64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (value < 1e3) return fmt::format("{} B", bytes);
  if (value < 1e6) return fmt::format("{:.0f} kB", value / 1e3);
  if (value < 1e9) return fmt::format("{:.1f} MB", value / 1e6);
  return fmt::format("{:.1f} GB", value / 1e9);
}

std::string format_number(double value) {
  if (!std::isfinite(value)) return fmt::format("{}", value);
  const double size = std::fabs(value);
  if (size != 0.0 && (size < 1e-3 || size >= 1e9)) return fmt::format("{:.4g}", value);
  if (value == std::floor(value)) return fmt::format("{:.0f}", value);
  if (size >= 1e4) return fmt::format("{:.1f}", value);
  return fmt::format("{:.5g}", value);
}

}  // namespace nascent
