#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nascent/architecture/architecture.h"
#include "nascent/core/error.h"

namespace nascent::testing {

/// A network that tests write down and edit by names.
struct NetworkDraft {
  struct Line {
    std::string name;
    Operation operation;
    std::vector<std::string> inputs;
  };

  Shape input;
  std::vector<Line> lines;

  /// Reads the line before unless told otherwise.
  NetworkDraft& add(std::string name, Operation operation, std::vector<std::string> inputs = {}) {
    if (inputs.empty()) inputs = {lines.empty() ? "input" : lines.back().name};
    lines.push_back({std::move(name), std::move(operation), std::move(inputs)});
    return *this;
  }

  Line& line(const std::string& name) {
    return *std::find_if(lines.begin(), lines.end(), [&](const Line& line) { return line.name == name; });
  }

  /// Behind a line; whoever read that reads the new one.
  NetworkDraft& insert_behind(const std::string& name, std::string added, Operation operation) {
    for (Line& line : lines) std::replace(line.inputs.begin(), line.inputs.end(), name, added);
    auto place = std::find_if(lines.begin(), lines.end(), [&](const Line& line) { return line.name == name; });
    lines.insert(place == lines.end() ? lines.begin() : place + 1, {added, std::move(operation), {name}});
    return *this;
  }

  Architecture build() const {
    Architecture net(input);
    for (const Line& line : lines) {
      std::vector<int> inputs;
      for (const std::string& name : line.inputs) inputs.push_back(net.find(name));
      net.append(line.name, line.operation, std::move(inputs));
    }
    return net;
  }

  std::optional<Architecture> try_build() const {
    try {
      return build();
    } catch (const InputError&) {
      return std::nullopt;
    }
  }
};

}  // namespace nascent::testing
