#include "training/model_description.h"

#include <fmt/format.h>

#include "nascent/core/error.h"
#include "nascent/core/files.h"

namespace nascent {

void read_description(const std::filesystem::path& path, const std::function<void(const Json&)>& take) {
  const std::string text = read_file(path);
  try {
    take(Json::parse(text));
  } catch (const Json::exception& error) {
    throw InputError(fmt::format("{} is damaged: {}; fit the model again", path.string(), error.what()));
  }
}

}  // namespace nascent
