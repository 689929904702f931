#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "nascent/learner/learner.h"

namespace nascent {

/// Makes the learner of a family for a configuration of it. Whoever has more families than this room plugs them in with
/// a factory that knows them and asks `make_learner` for the rest.
using LearnerFactory =
    std::function<std::unique_ptr<Learner>(std::string_view family, const Configuration&, const Task&)>;

/// Boosted trees, random forest, linear model or nearest neighbours. Throws `InputError` for any other family.
std::unique_ptr<Learner> make_learner(std::string_view family, const Configuration& configuration, const Task& task);

}  // namespace nascent
