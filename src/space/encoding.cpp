#include "nascent/space/encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nascent/core/error.h"
#include "space/grid.h"

namespace nascent {
namespace {

using Kind = Dimension::Kind;

double scaled(double value, bool log) { return log ? std::log(value) : value; }

/// Walks a space and appends its dimensions; the other two walks below meet them in the same order.
class Flattening {
 public:
  std::vector<Dimension> dimensions;

  void add_space(const SearchSpace& space, const std::string& prefix, int parent, std::int64_t condition) {
    for (const Parameter& parameter : space.parameters()) {
      const std::string path = prefix + parameter.name;
      std::visit([&](const auto& domain) { add(domain, path, parent, condition); }, parameter.domain);
    }
  }

 private:
  void add(const FloatDomain& domain, const std::string& path, int parent, std::int64_t condition) {
    const double high = domain.step ? nearest(domain, domain.high) : domain.high;
    dimensions.push_back({path, Kind::kFloat, scaled(domain.low, domain.log), scaled(high, domain.log), domain.log,
                          domain.step.value_or(0.0), false, parent, condition});
  }

  void add(const IntDomain& domain, const std::string& path, int parent, std::int64_t condition) {
    const auto low = static_cast<double>(domain.low);
    const auto high = static_cast<double>(last_of(domain));
    dimensions.push_back({path, Kind::kInt, scaled(low, domain.log), scaled(high, domain.log), domain.log,
                          static_cast<double>(domain.step), false, parent, condition});
  }

  void add(const CategoricalDomain& domain, const std::string& path, int parent, std::int64_t condition) {
    const int self = static_cast<int>(dimensions.size());
    const double high = static_cast<double>(domain.choices.size()) - 1.0;
    dimensions.push_back({path, Kind::kCategorical, 0.0, high, false, 1.0, domain.ordered, parent, condition});
    for (std::size_t i = 0; i < domain.choices.size(); ++i) {
      const Choice& choice = domain.choices[i];
      add_space(choice.branch, path + "=" + choice.name + "/", self, static_cast<std::int64_t>(i));
    }
  }

  void add(const RepeatDomain& domain, const std::string& path, int parent, std::int64_t condition) {
    const int self = static_cast<int>(dimensions.size());
    dimensions.push_back({path, Kind::kLength, static_cast<double>(domain.minimum), static_cast<double>(domain.maximum),
                          false, 1.0, false, parent, condition});
    for (std::int64_t i = 0; i < domain.maximum; ++i)
      add_space(domain.element, fmt::format("{}[{}].", path, i), self, i);
  }
};

class Encoder {
 public:
  EncodedPoint point;

  /// A null configuration stands for a sub-space that is not active.
  void encode(const SearchSpace& space, const Configuration* configuration) {
    for (const Parameter& parameter : space.parameters())
      std::visit([&](const auto& domain) { encode(domain, parameter.name, configuration); }, parameter.domain);
  }

 private:
  void push(const Configuration* configuration, double value) {
    point.values.push_back(configuration != nullptr ? value : 0.0);
    point.active.push_back(configuration != nullptr);
  }

  void encode(const FloatDomain& domain, const std::string& name, const Configuration* configuration) {
    push(configuration, configuration != nullptr ? scaled(configuration->number(name), domain.log) : 0.0);
  }

  void encode(const IntDomain& domain, const std::string& name, const Configuration* configuration) {
    const bool active = configuration != nullptr;
    push(configuration, active ? scaled(static_cast<double>(configuration->integer(name)), domain.log) : 0.0);
  }

  void encode(const CategoricalDomain& domain, const std::string& name, const Configuration* configuration) {
    std::size_t chosen = domain.choices.size();
    if (configuration != nullptr) {
      const std::string& choice = configuration->choice(name);
      for (chosen = 0; chosen < domain.choices.size() && domain.choices[chosen].name != choice;) ++chosen;
      if (chosen == domain.choices.size())
        throw InternalError(fmt::format("\"{}\" is not a category of \"{}\"", choice, name));
    }
    push(configuration, static_cast<double>(chosen));
    for (std::size_t i = 0; i < domain.choices.size(); ++i)
      encode(domain.choices[i].branch, i == chosen ? &configuration->branch(name) : nullptr);
  }

  void encode(const RepeatDomain& domain, const std::string& name, const Configuration* configuration) {
    const std::vector<Element>* elements = configuration != nullptr ? &configuration->elements(name) : nullptr;
    const std::size_t length = elements != nullptr ? elements->size() : 0;
    if (length > static_cast<std::size_t>(domain.maximum))
      throw InternalError(fmt::format("\"{}\" has more elements than its space allows", name));
    push(configuration, static_cast<double>(length));
    for (std::size_t i = 0; i < static_cast<std::size_t>(domain.maximum); ++i)
      encode(domain.element, i < length ? &(*elements)[i].values : nullptr);
  }
};

class Decoder {
 public:
  explicit Decoder(const std::vector<double>& values) : values_(values) {}

  Configuration decode(const SearchSpace& space) {
    Configuration configuration;
    for (const Parameter& parameter : space.parameters())
      configuration.set(parameter.name,
                        std::visit([&](const auto& domain) { return decode(domain); }, parameter.domain));
    return configuration;
  }

