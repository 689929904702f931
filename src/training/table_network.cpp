#include "training/table_network.h"

#include <algorithm>
#include <cmath>

#include "nascent/core/error.h"
#include "nascent/core/files.h"
#include "training/model_description.h"
#include "training/weights_file.h"

namespace nascent {
namespace {

constexpr const char* kWeightsFile = "weights.pt";

}  // namespace

TableNetwork::TableNetwork(const char* file, Configuration configuration, Task task)
    : configuration_(std::move(configuration)), task_(std::move(task)), file_(file) {}

void TableNetwork::save(const std::filesystem::path& folder) const {
  if (module() == nullptr) throw InternalError("a network for a table was to be saved before it was fitted");
  save_weights(*module(), folder / kWeightsFile);
  Json description = {{"version", 1}, {"target", target_.to_json()}};
  description.update(describe());
  write_file_atomically(folder / file_, description.dump());
}

void TableNetwork::load(const std::filesystem::path& folder, const Task& task) {
  task_ = task;
  read_description(folder / file_, [&](const Json& description) {
    target_ = TabularTarget::from_json(description.at("target"));
    rebuild(description);
  });
  load_weights(*module(), folder / kWeightsFile);
  module()->eval();
}

void TableNetwork::finish(Matrix& predictions) const {
  if (!task_.is_classification()) target_.restore(predictions);
  if (!std::ranges::all_of(predictions.values, [](float value) { return std::isfinite(value); }))
    throw Error("The network diverged: a prediction is not a finite number.");
}

}  // namespace nascent
