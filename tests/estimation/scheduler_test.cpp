#include "contract/scheduler_contract.h"

namespace nascent::testing {

INSTANTIATE_TEST_SUITE_P(Schedulers, SchedulerContract, ::testing::ValuesIn(schedulers()),
                         [](const ::testing::TestParamInfo<SchedulerEntry>& entry) {
                           std::string name = entry.param.name;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace nascent::testing
