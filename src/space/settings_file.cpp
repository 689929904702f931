#include "nascent/space/settings_file.h"

#include <fmt/format.h>

#include "space/toml_text.h"

namespace nascent {
namespace {

Json json_of(const toml::node& node, const std::string& name) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return integer->get();
  if (const auto* real = node.as_floating_point()) return real->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  Json json;
  if (const auto* list = node.as_array()) {
    json = Json::array();
    for (const toml::node& item : *list) json.push_back(json_of(item, name));
  } else if (const auto* table = node.as_table()) {
    json = Json::object();
    for (auto&& [key, value] : *table) json[std::string(key.str())] = json_of(value, name);
  } else {
    throw InputError(fmt::format("{}:{}: {} means nothing here; write a text, a number or a list", name,
                                 node.source().begin.line, type_name(node)));
  }
  return json;
}

}  // namespace

InputError SettingsFile::mistake(const std::string& where, const std::string& what) const {
  auto line = lines.find(where);
  if (line == lines.end()) line = lines.find(where.substr(0, where.find('.')));
  if (line == lines.end()) return InputError(fmt::format("{}: {}", name, what));
  return InputError(fmt::format("{}:{}: {}", name, line->second, what));
}

SettingsFile settings_from_toml(std::string_view text, const std::string& name, const std::string& space_section) {
  const toml::table root = parse_toml(text, name);
  SettingsFile file{.name = name};
  for (const TomlEntry& section : in_file_order(root)) {
    file.lines[section.name] = section.position.line;
    const toml::table* table = section.node->as_table();
    if (section.name == space_section && table != nullptr) {
      file.space = space_from_table(*table, name);
      continue;
    }
    file.values[section.name] = json_of(*section.node, name);
    if (table == nullptr) continue;
    for (const TomlEntry& entry : in_file_order(*table))
      file.lines[section.name + "." + entry.name] = entry.position.line;
  }
  return file;
}

}  // namespace nascent
