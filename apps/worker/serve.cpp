#include "commands.h"
#include "evaluation/worker_handler.h"
#include "nascent/execution/executor.h"
#ifdef NASCENT_TORCH
#include "training/runtime.h"
#endif

namespace nascent::app {

int serve(const std::filesystem::path& run) {
#ifdef NASCENT_TORCH
  prepare_torch_worker();
#endif
  WorkerHandler handler(run);
  return serve_jobs(handler);
}

}  // namespace nascent::app
