#pragma once

#include <set>
#include <utility>
#include <vector>

#include "nascent/estimation/scheduler.h"

namespace nascent {

/// All configurations up to one fidelity; when all of them have ended, the best k fully.
class TopAfter : public Scheduler {
 public:
  TopAfter(Fidelity first, std::size_t k, Objective objective)
      : first_(std::move(first)), k_(k), objective_(std::move(objective)) {}

  std::string_view name() const override { return "top"; }
  Assignment next(std::span<const Trial> running, bool more) override;
  bool uses(const Fidelity& fidelity) const override { return fidelity.empty() || fidelity == first_; }
  void observe(const Trial& trial) override;

 private:
  struct Paused {
    double loss;
    std::int64_t number;
    Configuration configuration;
  };

  Fidelity first_;
  std::size_t k_;
  Objective objective_;
  std::vector<Paused> best_;  ///< at most k, the best first
  std::set<std::int64_t> continued_;
};

}  // namespace nascent
