#include "nascent/core/error.h"
#include "nascent/strategy/search_strategy.h"
#include "strategy/strategies.h"

namespace nascent {
namespace {

/// The options of methods that breed (`breeding_of`), behind their own.
std::vector<MethodOption> with_breeding(std::vector<MethodOption> own, double crossover) {
  const std::vector<MethodOption> breeding{
      {"change", 1.0, 0, 1000, "Weight of the edit that changes a value."},
      {"add", 0.3, 0, 1000, "Weight of the edit that adds an element to a list."},
      {"remove", 0.3, 0, 1000, "Weight of the edit that removes an element of a list."},
      {"multiply", 0.15, 0, 1000, "Weight of the edit that doubles an element of a list."},
      {"crossover", crossover, 0, 1, "Chance that a child mixes two parents."},
      {"spread", 0, 0, 1, "Standard deviation of a changed number, as a share of its range; 0: drawn for each edit."}};
  own.insert(own.end(), breeding.begin(), breeding.end());
  return own;
}

/// The options of methods around a policy (`make_policy_search`), behind their own.
std::vector<MethodOption> with_policy(std::vector<MethodOption> own, double entropy) {
  own.push_back({"entropy", entropy, 0, 10, "Weight of the entropy, which keeps the policy from deciding too soon."});
  own.push_back({"baseline", 0.9, 0, 0.9999, "How much of the moving average of rewards is kept at each trial."});
  own.push_back({"bins", 10, 2, 1000, "Parts of a number's range to choose from, where it has more values."});
  return own;
}

}  // namespace

const std::vector<StrategyEntry>& strategies() {
  static const std::vector<StrategyEntry> entries{
      {"auto", "Chooses among the others by the space, the objectives and how many trials there have been.", make_auto},
      {"random", "Draws every configuration uniformly; the baseline that every other strategy must beat.",
       make_random_search},
      {"grid",
       "Tries every point of a grid once; its resolution can be given for each number: grid:resolution=5,lr=9.",
       make_grid_search,
       {{"resolution", 5, 1, 1e9, "How many values a number gets, unless its own name says otherwise."},
        {"shuffled", 1, 0, 1, "1 for an order that is shuffled by the seed, 0 for the order of counting."}},
       /*parameter_options=*/true},
      {"reinforce",
       "Learns a probability for every option of every decision by policy gradient (reinforcement learning).",
       make_reinforce, with_policy({{"rate", 0.5, 0, 100, "Step along the gradient of one trial."}}, 0.02)},
      {"controller",
       "A recurrent network decides one option after the other, trained by policy gradient (reinforcement learning).",
       make_controller,
       with_policy({{"rate", 0.02, 0, 10, "Learning rate of Adam."},
                    {"hidden", 32, 1, 1024, "Units of the recurrent layer."},
                    {"embedding", 16, 1, 1024, "Length of the embeddings of actions and kinds of decisions."},
                    {"batch", 10, 1, 1000, "Latest trials that each update learns from."},
                    {"epochs", 1, 1, 100, "Updates after each trial."},
                    {"clip", 0.3, 0, 10, "How far the probability of a trial may move before it has no say."}},
                   0.02)},
      {"tpe",
       "Models where good and bad trials lie and proposes where good ones are likelier (Bayesian optimization).",
       make_tpe,
       {{"startup", 10, 0, 1e6, "Trials with a result that are drawn at random before the model is used."},
        {"candidates", 24, 1, 1e4, "Points drawn from the density of the good trials, of which the best is proposed."},
        {"gamma", 0.1, 0.01, 0.5, "The share of the trials that count as good."},
        {"most_good", 25, 0, 1e6, "The most trials that count as good, for one objective; 0: no bound."},
        {"other_branch", 0.1, 0.0, 1.0,
         "The chance that a category which opens a sub-space is drawn uniformly all the same."}}},
      {"evolution",
       "Keeps a population of the newest trials and edits the winners of tournaments among them (regularized "
       "evolution).",
       make_evolution,
       with_breeding({{"population", 0, 0, 10000, "Members that are alive; 0: 30, or less for a small budget."},
                      {"sample", 0, 0, 10000, "Members in a tournament; 0: two thirds of the population."},
                      {"start", 0, 0, 10000, "Random trials before the first tournament; 0: 10."}},
                     0.0)},
      {"generational", "Breeds each generation from the best few of the one before, and discards the others.",
       make_generational,
       with_breeding({{"population", 0, 0, 10000, "Parents and offspring; 0: 12, or a 25th of the budget."},
                      {"parents", 0, 0, 9999, "The best that breed; 0: a third of the population."}},
                     0.3)},
      {"local",
       "Moves to the first better neighbour of where it stands; an honest baseline.",
       make_local_search,
       {{"start", 10, 1, 10000, "Random trials of which the best is where a descent begins."},
        {"restart", 0.5, 0, 1,
         "Chance that a local optimum is left for new random points, not for the best point not yet expanded."},
        {"spread", 0.1, 0.004, 1, "Standard deviation of a neighbouring number, as a share of its range."}}},
      {"gp",
       "Models the results as a Gaussian process and proposes what improves most (Bayesian optimization).",
       make_gp,
       {{"initial", 0, 0, 10000,
         "Quasi-random trials with a result before the model is used; 0: 5 to 15, by the size of the space."}}},
      {"bayesian", "Bayesian optimization for short: gp, or tpe in spaces of more than 60 dimensions.", make_bayesian},
      {"quasi-random", "Visits the points of a scrambled Sobol sequence, which fill the space more evenly than random.",
       make_quasi_random_search},
      {"forest",
       "Models the results by a random forest and proposes where most improvement is expected (Bayesian optimization).",
       make_forest,
       {{"startup", 10, 0, 1e6, "Trials with a result that are drawn at random before the model is used."},
        {"trees", 20, 1, 1000, "Trees in the forest."},
        {"feature_share", 0.5, 0.01, 1.0, "The share of the parameters that compete for each split."},
        {"random_points", 500, 1, 1e6, "Random points that each proposal looks at."},
        {"random_share", 0.1, 0.0, 1.0, "The share of the proposals that are drawn at random."},
        {"per_second", 0, 0, 1,
         "1: looks for the most improvement in each second that a trial is expected to take; the seed alone does not "
         "repeat such a search."}}},
      {"cmaes",
       "Adapts a normal distribution, and the probabilities of categories, to where good trials lie (CMA-ES).",
       make_cmaes,
       {{"sigma", 0.2, 0.001, 1.0, "The first standard deviation, as a share of each parameter's range."},
        {"population", 0.0, 0.0, 10000.0, "Trials a generation, at least 4; 0 for 4 + 3 ln d in d dimensions."},
        {"restarts", 1.0, 0.0, 1.0, "Whether a search that has converged begins again elsewhere (0 or 1)."}}},
      {"de",
       "Steps along the differences between members of a population, by lengths that succeed (differential evolution).",
       make_differential_evolution,
       {{"population", 0, 0, 10000, "The first members; 0: 10 + 2 d in d dimensions, or less for a small budget."},
        {"greed", 0.11, 0.01, 1, "The share of the population that children step towards; smaller is greedier."},
        {"restarts", 1, 0, 1, "Whether a population that has converged gives way to a new one (0 or 1)."}}},
      {"nsga2",
       "Breeds from the best fronts and keeps them spread, for several objectives (NSGA-II); a genetic algorithm for "
       "one.",
       make_nsga2,
       {{"population", 0, 0, 10000, "Members that may breed; 0: 50, or a tenth of a small budget."},
        {"crossover", 0.9, 0, 1, "Chance that a child mixes two parents."},
        {"crossover_eta", 15, 0, 1000, "Larger keeps the numbers of children nearer to those of their parents."},
        {"mutation_eta", 20, 0, 1000, "Larger makes smaller changes of numbers."},
        {"mutations", 1, 0, 1000, "Parameters of a child that are mutated, on average."}}},
  };
  return entries;
}

std::unique_ptr<SearchStrategy> make_strategy(const std::string& text, StrategySetup setup) {
  if (setup.objectives.empty()) throw InternalError("a strategy needs an objective");
  const StrategyEntry& entry = choose_method(kStrategyKind, strategies(), text, setup.options);
  return entry.make(setup);
}

}  // namespace nascent
