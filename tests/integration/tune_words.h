#pragma once

#include <string>
#include <vector>

#include "nascent/core/files.h"
#include "paths.h"
#include "support/temporary_folder.h"

/// `nascent tune` with a small space and a program that is a script.
namespace nascent::testing {

using Words = std::vector<std::string>;

inline constexpr const char* kSpace = R"(
x = { float = [-1.0, 1.0] }

[shape.choice.flat]

[shape.choice.bent]
bend = { float = [0.0, 1.0] }
)";

inline std::string space_in(const TemporaryFolder& folder, const std::string& text = kSpace) {
  write_file(folder / "space.toml", text);
  return folder / "space.toml";
}

/// `nascent tune` of a script of the shell; `$1` is x.
inline Words tune(const std::string& space, const Words& options, const std::string& script) {
  Words words{kNascent, "tune", space};
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), {"--", "sh", "-c", script, "script", "{x}"});
  return words;
}

inline const std::string kSquare = R"(awk -v x="$1" 'BEGIN {{ print "loss=" (x - 0.25) ^ 2 }}')";

}  // namespace nascent::testing
