#include "run/run_folder.h"

#include <fmt/format.h>

namespace nascent {

std::filesystem::path RunFolder::trial(std::int64_t number) const { return trials() / fmt::format("{:06}", number); }

std::filesystem::path RunFolder::test_predictions(std::int64_t number) const {
  return data() / fmt::format("test-predictions-{:06}.bin", number);
}

}  // namespace nascent
