#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "nascent/space/search_space.h"

namespace nascent {

/// A space that a person wrote, and what else the file says.
struct SpaceFile {
  SearchSpace space;
  std::string fidelity = {};  ///< of which a scheduler may give less, as "epochs=1:27"; empty if the file does not say
};

/// Reads TOML (docs/formats/space.md), or the JSON of a space if the name ends in ".json". Throws `InputError` naming
/// file, line and parameter.
SpaceFile read_space_file(const std::filesystem::path& path);

/// The same from a text; `name` stands for the file in messages.
SpaceFile space_file_from_toml(std::string_view text, const std::string& name);

/// The space alone.
SearchSpace space_from_toml(std::string_view text, const std::string& name);

/// The text form of a space; `space_from_toml` reads the same space from it. Throws `InputError` for the one thing that
/// the text cannot hold: a parameter called "constraints" beside constraints.
std::string space_to_toml(const SearchSpace& space);

}  // namespace nascent
