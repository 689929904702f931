#include "nascent/architecture/custom_operation.h"

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <vector>

#include "nascent/core/error.h"
#include "nascent/core/near_match.h"

namespace nascent {
namespace {

struct Registry {
  std::mutex mutex;
  std::map<std::string, CustomOperation, std::less<>> operations;
};

Registry& registry() {
  static Registry instance;
  return instance;
}

}  // namespace

void register_operation(std::string kind, CustomOperation operation) {
  if (kind.empty()) throw InputError("an operation needs a name to be registered under");
  if (!operation.shape) throw InputError(fmt::format("operation '{}': it must say what shape comes out", kind));
  Registry& known = registry();
  const std::lock_guard lock(known.mutex);
  if (known.operations.contains(kind)) throw InputError(fmt::format("operation '{}' is registered already", kind));
  known.operations.emplace(std::move(kind), std::move(operation));
}

const CustomOperation& custom_operation(std::string_view kind, std::string_view node) {
  Registry& known = registry();
  const std::lock_guard lock(known.mutex);
  if (const auto found = known.operations.find(kind); found != known.operations.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [name, operation] : known.operations) names.push_back(name);
  throw InputError(fmt::format("node '{}': nobody has registered the operation '{}'{}", node, kind,
                               did_you_mean(std::string(kind), names)));
}

}  // namespace nascent
