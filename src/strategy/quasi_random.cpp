#include "strategy/quasi_random_points.h"
#include "strategy/strategies.h"

namespace nascent {
namespace {

/// The scrambled Sobol sequence; see docs/methods/quasi-random.md.
class QuasiRandomSearch : public SearchStrategy {
 public:
  explicit QuasiRandomSearch(const StrategySetup& setup) : tried_(setup), points_(setup) {}

  std::string_view name() const override { return "quasi-random"; }

  std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) override {
    tried_.set_running(running);
    std::optional<Configuration> configuration = points_.draw(number, tried_);
    if (!configuration) return {};
    return Proposal{std::move(*configuration), {}};
  }

  void observe(const Trial& trial) override { tried_.add(trial.configuration); }

 private:
  TriedConfigurations tried_;
  QuasiRandomPoints points_;
};

}  // namespace

std::unique_ptr<SearchStrategy> make_quasi_random_search(const StrategySetup& setup) {
  return std::make_unique<QuasiRandomSearch>(setup);
}

}  // namespace nascent
