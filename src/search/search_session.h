#pragma once

#include "nascent/search/search_loop.h"
#include "search/coordinator.h"

namespace nascent {

/// The loop of `run_search` with a coordinator that outlives it. Of the options, `first` is the
/// coordinator's.
SearchSummary run_search(const StudyRecord& study, Coordinator& coordinator, Scheduler& scheduler, Executor& executor,
                         const PayloadOf& payload_of, const SearchLoopOptions& options, SearchObserver& observer);

}  // namespace nascent
