#include "space/toml_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "nascent/core/error.h"

namespace nascent {
namespace {

const char* syntax_remedy(std::string_view what) {
  const auto says = [&](std::string_view part) { return what.find(part) != std::string_view::npos; };
  if (says("redefine")) return "give each parameter of one level a name of its own";
  if (says("utf-8")) return "save the file as UTF-8";
  if (says("inline table")) return "a table in { } must be closed in the line where it begins";
  return "texts stand in quotes, lists in [ ], tables in { }";
}

}  // namespace

std::vector<TomlEntry> in_file_order(const toml::table& table) {
  std::vector<TomlEntry> entries;
  for (auto&& [key, node] : table) entries.push_back({std::string(key.str()), &node, key.source().begin});
  std::stable_sort(entries.begin(), entries.end(),
                   [](const TomlEntry& a, const TomlEntry& b) { return a.position < b.position; });
  return entries;
}

std::string type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
    case toml::node_type::floating_point:
      return "a number";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

toml::table parse_toml(std::string_view text, const std::string& name) {
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    const auto position = error.source().begin;
    std::string what(error.description());
    if (what.starts_with('E')) what.front() = 'e';
    throw InputError(
        fmt::format("{}:{}: column {}: {}; {}", name, position.line, position.column, what, syntax_remedy(what)));
  }
}

}  // namespace nascent
