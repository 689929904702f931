// The options of a network space as people write them: docs/formats/network_space.md.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "architecture/network_spaces.h"
#include "architecture/space_settings.h"
#include "nascent/core/files.h"
#include "nascent/core/near_match.h"
#include "nascent/core/quantity.h"
#include "nascent/space/settings_file.h"

namespace nascent {
namespace {

const std::vector<std::string> kSections{"network", "limits", "final", "fidelity", "training"};
const std::vector<std::string> kAxes{"epochs", "data", "resolution", "filters", "cells"};
const std::vector<std::string> kLimits{"parameters", "multiply_adds", "latency_ms"};
const std::vector<std::string> kFinal{"cells", "filters"};
constexpr double kMostTimes = 100;

class Reader {
 public:
  explicit Reader(SettingsFile file) : file_(std::move(file)) {}

  NetworkSpaceOptions read() {
    check_sections();
    NetworkSpaceOptions options;
    read_network(options);
    if (const Json* limits = section("limits", kLimits)) {
      options.limits.parameters = count(*limits, "parameters");
      options.limits.multiply_adds = count(*limits, "multiply_adds");
      options.limits.latency_ms = latency(*limits);
    }
    if (const Json* final_network = section("final", kFinal)) {
      options.final_network.cells = times(*final_network, "cells");
      options.final_network.filters = times(*final_network, "filters");
    }
    if (const Json* fidelity = section("fidelity", kAxes)) options.fidelity = range(*fidelity);
    options.training = std::move(file_.space);
    return options;
  }

 private:
  void check_sections() const {
    for (const auto& [name, value] : file_.values.items()) {
      const bool known = std::find(kSections.begin(), kSections.end(), name) != kSections.end();
      if (known && value.is_object()) continue;
      const std::string hint = did_you_mean(name, kSections);
      const std::string list = fmt::format("; there are [{}]", fmt::join(kSections, "], ["));
      if (known)
        throw file_.mistake(name, fmt::format("\"{0}\" is a section; write [{0}] and its keys below it", name));
      if (value.is_object())
        throw file_.mistake(name, fmt::format("there is no section [{}]{}", name, hint.empty() ? list : hint));
      throw file_.mistake(name, fmt::format("\"{}\" stands in no section{}", name, list));
    }
  }

  void read_network(NetworkSpaceOptions& options) const {
    const auto found = file_.values.find("network");
    if (found == file_.values.end()) return;
    options.settings = *found;
    if (const auto kind = found->find("kind"); kind != found->end()) {
      if (!kind->is_string())
        throw file_.mistake("network.kind", fmt::format("\"kind\" must be a text, not {}", kind->dump()));
      options.kind = *kind;
      options.settings.erase("kind");
    }
    try {
      check_settings(network_space_kind(options.kind), options.settings);
    } catch (const SettingError& error) {
      throw file_.mistake("network." + error.key(), error.what());
    } catch (const InputError& error) {
      throw file_.mistake("network.kind", error.what());
    }
  }

  /// What a file is for is not known here: images, or a table where the kind has other settings for one.
  static void check_settings(const NetworkSpaceKind& kind, const Json& settings) {
    try {
      kind.make(settings, {.input = {3, 32, 32}});
    } catch (const SettingError&) {
      if (!suit_tables(kind, settings)) throw;
    }
  }

  static bool suit_tables(const NetworkSpaceKind& kind, const Json& settings) {
    try {
      kind.make(settings, {.input = {8}});
    } catch (const InputError&) {
      return false;
    }
    return true;
  }

  /// Null where the file has none. Throws for a key that is not `known`.
  const Json* section(const std::string& name, const std::vector<std::string>& known) const {
    const auto found = file_.values.find(name);
    if (found == file_.values.end()) return nullptr;
    for (const auto& [key, value] : found->items()) {
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      const std::string hint = did_you_mean(key, known);
      throw file_.mistake(name + "." + key,
                          fmt::format("[{}] has no key \"{}\"{}", name, key,
                                      hint.empty() ? fmt::format("; it has {}", fmt::join(known, ", ")) : hint));
    }
    return &*found;
  }

  /// "epochs=0.5:6"; empty for a section without a key.
  std::string range(const Json& fidelity) const {
    std::string text;
    for (const auto& [axis, ends] : fidelity.items()) {
      if (!text.empty())
        throw file_.mistake("fidelity." + axis, "[fidelity] has one axis, along which a scheduler gives less");
      const bool two = ends.is_array() && ends.size() == 2 && ends[0].is_number() && ends[1].is_number();
      if (!two || !(ends[0].get<double>() > 0.0 && ends[0].get<double>() < ends[1].get<double>()))
        throw file_.mistake(
            "fidelity." + axis,
            fmt::format("{0} must be its least and its most, like {0} = [0.5, 6], not {1}", axis, ends.dump()));
      text = fmt::format("{}={}:{}", axis, ends[0].get<double>(), ends[1].get<double>());
    }
    return text;
  }

  std::int64_t count(const Json& limits, const std::string& key) const {
    const auto value = limits.find(key);
    if (value == limits.end()) return 0;
    try {
      return parse_count(value->is_string() ? value->get<std::string>() : value->dump(), key);
    } catch (const InputError& error) {
      throw file_.mistake("limits." + key, error.what());
    }
  }

  double latency(const Json& limits) const {
    const auto value = limits.find("latency_ms");
    if (value == limits.end()) return 0.0;
    if (!value->is_number() || !(value->get<double>() > 0.0) || std::isinf(value->get<double>()))
      throw file_.mistake("limits.latency_ms",
                          fmt::format("latency_ms must be a number of milliseconds above 0, not {}", value->dump()));
    return *value;
  }

  /// So many times as many: whole for cells.
  double times(const Json& final_network, const std::string& key) const {
    const auto value = final_network.find(key);
    if (value == final_network.end()) return 1.0;
    const bool whole = key == "cells";
    const bool is_number = whole ? value->is_number_integer() : value->is_number();
    if (!is_number || !(value->get<double>() >= 1.0 && value->get<double>() <= kMostTimes))
      throw file_.mistake("final." + key, fmt::format("{} must be a {}number from 1 to {}, not {}", key,
                                                      whole ? "whole " : "", kMostTimes, value->dump()));
    return *value;
  }

  SettingsFile file_;
};

bool names_a_file(const std::filesystem::path& path) {
  return path.has_extension() || path.has_parent_path() || std::filesystem::exists(path);
}

}  // namespace

NetworkSpaceOptions network_space_options(const std::string& text) {
  const std::vector<NetworkSpaceKind>& kinds = network_space_kinds();
  const bool is_kind = std::any_of(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.name == text; });
  if (is_kind || !names_a_file(text)) {
    NetworkSpaceOptions options;
    options.kind = network_space_kind(text).name;
    return options;
  }
  return Reader(settings_from_toml(read_file(text), text, "training")).read();
}

}  // namespace nascent
