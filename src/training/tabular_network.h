#pragma once

#include <memory>

#include "nascent/data/task.h"
#include "nascent/learner/learner.h"
#include "nascent/space/configuration.h"

namespace nascent {

/// The family "neural_network": a multilayer perceptron for tables, with embeddings for categories. `configuration` is
/// a point of the family's space (`learner/neural_network.cpp`).
std::unique_ptr<Learner> make_tabular_network(const Configuration& configuration, const Task& task);

}  // namespace nascent
