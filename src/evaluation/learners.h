#pragma once

#include <memory>
#include <string_view>

#include "nascent/learner/learner.h"

namespace nascent {

/// Every learner of tables that this build has: those of `tabular`, and the neural network where libtorch is there.
/// Throws `InputError` for any other family.
std::unique_ptr<Learner> make_any_learner(std::string_view family, const Configuration& configuration,
                                          const Task& task);

}  // namespace nascent
