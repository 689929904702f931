#include <fmt/format.h>

#include "commands.h"
#include "evaluation/onnx_file.h"
#include "run/run_folder.h"
#ifdef NASCENT_TORCH
#include "training/runtime.h"
#endif

namespace nascent::app {

int export_model(const std::filesystem::path& run, const std::filesystem::path& output) {
#ifdef NASCENT_TORCH
  prepare_torch_worker();
#endif
  const std::size_t networks = write_onnx_file(RunFolder(run).model(), output);
  fmt::print("{} written to {}\n", networks == 1 ? "1 network" : fmt::format("{} networks as one", networks),
             output.string());
  return 0;
}

}  // namespace nascent::app
