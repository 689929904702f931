#include "training/runtime.h"

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "training/torch.h"

namespace nascent {
namespace {

TEST(Runtime, AWorkerComputesOnOneThread) {
  prepare_torch_worker();
  prepare_torch_worker();
  EXPECT_EQ(at::get_num_threads(), 1);
  EXPECT_EQ(at::get_num_interop_threads(), 1);
}

TEST(Runtime, MemoryCanBeGivenBackBetweenTrials) {
  prepare_torch_worker();
  const auto resident_kilobytes = [] {
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    statm >> total >> resident;
    return resident * 4;
  };
  std::size_t full = 0;
  {
    std::vector<torch::Tensor> tensors;
    for (int i = 0; i < 200; ++i) tensors.push_back(torch::ones({1 << 18}));
    full = resident_kilobytes();
  }
  release_memory();
  EXPECT_LT(resident_kilobytes() + 100'000, full) << "200 MiB were in use";
}

}  // namespace
}  // namespace nascent
