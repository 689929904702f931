#include "strategy/strategies.h"
#include "strategy/tried.h"

namespace nascent {
namespace {

/// Random search (Bergstra & Bengio, JMLR 2012) without repetition.
class RandomSearch : public SearchStrategy {
 public:
  explicit RandomSearch(const StrategySetup& setup) : seed_(setup.seed), tried_(setup) {}

  std::string_view name() const override { return "random"; }

  std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) override {
    tried_.set_running(running);
    Random random(seed_, static_cast<std::uint64_t>(number));
    std::optional<Configuration> configuration = tried_.draw_untried(random);
    if (!configuration) return {};
    return Proposal{std::move(*configuration), {}};
  }

  void observe(const Trial& trial) override { tried_.add(trial.configuration); }

 private:
  std::uint64_t seed_;
  TriedConfigurations tried_;
};

}  // namespace

std::unique_ptr<SearchStrategy> make_random_search(const StrategySetup& setup) {
  return std::make_unique<RandomSearch>(setup);
}

}  // namespace nascent
