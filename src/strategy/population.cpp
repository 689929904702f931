#include "strategy/population.h"

#include <algorithm>
#include <functional>

#include "strategy/ranking.h"

namespace nascent {
namespace {

std::vector<const Member*> ranked_members(const std::deque<Member>& members) {
  std::vector<const Outcome*> outcomes;
  for (const Member& member : members) outcomes.push_back(&member.outcome);
  std::vector<const Member*> ranked;
  for (const std::size_t place : order_from_best(outcomes)) ranked.push_back(&members[place]);
  return ranked;
}

}  // namespace

void Population::add(Member member) {
  by_age_.push_back(std::move(member));
  const Member* added = &by_age_.back();
  if (added->outcome.losses.size() > 1) ranking_is_old_ = true;
  if (ranking_is_old_) return;
  const auto place = std::upper_bound(by_rank_.begin(), by_rank_.end(), added, [](const Member* a, const Member* b) {
    return ranks_before(a->outcome, b->outcome);
  });
  by_rank_.insert(place, added);
}

void Population::remove_oldest() {
  // How crowded a front is depends on every member, so that with several objectives the others' ranks change.
  if (by_age_.front().outcome.losses.size() > 1) ranking_is_old_ = true;
  if (!ranking_is_old_) by_rank_.erase(std::find(by_rank_.begin(), by_rank_.end(), &by_age_.front()));
  by_age_.pop_front();
}

void Population::keep_best(std::size_t count) {
  if (size() <= count) return;
  ranked(0);  // brings the ranking up to date
  std::vector<const Member*> kept(by_rank_.begin(), by_rank_.begin() + static_cast<std::ptrdiff_t>(count));
  std::sort(kept.begin(), kept.end(), std::less<>());
  std::deque<Member> members;
  for (Member& member : by_age_)
    if (std::binary_search(kept.begin(), kept.end(), &member, std::less<>())) members.push_back(std::move(member));
  by_age_ = std::move(members);
  ranking_is_old_ = true;
}

Member Population::take_best() {
  const Member* best = &ranked(0);
  const auto place =
      std::find_if(by_age_.begin(), by_age_.end(), [&](const Member& member) { return &member == best; });
  Member taken = std::move(*place);
  by_age_.erase(place);
  ranking_is_old_ = true;
  return taken;
}

const Member& Population::ranked(std::size_t rank) const {
  if (ranking_is_old_) {
    by_rank_ = ranked_members(by_age_);
    ranking_is_old_ = false;
  }
  return *by_rank_[rank];
}

}  // namespace nascent
