#include "nascent/trial/packed_configuration.h"

#include <variant>

#include "nascent/core/error.h"
#include "nascent/trial/bytes.h"

namespace nascent {
namespace {

/// The first byte. A form that this one cannot read gets the next number.
constexpr std::uint8_t kVersion = 1;

[[noreturn]] void throw_no_point(const std::string& name) {
  throw InternalError("the value \"" + name +
                      "\" of a configuration does not belong to its space; it cannot be recorded");
}

template <typename T>
const T& value_as(const Configuration& configuration, const std::string& name) {
  const Value* value = configuration.find(name);
  const T* typed = value == nullptr ? nullptr : std::get_if<T>(value);
  if (typed == nullptr) throw_no_point(name);
  return *typed;
}

void write(ByteWriter& out, const SearchSpace& space, const Configuration& configuration);

void write(ByteWriter& out, const std::string& name, const FloatDomain&, const Configuration& configuration) {
  out.real(value_as<double>(configuration, name));
}

void write(ByteWriter& out, const std::string& name, const IntDomain&, const Configuration& configuration) {
  out.integer(value_as<std::int64_t>(configuration, name));
}

void write(ByteWriter& out, const std::string& name, const CategoricalDomain& domain,
           const Configuration& configuration) {
  const auto& chosen = value_as<ChoiceValue>(configuration, name);
  for (std::size_t i = 0; i < domain.choices.size(); ++i) {
    if (domain.choices[i].name != chosen.name) continue;
    out.natural(i);
    return write(out, domain.choices[i].branch, chosen.branch);
  }
  throw_no_point(name);
}

void write(ByteWriter& out, const std::string& name, const RepeatDomain& domain, const Configuration& configuration) {
  const auto& elements = value_as<std::vector<Element>>(configuration, name);
  out.natural(elements.size());
  for (const Element& element : elements) {
    out.natural(element.identity);
    write(out, domain.element, element.values);
  }
}

void write(ByteWriter& out, const SearchSpace& space, const Configuration& configuration) {
  if (configuration.values().size() != space.parameters().size()) {
    for (const auto& [name, value] : configuration.values())
      if (space.find(name) == nullptr) throw_no_point(name);
  }
  for (const Parameter& parameter : space.parameters()) {
    std::visit([&](const auto& domain) { write(out, parameter.name, domain, configuration); }, parameter.domain);
  }
}

Configuration read(ByteReader& in, const SearchSpace& space);

Value read(ByteReader& in, const FloatDomain&) { return in.real(); }
Value read(ByteReader& in, const IntDomain&) { return in.integer(); }

Value read(ByteReader& in, const CategoricalDomain& domain) {
  const std::uint64_t index = in.natural();
  if (index >= domain.choices.size()) ByteReader::throw_damaged();
  const Choice& choice = domain.choices[index];
  return ChoiceValue{choice.name, read(in, choice.branch)};
}

Value read(ByteReader& in, const RepeatDomain& domain) {
  std::vector<Element> elements;
  for (std::uint64_t left = in.natural(); left > 0; --left) {
    if (in.empty() && !domain.element.empty()) ByteReader::throw_damaged();
    const std::uint64_t identity = in.natural();
    elements.push_back({identity, read(in, domain.element)});
  }
  return elements;
}

Configuration read(ByteReader& in, const SearchSpace& space) {
  Configuration configuration;
  for (const Parameter& parameter : space.parameters()) {
    configuration.set(parameter.name,
                      std::visit([&](const auto& domain) { return read(in, domain); }, parameter.domain));
  }
  return configuration;
}

}  // namespace

std::string pack(const SearchSpace& space, const Configuration& configuration) {
  std::string bytes;
  ByteWriter out(bytes);
  out.byte(kVersion);
  write(out, space, configuration);
  return bytes;
}

Configuration unpack(const SearchSpace& space, std::string_view bytes) {
  ByteReader in(bytes);
  const std::uint8_t version = in.byte();
  if (version > kVersion) {
    throw InputError("a configuration was recorded by a newer version of the program (form " + std::to_string(version) +
                     ", this one knows " + std::to_string(kVersion) + "); use that version");
  }
  Configuration configuration = read(in, space);
  if (!in.empty()) ByteReader::throw_damaged();
  return configuration;
}

}  // namespace nascent
