#pragma once

#include <span>
#include <string>
#include <vector>

#include "nascent/strategy/search_strategy.h"

namespace nascent {

/// Proposes the best candidates of a search at low fidelity once more, for training at the full one. Each names the
/// trial it comes from as its parent, so that it can start from the weights of that.
class Finalists : public SearchStrategy {
 public:
  static constexpr std::string_view kName = "finalist";

  /// `trials`: the record; `count`: how many to propose. Those that were trained fully in an earlier session are not
  /// proposed again.
  Finalists(const std::vector<Trial>& trials, const Objective& objective, std::size_t count);

  std::string_view name() const override { return kName; }
  std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) override;
  void observe(const Trial&) override {}

  std::size_t size() const { return proposals_.size(); }

 private:
  std::vector<Proposal> proposals_;
  std::size_t next_ = 0;
};

}  // namespace nascent
