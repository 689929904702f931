#pragma once

#include <memory>

#include "nascent/strategy/search_strategy.h"

/// One function for each strategy; the registry lists them. A strategy is one file: its class is nobody else's
/// business.
namespace nascent {

/// Chooses among the others; see docs/methods/auto.md.
std::unique_ptr<SearchStrategy> make_auto(const StrategySetup& setup);

/// A model of the results whatever the space: a Gaussian process, or density estimators in many dimensions; see
/// docs/methods/auto.md.
std::unique_ptr<SearchStrategy> make_bayesian(const StrategySetup& setup);

/// Draws every proposal uniformly from the space.
std::unique_ptr<SearchStrategy> make_random_search(const StrategySetup& setup);

/// Bayesian optimization with a random forest; see docs/methods/forest.md.
std::unique_ptr<SearchStrategy> make_forest(const StrategySetup& setup);

/// Every point of a grid once; see docs/methods/grid.md.
std::unique_ptr<SearchStrategy> make_grid_search(const StrategySetup& setup);

/// Regularized evolution; see docs/methods/evolution.md.
std::unique_ptr<SearchStrategy> make_evolution(const StrategySetup& setup);

/// Evolution in generations; see docs/methods/generational.md.
std::unique_ptr<SearchStrategy> make_generational(const StrategySetup& setup);

/// Local search; see docs/methods/local.md.
std::unique_ptr<SearchStrategy> make_local_search(const StrategySetup& setup);

/// The scrambled Sobol sequence; see docs/methods/quasi-random.md.
std::unique_ptr<SearchStrategy> make_quasi_random_search(const StrategySetup& setup);

/// Bayesian optimization with Gaussian processes; see docs/methods/gp.md.
std::unique_ptr<SearchStrategy> make_gp(const StrategySetup& setup);

/// CMA-ES with margin and categories; see docs/methods/cmaes.md.
std::unique_ptr<SearchStrategy> make_cmaes(const StrategySetup& setup);

/// Differential evolution; see docs/methods/de.md.
std::unique_ptr<SearchStrategy> make_differential_evolution(const StrategySetup& setup);

/// NSGA-II; see docs/methods/nsga2.md.
std::unique_ptr<SearchStrategy> make_nsga2(const StrategySetup& setup);

/// REINFORCE on a table of logits; see docs/methods/reinforce.md.
std::unique_ptr<SearchStrategy> make_reinforce(const StrategySetup& setup);

/// A recurrent controller trained by policy gradient; see docs/methods/controller.md.
std::unique_ptr<SearchStrategy> make_controller(const StrategySetup& setup);

/// Tree-structured Parzen estimator; see docs/methods/tpe.md.
std::unique_ptr<SearchStrategy> make_tpe(const StrategySetup& setup);

}  // namespace nascent
