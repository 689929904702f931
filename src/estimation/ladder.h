#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nascent/estimation/scheduler_registry.h"

namespace nascent {

/// The rungs of a scheduler: growing amounts of evaluation, the last of them all of it.
class Ladder {
 public:
  /// From the least upwards: least, least η, least η² ... and the full amount.
  static Ladder upwards(const SchedulerSetup& setup, std::string_view scheduler);

  /// From all of it downwards: R, R/η, R/η² ... as long as that is not less than the least.
  static Ladder downwards(const SchedulerSetup& setup, std::string_view scheduler);

  std::size_t size() const { return amounts_.size(); }
  std::size_t top() const { return amounts_.size() - 1; }
  double amount(std::size_t rung) const { return amounts_[rung]; }
  /// What a trial of this rung gets; at the top exactly the full one.
  const Fidelity& fidelity(std::size_t rung) const { return fidelities_[rung]; }
  std::optional<std::size_t> rung_of(const Fidelity& fidelity) const;
  /// "3 of 27 epochs".
  std::string words(std::size_t rung) const;

 private:
  Ladder(const SchedulerSetup& setup, std::vector<double> amounts);

  std::string axis_;
  std::vector<double> amounts_;
  std::vector<Fidelity> fidelities_;
};

/// How many of `count` are one of `reduction` each: ⌊count / reduction⌋.
std::size_t reduced(std::size_t count, double reduction);

/// "1st", "2nd", "12th".
std::string ordinal(std::size_t number);

/// "7th of 12 there, the best 4 go on", or that it was to go on. `where` stands for "there".
std::string place_words(std::size_t place, std::size_t count, std::size_t go_on, std::string_view where = "there");

}  // namespace nascent
