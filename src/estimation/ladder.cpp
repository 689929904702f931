#include "estimation/ladder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nascent/core/error.h"
#include "nascent/core/quantity.h"

namespace nascent {
namespace {

/// Against the rounding of powers and quotients that are whole.
constexpr double kSlack = 1e-9;

bool is_whole(double value) { return value == std::floor(value); }

/// The option goes before the setup. Throws where there is no room below the full amount.
double least_of(const SchedulerSetup& setup, std::string_view scheduler) {
  if (!(setup.most > 0.0)) {
    throw InputError(
        fmt::format("scheduler \"{}\" has to know how many {} the full evaluation takes", scheduler, setup.axis));
  }
  const double given = setup.option("least");
  const double least = given > 0.0 ? given : setup.least;
  if (least > 0.0 && least < setup.most) return least;
  throw InputError(
      fmt::format("scheduler \"{}\": its least amount, {} {}, must lie between 0 and the {} of the full "
                  "evaluation; set another with {}:least=",
                  scheduler, format_number(least), setup.axis, format_number(setup.most), scheduler));
}

}  // namespace

Ladder::Ladder(const SchedulerSetup& setup, std::vector<double> amounts)
    : axis_(setup.axis), amounts_(std::move(amounts)) {
  for (const double amount : amounts_) {
    fidelities_.push_back(setup.full);
    if (amount < setup.most) fidelities_.back()[setup.axis] = amount;
  }
}

Ladder Ladder::upwards(const SchedulerSetup& setup, std::string_view scheduler) {
  const double least = least_of(setup, scheduler);
  const bool whole = is_whole(least) && is_whole(setup.most);
  std::vector<double> amounts;
  for (double amount = least; amount < setup.most * (1.0 - kSlack); amount *= setup.option("reduction")) {
    const double rounded = whole ? std::round(amount) : amount;
    if (rounded < setup.most && (amounts.empty() || rounded > amounts.back())) amounts.push_back(rounded);
  }
  amounts.push_back(setup.most);
  return {setup, std::move(amounts)};
}

Ladder Ladder::downwards(const SchedulerSetup& setup, std::string_view scheduler) {
  const double least = least_of(setup, scheduler);
  const bool whole = is_whole(least) && is_whole(setup.most);
  std::vector<double> amounts{setup.most};
  for (double amount = setup.most / setup.option("reduction"); amount >= least * (1.0 - kSlack);
       amount /= setup.option("reduction")) {
    const double rounded = whole ? std::round(amount) : amount;
    if (rounded < amounts.front()) amounts.insert(amounts.begin(), rounded);
  }
  return {setup, std::move(amounts)};
}

std::optional<std::size_t> Ladder::rung_of(const Fidelity& fidelity) const {
  const auto found = std::ranges::find(fidelities_, fidelity);
  if (found == fidelities_.end()) return {};
  return static_cast<std::size_t>(found - fidelities_.begin());
}

std::string Ladder::words(std::size_t rung) const {
  return fmt::format("{} of {} {}", format_number(amounts_[rung]), format_number(amounts_.back()), axis_);
}

std::size_t reduced(std::size_t count, double reduction) {
  return static_cast<std::size_t>(std::floor(static_cast<double>(count) / reduction + kSlack));
}

std::string ordinal(std::size_t number) {
  const std::size_t tens = number / 10 % 10;
  const std::size_t ones = tens == 1 ? 0 : number % 10;
  return fmt::format("{}{}", number, ones == 1 ? "st" : ones == 2 ? "nd" : ones == 3 ? "rd" : "th");
}

std::string place_words(std::size_t place, std::size_t count, std::size_t go_on, std::string_view where) {
  const std::string stands = fmt::format("{} of {} {}", ordinal(place), count, where);
  if (place <= go_on) return stands + ", to go on when the search ended";
  if (go_on == 0) return stands + ", too few for one to go on";
  return stands + (go_on == 1 ? ", the best one goes on" : fmt::format(", the best {} go on", go_on));
}

}  // namespace nascent
