#include "nascent/training/custom_module.h"

#include <fmt/format.h>

#include <map>
#include <mutex>

#include "nascent/core/error.h"
#include "nascent/core/near_match.h"

namespace nascent {
namespace {

struct Registry {
  std::mutex mutex;
  std::map<std::string, CustomModuleFactory, std::less<>> factories;
};

Registry& registry() {
  static Registry instance;
  return instance;
}

CustomModuleFactory factory_of(const std::string& kind, std::string_view node) {
  Registry& known = registry();
  const std::lock_guard lock(known.mutex);
  if (const auto found = known.factories.find(kind); found != known.factories.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [name, factory] : known.factories) names.push_back(name);
  throw InputError(fmt::format("node '{}': nobody has registered how the operation '{}' computes{}", node, kind,
                               did_you_mean(kind, names)));
}

}  // namespace

void register_module(std::string kind, CustomModuleFactory factory) {
  if (kind.empty()) throw InputError("a module needs the name of its operation to be registered under");
  if (!factory) throw InputError(fmt::format("operation '{}': its module cannot be made by an empty function", kind));
  Registry& known = registry();
  const std::lock_guard lock(known.mutex);
  if (known.factories.contains(kind)) {
    throw InputError(fmt::format("operation '{}': its module is registered already", kind));
  }
  known.factories.emplace(std::move(kind), std::move(factory));
}

std::shared_ptr<CustomModule> make_custom_module(const Custom& operation, std::span<const Shape> inputs,
                                                 std::string_view node) {
  std::shared_ptr<CustomModule> module = factory_of(operation.kind, node)(operation.options, inputs);
  if (module == nullptr) {
    throw InputError(fmt::format("node '{}': the factory of '{}' made no module", node, operation.kind));
  }
  return module;
}

}  // namespace nascent
