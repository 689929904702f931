#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Methods that are chosen by a text: a name, and maybe numbers behind it, as in "evolution:population=30,sample=10".
/// What can be chosen is a list of entries with a `name` and `options`; one with a true `parameter_options` takes
/// options of other names too.
namespace nascent {

/// A number that changes how a method works.
struct MethodOption {
  std::string name;
  double default_value;
  double low;
  double high;
  std::string help;  ///< one sentence
};

/// What messages call the methods of a list: "there is no search strategy ...", "strategy ... has no option ...".
struct MethodKind {
  std::string_view full;   ///< "search strategy"
  std::string_view brief;  ///< "strategy"
};

/// Reads "population=30,sample=10" into `values`, where it goes before what is there. Throws `InputError`.
void read_method_options(const MethodKind& kind, const std::string& method, std::string_view text,
                         std::map<std::string, double>& values);

/// Adds the defaults. Throws `InputError` for values out of their range and, unless `others` are allowed, for unknown
/// names.
void complete_method_options(const MethodKind& kind, const std::string& method,
                             const std::vector<MethodOption>& options, bool others,
                             std::map<std::string, double>& values);

/// Throws `InputError`: there is no such method, with near matches.
[[noreturn]] void throw_no_such_method(const MethodKind& kind, const std::string& name,
                                       const std::vector<std::string>& names);

/// The entry of this name; throws `InputError` where there is none.
template <typename Entry>
const Entry& find_method(const MethodKind& kind, const std::vector<Entry>& entries, const std::string& name) {
  std::vector<std::string> names;
  for (const Entry& entry : entries) {
    if (entry.name == name) return entry;
    names.push_back(entry.name);
  }
  throw_no_such_method(kind, name, names);
}

/// The entry that `text` names, and its options in `values`: those of the text before those already there, the defaults
/// for the rest. Throws `InputError` for an unknown name or option (with near matches) and for a value that is out of
/// its range.
template <typename Entry>
const Entry& choose_method(const MethodKind& kind, const std::vector<Entry>& entries, const std::string& text,
                           std::map<std::string, double>& values) {
  const std::string name = text.substr(0, text.find(':'));
  const Entry& entry = find_method(kind, entries, name);
  if (name.size() < text.size())
    read_method_options(kind, name, std::string_view(text).substr(name.size() + 1), values);
  bool others = false;
  if constexpr (requires { entry.parameter_options; }) others = entry.parameter_options;
  complete_method_options(kind, name, entry.options, others, values);
  return entry;
}

}  // namespace nascent
