#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "nascent/core/error.h"
#include "nascent/core/json.h"
#include "nascent/space/search_space.h"

namespace nascent {

/// What a person wrote as TOML: sections of keys and values, and in one section the parameters of a space.
struct SettingsFile {
  std::string name;                          ///< of the file, for messages
  Json values = Json::object();              ///< section -> key -> value; what stands in no section is no object
  std::map<std::string, std::size_t> lines;  ///< of "section" and of "section.key"
  SearchSpace space;                         ///< empty where its section is missing or empty

  /// A sentence about a section or a key ("section.key"), with file and line in front.
  InputError mistake(const std::string& where, const std::string& what) const;
};

/// `space_section` is read in the language of docs/formats/space.md and is not among the values. Throws `InputError`
/// naming file and line for what is no TOML, dates and times, and mistakes in the space.
SettingsFile settings_from_toml(std::string_view text, const std::string& name, const std::string& space_section);

}  // namespace nascent
