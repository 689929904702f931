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
  std::vector<std::vector<std::size_t>> below;

  void add_space(const SearchSpace& space, const std::string& prefix, int parent, std::int64_t condition) {
    for (const Parameter& parameter : space.parameters()) {
      const std::string path = prefix + parameter.name;
      below.emplace_back();
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
    std::vector<std::size_t> starts;
    for (std::size_t i = 0; i < domain.choices.size(); ++i) {
      const Choice& choice = domain.choices[i];
      starts.push_back(dimensions.size());
      add_space(choice.branch, path + "=" + choice.name + "/", self, static_cast<std::int64_t>(i));
    }
    starts.push_back(dimensions.size());
    below[static_cast<std::size_t>(self)] = std::move(starts);
  }

  void add(const RepeatDomain& domain, const std::string& path, int parent, std::int64_t condition) {
    const int self = static_cast<int>(dimensions.size());
    dimensions.push_back({path, Kind::kLength, static_cast<double>(domain.minimum), static_cast<double>(domain.maximum),
                          false, 1.0, false, parent, condition});
    std::vector<std::size_t> starts;
    for (std::int64_t i = 0; i < domain.maximum; ++i) {
      starts.push_back(dimensions.size());
      add_space(domain.element, fmt::format("{}[{}].", path, i), self, i);
    }
    starts.push_back(dimensions.size());
    below[static_cast<std::size_t>(self)] = std::move(starts);
  }
};

class Encoder {
 public:
  explicit Encoder(std::size_t dimensions) : point{std::vector<double>(dimensions), std::vector<bool>(dimensions)} {}

  EncodedPoint point;

  using Below = std::vector<std::vector<std::size_t>>;

  /// What is not active is passed over, and stays 0.
  void encode(const SearchSpace& space, const Configuration& configuration, const Below& below) {
    const std::vector<Parameter>& parameters = space.parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const Value& value = value_of(configuration, i, parameters[i].name);
      std::visit([&](const auto& domain) { encode(domain, parameters[i].name, value, below); }, parameters[i].domain);
    }
  }

 private:
  /// Configurations made from the space have its order; of others the name is looked for.
  static const Value& value_of(const Configuration& configuration, std::size_t index, const std::string& name) {
    const auto& values = configuration.values();
    if (index < values.size() && values[index].first == name) return values[index].second;
    const Value* found = configuration.find(name);
    if (found == nullptr) throw InternalError(fmt::format("the configuration lacks \"{}\" of its space", name));
    return *found;
  }

  template <typename Kind>
  static const Kind& as(const Value& value, const std::string& name) {
    if (const auto* one = std::get_if<Kind>(&value)) return *one;
    throw InternalError(fmt::format("the value of \"{}\" is not of the kind that its space says", name));
  }

  void push(double value) {
    point.values[next_] = value;
    point.active[next_++] = true;
  }

  void encode(const FloatDomain& domain, const std::string& name, const Value& value, const Below&) {
    const auto* integer = std::get_if<std::int64_t>(&value);
    push(scaled(integer != nullptr ? static_cast<double>(*integer) : as<double>(value, name), domain.log));
  }

  void encode(const IntDomain& domain, const std::string& name, const Value& value, const Below&) {
    push(scaled(static_cast<double>(as<std::int64_t>(value, name)), domain.log));
  }

  void encode(const CategoricalDomain& domain, const std::string& name, const Value& value, const Below& below) {
    const auto& choice = as<ChoiceValue>(value, name);
    std::size_t chosen = 0;
    while (chosen < domain.choices.size() && domain.choices[chosen].name != choice.name) ++chosen;
    if (chosen == domain.choices.size())
      throw InternalError(fmt::format("\"{}\" is not a category of \"{}\"", choice.name, name));
    const std::vector<std::size_t>& starts = below[next_];
    push(static_cast<double>(chosen));
    next_ = starts[chosen];
    encode(domain.choices[chosen].branch, choice.branch, below);
    next_ = starts.back();
  }

  void encode(const RepeatDomain& domain, const std::string& name, const Value& value, const Below& below) {
    const auto& elements = as<std::vector<Element>>(value, name);
    if (elements.size() > static_cast<std::size_t>(domain.maximum))
      throw InternalError(fmt::format("\"{}\" has more elements than its space allows", name));
    const std::vector<std::size_t>& starts = below[next_];
    push(static_cast<double>(elements.size()));
    for (const Element& element : elements) encode(domain.element, element.values, below);
    next_ = starts.back();
  }

  std::size_t next_ = 0;
};

class Decoder {
 public:
  Decoder(const std::vector<double>& values, const std::vector<std::vector<std::size_t>>& below)
      : values_(values), below_(below) {}

  Configuration decode(const SearchSpace& space) {
    Configuration configuration;
    configuration.reserve(space.parameters().size());
    for (const Parameter& parameter : space.parameters())
      configuration.append(parameter.name,
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

  /// The branches that were not chosen are passed over.
  Value decode(const CategoricalDomain& domain) {
    const std::vector<std::size_t>& starts = below_[next_];
    const double last = static_cast<double>(domain.choices.size()) - 1.0;
    const auto chosen = static_cast<std::size_t>(std::clamp(std::round(take()), 0.0, last));
    next_ = starts[chosen];
    ChoiceValue value{domain.choices[chosen].name, decode(domain.choices[chosen].branch)};
    next_ = starts.back();
    return value;
  }

  Value decode(const RepeatDomain& domain) {
    const std::vector<std::size_t>& starts = below_[next_];
    const auto length = static_cast<std::uint64_t>(
        std::clamp(std::round(take()), static_cast<double>(domain.minimum), static_cast<double>(domain.maximum)));
    std::vector<Element> elements;
    elements.reserve(length);
    for (std::uint64_t i = 1; i <= length; ++i) elements.push_back({i, decode(domain.element)});
    next_ = starts.back();
    return elements;
  }

  const std::vector<double>& values_;
  const std::vector<std::vector<std::size_t>>& below_;
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
  below_ = std::move(flattening.below);
}

EncodedPoint Encoding::encode(const Configuration& configuration) const {
  Encoder encoder(dimensions_.size());
  encoder.encode(space_, configuration, below_);
  return std::move(encoder.point);
}

Configuration Encoding::decode(const std::vector<double>& values) const {
  if (values.size() != dimensions_.size())
    throw InternalError(fmt::format("a point of {} values cannot be decoded in a space of {} dimensions", values.size(),
                                    dimensions_.size()));
  return Decoder(values, below_).decode(space_);
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
