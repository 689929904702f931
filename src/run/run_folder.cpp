#include "run/run_folder.h"

#include <fmt/format.h>

namespace nascent {

std::filesystem::path RunFolder::trial(std::int64_t number) const { return trials() / fmt::format("{:06}", number); }

}  // namespace nascent
