#include <fmt/format.h>

#include "commands.h"
#include "model_input.h"
#include "nascent/core/quantity.h"
#include "nascent/data/metric.h"
#include "run/run_folder.h"
#ifdef NASCENT_TORCH
#include "training/runtime.h"
#endif

namespace nascent::app {

int evaluate(const std::filesystem::path& run, const std::filesystem::path& input, bool json) {
#ifdef NASCENT_TORCH
  prepare_torch_worker();
#endif
  const FittedModel model(RunFolder(run).model());
  const Task& task = model.manifest().task;
  const ModelOutput result = run_model(model, input, true);
  const Json scores = score_all(task, result.truth, result.predictions);
  if (json) {
    const OrderedJson report{{"rows", result.truth.size()},
                             {"metric", model.manifest().metric},
                             {"metrics", scores},
                             {"notes", result.sentences}};
    fmt::print("{}\n", report.dump(2));
    return 0;
  }
  for (const std::string& sentence : result.sentences) fmt::print(stderr, "{}\n", sentence);
  fmt::print("{} rows\n", result.truth.size());
  for (const Metric& metric : metrics_for(task.kind))
    fmt::print("{:<18} {}{}\n", metric.label,
               scores.contains(metric.name) ? format_number(scores.at(metric.name).get<double>()) : "undefined here",
               metric.name == model.manifest().metric ? "   (what the fit optimised)" : "");
  return 0;
}

}  // namespace nascent::app
