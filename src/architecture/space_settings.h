#pragma once

#include <string>
#include <utility>
#include <vector>

#include "nascent/core/error.h"
#include "nascent/core/json.h"
#include "nascent/space/search_space.h"

namespace nascent {

/// What is wrong with one setting of a kind of network space. Who knows the file it came from adds the line.
class SettingError : public InputError {
 public:
  SettingError(std::string key, const std::string& what);
  const std::string& key() const { return key_; }

 private:
  std::string key_;
};

/// Reads the settings of a kind of network space: each call names one that is known, with its default. What is out of
/// its range throws `SettingError`, and so does `check_unknown` for a name that no call has named.
class SpaceSettings {
 public:
  struct Range {
    int low;
    int high;
  };

  /// `kind` stands in messages. `json` must be an object.
  SpaceSettings(std::string kind, const Json& json);

  /// A whole number from `low` to `high`.
  int count(const std::string& name, int otherwise, int low, int high);
  /// [low, high], or one number for both; within `bounds`.
  Range range(const std::string& name, Range otherwise, Range bounds);
  /// A list of some of `known`, without repetition, at least one; as text (numbers too). In the order of the list.
  std::vector<std::string> choices(const std::string& name, const std::vector<std::string>& otherwise,
                                   const std::vector<std::string>& known);

  void check_unknown() const;

 private:
  const Json* look_up(const std::string& name);
  std::string kind_;
  const Json& json_;
  std::vector<std::string> known_;
};

/// Categories without sub-spaces.
std::vector<Choice> plain_choices(const std::vector<std::string>& names);

}  // namespace nascent
