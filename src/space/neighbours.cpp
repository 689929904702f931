#include <unordered_set>

#include "nascent/space/variation.h"
#include "space/edits.h"

namespace nascent {
namespace {

/// Up to so many values a number is counted step by step.
constexpr std::uint64_t kFewValues = 20;

/// Edits one place of a copy, keeps the copy, and puts the place back.
class Neighbourhood {
 public:
  Neighbourhood(const SearchSpace& space, const Configuration& configuration, Random& random, double spread)
      : space_(space), work_(configuration), random_(random), spread_(spread) {
    seen_.insert(configuration.hash());
    for (const Place& place : active_places(space_, work_)) visit(place);
  }

  std::vector<Configuration> found;

 private:
  void visit(const Place& place) {
    if (const auto* list = std::get_if<RepeatDomain>(&place.parameter->domain)) {
      visit_list(place, *list);
    } else if (can_change(*place.parameter)) {
      const auto* categorical = std::get_if<CategoricalDomain>(&place.parameter->domain);
      if (categorical != nullptr && !categorical->ordered)
        visit_category(place, *categorical);
      else
        visit_number(place);
    }
  }

  void visit_category(const Place& place, const CategoricalDomain& domain) {
    const std::string old = std::get<ChoiceValue>(*place.value).name;
    for (const Choice& choice : domain.choices)
      if (choice.name != old) keep_with(place, ChoiceValue{choice.name, choice.branch.sample(random_)});
  }

  void visit_number(const Place& place) {
    const std::uint64_t count = count_of_values(*place.parameter);
    for (const int direction : {-1, 1}) {
      std::optional<Value> value = count != 0 && count <= kFewValues
                                       ? stepped(*place.parameter, *place.value, direction, random_)
                                       : drawn_beside(*place.parameter, *place.value, direction, spread_, random_);
      if (value) keep_with(place, std::move(*value));
    }
  }

  void visit_list(const Place& place, const RepeatDomain& domain) {
    const auto old = std::get<std::vector<Element>>(*place.value);
    const auto length = static_cast<std::int64_t>(old.size());
    for (std::size_t at = 0; length < domain.maximum && at <= old.size(); ++at) {
      auto elements = old;
      insert_random(domain, elements, at, random_);
      keep_with(place, std::move(elements));
    }
    for (std::size_t at = 0; length < domain.maximum && at < old.size(); ++at) {
      auto elements = old;
      duplicate(elements, at);
      keep_with(place, std::move(elements));
    }
    for (std::size_t at = 0; length > domain.minimum && at < old.size(); ++at) {
      auto elements = old;
      elements.erase(elements.begin() + static_cast<std::ptrdiff_t>(at));
      keep_with(place, std::move(elements));
    }
  }

  void keep_with(const Place& place, Value value) {
    // Swapping moves what stands below, but does not destroy it: the places below stay valid.
    std::swap(*place.value, value);
    if (space_.allows(work_) && seen_.insert(work_.hash()).second) found.push_back(work_);
    std::swap(*place.value, value);
  }

  const SearchSpace& space_;
  Configuration work_;
  Random& random_;
  double spread_;
  std::unordered_set<std::uint64_t> seen_;
};

}  // namespace

std::vector<Configuration> neighbours(const SearchSpace& space, const Configuration& configuration, Random& random,
                                      double number_spread) {
  return Neighbourhood(space, configuration, random, number_spread).found;
}

}  // namespace nascent