 private:
  double take() { return values_[next_++]; }

  Value decode(const FloatDomain& domain) {
    const double value = take();
    return nearest(domain, domain.log ? std::exp(value) : value);
  }

  Value decode(const IntDomain& domain) {
    const double value = take();
    return nearest(domain, domain.log ? std::exp(value) : value);
  }

  Value decode(const CategoricalDomain& domain) {
    const double last = static_cast<double>(domain.choices.size()) - 1.0;
    const auto chosen = static_cast<std::size_t>(std::clamp(std::round(take()), 0.0, last));
    ChoiceValue value{domain.choices[chosen].name, {}};
    for (std::size_t i = 0; i < domain.choices.size(); ++i) {
      // The branches that were not chosen are walked as well, to pass over their values.
      Configuration branch = decode(domain.choices[i].branch);
      if (i == chosen) value.branch = std::move(branch);
    }
    return value;
  }

  Value decode(const RepeatDomain& domain) {
    const double wanted = std::round(take());
    const auto length = static_cast<std::int64_t>(
        std::clamp(wanted, static_cast<double>(domain.minimum), static_cast<double>(domain.maximum)));
    std::vector<Element> elements;
    for (std::int64_t i = 0; i < domain.maximum; ++i) {
      Configuration values = decode(domain.element);
      if (i < length) elements.push_back({static_cast<std::uint64_t>(i) + 1, std::move(values)});
    }
    return elements;
  }

  const std::vector<double>& values_;
  std::size_t next_ = 0;
};

}  // namespace

std::int64_t Dimension::count() const {
  switch (kind) {
    case Kind::kFloat:
      if (low == high) return 1;
      return step == 0.0 ? 0 : static_cast<std::int64_t>(grid_count(low, high, step));
    case Kind::kInt:
      if (log) return std::llround(std::exp(high) - std::exp(low)) + 1;
      return std::llround((high - low) / step) + 1;
    case Kind::kCategorical:
    case Kind::kLength:
      return categories();
  }
  throw InternalError("a dimension of an unknown kind");
}

double Dimension::value_at(std::int64_t index) const {
  const auto steps = static_cast<double>(index);
  if (kind == Kind::kInt && log) return std::log(std::round(std::exp(low)) + steps);
  if (kind == Kind::kFloat) return step == 0.0 ? low : grid_value(low, step, static_cast<std::uint64_t>(index));
  return low + steps * step;
}

std::int64_t Dimension::index_of(double value) const {
  const double inside = std::clamp(value, low, high);
  if (kind == Kind::kInt && log) return std::llround(std::exp(inside)) - std::llround(std::exp(low));
  if (kind == Kind::kFloat)
    return step == 0.0 ? 0 : static_cast<std::int64_t>(nearest_grid_index(low, high, step, inside));
  return std::llround((inside - low) / step);
}

Encoding::Encoding(const SearchSpace& space) : space_(space) {
  Flattening flattening;
  flattening.add_space(space_, "", -1, 0);
  dimensions_ = std::move(flattening.dimensions);
}

EncodedPoint Encoding::encode(const Configuration& configuration) const {
  Encoder encoder;
  encoder.encode(space_, &configuration);
  return std::move(encoder.point);
}

Configuration Encoding::decode(const std::vector<double>& values) const {
  if (values.size() != dimensions_.size())
    throw InternalError(fmt::format("a point of {} values cannot be decoded in a space of {} dimensions", values.size(),
                                    dimensions_.size()));
  return Decoder(values).decode(space_);
}

bool Encoding::is_active(std::size_t dimension, const std::vector<double>& values,
                         const std::vector<bool>& active) const {
  const Dimension& self = dimensions_[dimension];
  if (self.parent < 0) return true;
  const auto above = static_cast<std::size_t>(self.parent);
  if (!active[above]) return false;
  const Dimension& parent = dimensions_[above];
  const auto value = static_cast<std::int64_t>(std::clamp(std::round(values[above]), parent.low, parent.high));
  return parent.kind == Kind::kLength ? value > self.condition : value == self.condition;
}

std::vector<bool> Encoding::activity(const std::vector<double>& values) const {
  std::vector<bool> active(dimensions_.size());
  for (std::size_t d = 0; d < dimensions_.size(); ++d) active[d] = is_active(d, values, active);
  return active;
}

double Encoding::snap(const Dimension& dimension, double value) {
  const double inside = std::clamp(value, dimension.low, dimension.high);
  switch (dimension.kind) {
    case Kind::kFloat:
      return dimension.step == 0.0 ? inside
                                   : nearest(FloatDomain{dimension.low, dimension.high, false, dimension.step}, inside);
    case Kind::kInt:
      if (dimension.log) return std::clamp(std::log(std::round(std::exp(inside))), dimension.low, dimension.high);
      return dimension.low + std::round((inside - dimension.low) / dimension.step) * dimension.step;
    case Kind::kCategorical:
    case Kind::kLength:
      return std::round(inside);
  }
  throw InternalError("a dimension of an unknown kind");
}

}  // namespace nascent
