// The hash of a configuration, from the tree itself: no text is made.

#include <bit>
#include <string_view>

#include "nascent/space/configuration.h"

namespace nascent {
namespace {

/// The finalizer of splitmix64 (Steele, Lea & Flood 2014): every bit of x changes half of the result.
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// Up to eight bytes as a number, the first lowest: the same whatever the order of bytes of the machine.
std::uint64_t bytes(const char* data, std::size_t count) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i)
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(data[i])) << 8 * i;
  return word;
}

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = text.size();
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) hash = mixed(hash ^ bytes(text.data() + at, 8));
  return mixed(hash ^ bytes(text.data() + at, text.size() - at));
}

std::uint64_t hash_of(const Configuration& configuration);

/// The kinds of values are told apart by what is added before mixing.
enum Tag : std::uint64_t { kReal = 1, kInteger = 2, kChoice = 3, kList = 4 };

std::uint64_t hash_of(const Value& value) {
  // -0 and 0 are equal, so they must have one hash.
  if (const auto* number = std::get_if<double>(&value))
    return mixed(std::bit_cast<std::uint64_t>(*number == 0.0 ? 0.0 : *number) + kReal);
  if (const auto* integer = std::get_if<std::int64_t>(&value))
    return mixed(mixed(static_cast<std::uint64_t>(*integer)) + kInteger);
  if (const auto* choice = std::get_if<ChoiceValue>(&value)) {
    const std::uint64_t name = hash_of(choice->name) + kChoice;
    return mixed(choice->branch.empty() ? name : name ^ mixed(hash_of(choice->branch)));
  }
  std::uint64_t hash = kList;
  for (const Element& element : std::get<std::vector<Element>>(value)) hash = mixed(hash) + hash_of(element.values);
  return mixed(hash);
}

/// The order of names does not count, so the entries are added up.
std::uint64_t hash_of(const Configuration& configuration) {
  std::uint64_t sum = configuration.values().size();
  for (const auto& [name, value] : configuration.values()) sum += mixed(hash_of(name) ^ hash_of(value));
  return mixed(sum);
}

}  // namespace

std::uint64_t Configuration::hash() const { return hash_of(*this); }

}  // namespace nascent
