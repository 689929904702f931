#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "nascent/space/search_space.h"

/// What the readers of TOML files share.
namespace nascent {

/// A key of a table and what it holds.
struct TomlEntry {
  std::string name;
  const toml::node* node;
  toml::source_position position;
};

/// toml++ sorts by name; people see the order of their file.
std::vector<TomlEntry> in_file_order(const toml::table& table);

/// "a list", "a number", ...
std::string type_name(const toml::node& node);

/// Throws `InputError` with line, column and remedy; `name` stands for the file.
toml::table parse_toml(std::string_view text, const std::string& name);

/// The parameters of a table in the language of docs/formats/space.md. `name` stands for the file in messages.
SearchSpace space_from_table(const toml::table& table, const std::string& name);

}  // namespace nascent
