#include "nascent/core/method_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "nascent/core/error.h"
#include "nascent/core/near_match.h"

namespace nascent {
namespace {

/// "; did you mean ...?" or, where nothing is near, all there are.
std::string alternatives(const std::string& name, const std::vector<std::string>& names) {
  const std::string hint = did_you_mean(name, names);
  return hint.empty() ? fmt::format("; choose one of {}", fmt::join(names, ", ")) : hint;
}

}  // namespace

void read_method_options(const MethodKind& kind, const std::string& method, std::string_view text,
                         std::map<std::string, double>& values) {
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), item.size() + 1));
    const std::size_t equals = item.find('=');
    const std::string_view number = equals == std::string_view::npos ? "" : item.substr(equals + 1);
    double value = 0.0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc() || end != number.data() + number.size()) {
      throw InputError(fmt::format("{} \"{}\": \"{}\" is not an option and its number; write it as {}:name=1.5",
                                   kind.brief, method, item, method));
    }
    values[std::string(item.substr(0, equals))] = value;
  }
}

void complete_method_options(const MethodKind& kind, const std::string& method,
                             const std::vector<MethodOption>& options, bool others,
                             std::map<std::string, double>& values) {
  std::vector<std::string> names;
  for (const MethodOption& option : options) {
    names.push_back(option.name);
    const double value = values.try_emplace(option.name, option.default_value).first->second;
    if (!(value >= option.low && value <= option.high)) {
      throw InputError(fmt::format("{} \"{}\": {} must lie between {} and {}, not be {}", kind.brief, method,
                                   option.name, option.low, option.high, value));
    }
  }
  if (others) return;
  for (const auto& [name, value] : values) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    throw InputError(fmt::format("{} \"{}\" has no option \"{}\"{}", kind.brief, method, name,
                                 names.empty() ? "; it has none" : alternatives(name, names)));
  }
}

void throw_no_such_method(const MethodKind& kind, const std::string& name, const std::vector<std::string>& names) {
  throw InputError(fmt::format("there is no {} \"{}\"{}", kind.full, name, alternatives(name, names)));
}

}  // namespace nascent
