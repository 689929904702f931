#include "nascent/architecture/network_space.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>

#include "architecture/network_spaces.h"
#include "nascent/core/error.h"
#include "nascent/core/near_match.h"
#include "nascent/core/random.h"

namespace nascent {
namespace {

/// Of so many random networks so many must keep the limits: a search that finds hardly any would get stuck.
constexpr int kMostDraws = 1000;
constexpr int kLeastKept = 5;
/// Configurations whose size is remembered.
constexpr std::size_t kMostRemembered = 4096;

/// Whether the network of a configuration keeps the limits, and also the larger one that it is made into at the end.
/// Remembers its answers.
class LimitCheck {
 public:
  LimitCheck(const NetworkSpaceOptions& options, decltype(NetworkSpace::build) build)
      : limits_(options.limits), final_network_(options.final_network), build_(std::move(build)) {}

  bool keeps(const Configuration& configuration) {
    const std::uint64_t hash = configuration.hash();
    const std::lock_guard lock(mutex_);
    const auto known = answers_.find(hash);
    if (known != answers_.end()) return known->second;
    const bool kept = is_small_enough(build_(configuration, {})) &&
                      (final_network_ == Enlargement{} || is_small_enough(build_(configuration, final_network_)));
    if (answers_.size() >= kMostRemembered) answers_.clear();
    answers_.emplace(hash, kept);
    return kept;
  }

 private:
  bool is_small_enough(const Architecture& network) const {
    return (limits_.parameters == 0 || network.parameters() <= limits_.parameters) &&
           (limits_.multiply_adds == 0 || network.multiply_adds() <= limits_.multiply_adds);
  }

  NetworkLimits limits_;
  Enlargement final_network_;
  decltype(NetworkSpace::build) build_;
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, bool> answers_;
};

/// Multiplies what makes networks large, where the space allows it, and rounds to its steps.
void scale_sizes(const SearchSpace& space, Configuration& configuration, double factor) {
  static const std::set<std::string> kSizes{"filters", "units", "cells"};
  for (const Parameter& parameter : space.parameters()) {
    Value& value = *configuration.find(parameter.name);
    if (const auto* domain = std::get_if<IntDomain>(&parameter.domain); domain != nullptr) {
      if (!kSizes.contains(parameter.name)) continue;
      auto& number = std::get<std::int64_t>(value);
      const auto wanted = static_cast<std::int64_t>(static_cast<double>(number) * factor);
      if (wanted < number)
        number = std::max(domain->low, number - (number - wanted + domain->step - 1) / domain->step * domain->step);
    } else if (const auto* list = std::get_if<RepeatDomain>(&parameter.domain)) {
      for (Element& element : std::get<std::vector<Element>>(value)) scale_sizes(list->element, element.values, factor);
    }
  }
}

/// Takes the last element off every longest list; false where no list can lose one.
bool shorten(const SearchSpace& space, Configuration& configuration) {
  for (const Parameter& parameter : space.parameters()) {
    const auto* list = std::get_if<RepeatDomain>(&parameter.domain);
    if (list == nullptr) continue;
    auto& elements = std::get<std::vector<Element>>(*configuration.find(parameter.name));
    for (Element& element : elements)
      if (shorten(list->element, element.values)) return true;
    if (static_cast<std::int64_t>(elements.size()) <= list->minimum) continue;
    elements.pop_back();
    return true;
  }
  return false;
}

/// The starting point made smaller, filters first and then layers, until it is allowed; none where that is not enough.
std::optional<Configuration> shrunk(const SearchSpace& space, Configuration configuration) {
  do {
    for (int percent = 100; percent >= 10; percent -= 5) {
      Configuration smaller = configuration;
      scale_sizes(space, smaller, percent / 100.0);
      if (space.allows(smaller)) return smaller;
    }
  } while (shorten(space, configuration));
  return {};
}

std::string limits_text(const NetworkLimits& limits) {
  std::string text;
  if (limits.parameters > 0) text = fmt::format("{} parameters", limits.parameters);
  if (limits.multiply_adds > 0)
    text += fmt::format("{}{} multiply-adds", text.empty() ? "" : " and ", limits.multiply_adds);
  return text;
}

void check(const NetworkLimits& limits) {
  if (limits.parameters < 0 || limits.multiply_adds < 0 || !(limits.latency_ms >= 0.0))
    throw InputError("the limits of networks must be 0 (none) or more");
}

void check_random_networks(const NetworkSpace& space, const SearchSpace& unlimited, const NetworkLimits& limits) {
  Random random(1);
  int kept = 0;
  for (int i = 0; i < kMostDraws && kept < kLeastKept; ++i)
    kept += space.space.allows(unlimited.sample(random)) ? 1 : 0;
  if (kept < kLeastKept)
    throw InputError(
        fmt::format("network space \"{}\": hardly any of its networks keeps the limit of {} ({} of {} drawn "
                    "at random); raise the limit, or narrow the settings of the space",
                    space.kind, limits_text(limits), kept, kMostDraws));
}

void keep_limits(NetworkSpace& space, const NetworkSpaceOptions& options) {
  const SearchSpace unlimited = space.space;
  SpaceTraits traits = unlimited.traits();
  traits.allowed = [check = std::make_shared<LimitCheck>(options, space.build),
                    before = unlimited.traits().allowed](const Configuration& configuration) {
    return (!before || before(configuration)) && check->keeps(configuration);
  };
  space.space.set_traits(std::move(traits));
  check_random_networks(space, unlimited, options.limits);
  std::vector<Configuration> first;
  std::set<std::uint64_t> seen;
  for (Configuration& one : space.first) {
    std::optional<Configuration> kept = shrunk(space.space, std::move(one));
    if (kept && seen.insert(space.space.key(*kept)).second) first.push_back(std::move(*kept));
  }
  if (first.empty()) {
    Random random(1);
    first.push_back(space.space.sample(random));
  }
  space.first = std::move(first);
}

}  // namespace

const std::vector<NetworkSpaceKind>& network_space_kinds() {
  static const std::vector<NetworkSpaceKind> kinds{
      {"macro", "layers of any kind with skip connections, in stages; dense layers for vectors", make_macro_space},
      {"cell", "one cell whose edges carry operations, repeated in stages (NAS-Bench-201)", make_cell_space},
      {"nasnet", "a normal and a reduction cell whose nodes add up two operations each (NASNet, DARTS)",
       make_nasnet_space},
  };
  return kinds;
}

const NetworkSpaceKind& network_space_kind(const std::string& name) {
  std::vector<std::string> names;
  for (const NetworkSpaceKind& kind : network_space_kinds()) {
    if (kind.name == name) return kind;
    names.push_back(kind.name);
  }
  const std::string hint = did_you_mean(name, names);
  throw InputError(fmt::format("there is no kind of network space \"{}\"{}", name,
                               hint.empty() ? fmt::format("; there are {}", fmt::join(names, ", ")) : hint));
}

NetworkSpace make_network_space(const NetworkSpaceOptions& options, const NetworkTask& task) {
  check(options.limits);
  NetworkSpace space = network_space_kind(options.kind).make(options.settings, task);
  if (options.limits.parameters > 0 || options.limits.multiply_adds > 0) keep_limits(space, options);
  return space;
}

}  // namespace nascent
