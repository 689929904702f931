#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "nascent/core/json.h"

namespace nascent {

struct Value;

/// One point of a search space: a tree of named values in the order of the space's parameters. A value type.
///
/// Reading a value that is not there, or with the wrong type, throws an `Error` that names it: a space and the code
/// that reads its configurations must agree.
class Configuration {
 public:
  Configuration();
  Configuration(const Configuration&);
  Configuration(Configuration&&) noexcept;
  Configuration& operator=(const Configuration&);
  Configuration& operator=(Configuration&&) noexcept;
  ~Configuration();

  /// Adds a value, or replaces the one of this name.
  void set(std::string name, Value value);
  /// Adds a value whose name is known not to be there yet, without looking for it.
  void append(std::string name, Value value);
  void reserve(std::size_t count) { values_.reserve(count); }
  const Value* find(std::string_view name) const;
  Value* find(std::string_view name);
  const std::vector<std::pair<std::string, Value>>& values() const { return values_; }
  bool empty() const { return values_.empty(); }

  double number(std::string_view name) const;                                ///< a float or an int
  std::int64_t integer(std::string_view name) const;                         ///< an int
  const std::string& choice(std::string_view name) const;                    ///< the name of the chosen category
  const Configuration& branch(std::string_view name) const;                  ///< the values below the chosen category
  const std::vector<struct Element>& elements(std::string_view name) const;  ///< the elements of a `Repeat`

  /// A tree of plain JSON: numbers; a category as its name, or `{"name": {...}}` if values stand below it; a `Repeat`
  /// as a list of objects, each with its identity under "#".
  Json to_json() const;

  /// What makes two configurations the same: the JSON without identities, sorted by name.
  std::string canonical() const;
  /// A 64-bit hash of what `canonical` shows, made from the tree itself: the same on every machine. Points of one space
  /// have the same hash if, and but for chance only if, they have the same canonical form. An integer and a float of
  /// the same value differ.
  std::uint64_t hash() const;

  /// Exactly the same tree: order and identities too. Duplicates are found with `canonical` or `hash`.
  bool operator==(const Configuration& other) const;

 private:
  const Value& at(std::string_view name) const;
  std::vector<std::pair<std::string, Value>> values_;
};

/// The chosen category and, if it opens a sub-space, the values of that.
struct ChoiceValue {
  std::string name;
  Configuration branch;
  bool operator==(const ChoiceValue&) const = default;
};

/// One element of a `Repeat`. The identity survives the insertion, removal and duplication of its neighbours, so that
/// weights can follow the layer they belong to. Unique within its list.
struct Element {
  std::uint64_t identity = 0;
  Configuration values;
  bool operator==(const Element&) const = default;
};

struct Value : std::variant<double, std::int64_t, ChoiceValue, std::vector<Element>> {
  using variant::variant;
  using variant::operator=;
};

}  // namespace nascent
