#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "nascent/architecture/architecture.h"
#include "nascent/core/json.h"
#include "nascent/space/search_space.h"

namespace nascent {

/// What a network is for.
struct NetworkTask {
  Shape input;
  int outputs = 2;        ///< classes, or 1 for a number
  std::size_t count = 0;  ///< examples to learn from; 0 if not known
};

/// Bounds that networks must keep; 0 for none. Networks above those of parameters and multiply-adds are never proposed;
/// the latency is measured on the machine before a network is trained.
struct NetworkLimits {
  std::int64_t parameters = 0;
  std::int64_t multiply_adds = 0;
  double latency_ms = 0.0;  ///< of a forward pass of one example on one core
  bool operator==(const NetworkLimits&) const = default;
};

/// What makes the final network larger than the ones that were searched (`NASNet-A (6 @ 768)` and the like), or those
/// that stand for others at a low fidelity smaller.
struct Enlargement {
  double cells = 1.0;    ///< so many times as many cells in each stage, at least one
  double filters = 1.0;  ///< so many times as many filters
  bool operator==(const Enlargement&) const = default;
};

/// A space of networks: what may be chosen, and the network that a choice stands for.
struct NetworkSpace {
  std::string kind;  ///< "macro", "cell", ...
  /// The parameters of the network. Its traits hold the limits (`SpaceTraits::allowed`) and what makes two networks
  /// one.
  SearchSpace space;
  /// The network of a configuration, which may hold more parameters than the space. Nodes carry the identities of the
  /// list elements that they come from, so that weights can follow them (`plan_inheritance`).
  std::function<Architecture(const Configuration&, const Enlargement&)> build;
  /// Starting points, the smallest network that trains first. All keep the limits.
  std::vector<Configuration> first;
};

/// What to make a space of networks from: a kind with its settings, or a file. Plain data that a run folder keeps.
struct NetworkSpaceOptions {
  std::string kind = "macro";
  Json settings = Json::object();  ///< of the kind; what is not given has its default
  NetworkLimits limits;
  Enlargement final_network;  ///< applied to the networks that are trained at the end
  std::string fidelity;       ///< what a scheduler gives less of, "epochs=0.5:6"; empty: what suits the data
  SearchSpace training;       ///< hyperparameters beside the network that replace those of the same name
  bool operator==(const NetworkSpaceOptions&) const = default;

  Json to_json() const;
  static NetworkSpaceOptions from_json(const Json& json);
};

/// One line of the table of kinds.
struct NetworkSpaceKind {
  std::string name;
  std::string help;  ///< one sentence
  NetworkSpace (*make)(const Json& settings, const NetworkTask& task);
};

/// "macro": layers in stages, or dense layers where the input is a vector. "cell": a cell whose edges carry operations
/// (NAS-Bench-201). "nasnet": a normal and a reduction cell whose nodes join two operations each.
const std::vector<NetworkSpaceKind>& network_space_kinds();

/// Throws `InputError` for an unknown kind or setting (with near matches), a value out of its range, and limits that no
/// network of the space keeps.
NetworkSpace make_network_space(const NetworkSpaceOptions& options, const NetworkTask& task);

/// `text` is a kind, or a file as in docs/formats/network_space.md. Throws `InputError` naming the file and the line.
NetworkSpaceOptions network_space_options(const std::string& text);

}  // namespace nascent
