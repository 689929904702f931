#include <fmt/format.h>

#include "commands.h"
#include "evaluation/prediction_output.h"
#include "model_input.h"
#include "run/run_folder.h"
#ifdef NASCENT_TORCH
#include "training/runtime.h"
#endif

namespace nascent::app {

int predict(const std::filesystem::path& run, const std::filesystem::path& input, const std::filesystem::path& output) {
#ifdef NASCENT_TORCH
  prepare_torch_worker();
#endif
  const FittedModel model(RunFolder(run).model());
  const ModelOutput result = run_model(model, input, false);
  write_predictions_csv(output, model.manifest().task, result.predictions, result.names);
  for (const std::string& sentence : result.sentences) fmt::print(stderr, "{}\n", sentence);
  fmt::print("{} predictions written to {}\n", result.predictions.rows, output.string());
  return 0;
}

}  // namespace nascent::app
