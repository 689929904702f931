#include <atomic>

#include "contract/executor_contract.h"
#include "execution/scripted_handler.h"

namespace nascent::testing {
namespace {

std::unique_ptr<Executor> make_threads(std::size_t slots) {
  return make_thread_executor(slots, [] { return std::make_unique<ScriptedHandler>(); });
}

std::unique_ptr<Executor> make_processes(std::size_t slots) {
  return make_process_executor({.command = {NASCENT_TEST_WORKER}, .workers = slots, .log_folder = {}});
}

INSTANTIATE_TEST_SUITE_P(Threads, ExecutorContract, ::testing::Values(make_threads));
INSTANTIATE_TEST_SUITE_P(Processes, ExecutorContract, ::testing::Values(make_processes));

TEST(ThreadExecutor, throws_what_making_a_handler_threw) {
  const auto executor =
      make_thread_executor(1, []() -> std::unique_ptr<JobHandler> { throw InputError("no such data"); });
  EXPECT_THROW(executor->wait(kForever), InputError);
}

TEST(ThreadExecutor, makes_one_handler_a_thread) {
  std::atomic<int> made = 0;
  {
    const auto executor = make_thread_executor(2, [&made] {
      ++made;
      return std::make_unique<ScriptedHandler>();
    });
    for (int i = 0; i < 20; ++i) run_alone(*executor, {{"do", "add"}, {"a", 1}, {"b", 1}});
  }
  EXPECT_EQ(made, 2);
}

}  // namespace
}  // namespace nascent::testing
