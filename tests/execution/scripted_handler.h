#pragma once

#include "nascent/execution/job.h"

namespace nascent::testing {

/// Does what the payload says under "do", well-behaved or not; the names are in the source. Some of it ends the
/// process.
class ScriptedHandler : public JobHandler {
 public:
  Json run(const Json& payload, JobContext& context) override;
};

}  // namespace nascent::testing
