// Writes the text form of a space. Parameters stand in lines as long as they can; from the first that needs tables of
// its own on, each has a section, for TOML counts every line below a section's head to that section.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "nascent/core/error.h"
#include "nascent/space/space_file.h"

namespace nascent {
namespace {

std::string quoted(const std::string& text) {
  std::string out;
  // TOML's strings are JSON's, but for the one control character that JSON lets stand.
  for (const char c : Json(text).dump()) {
    if (c == '\x7f')
      out += "\\u007f";
    else
      out += c;
  }
  return out;
}

std::string key(const std::string& name) {
  const bool bare = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return bare ? name : quoted(name);
}

/// With a point or an exponent, so that it reads back as a float.
std::string real(double value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

/// Names that are whole numbers need no quotes. Ordered ones do where they neither rise nor fall, for as numbers they
/// would be refused.
std::vector<std::string> categories(const CategoricalDomain& domain) {
  std::vector<std::int64_t> numbers;
  std::vector<std::string> plain;
  std::vector<std::string> in_quotes;
  for (const Choice& choice : domain.choices) {
    const std::string& name = choice.name;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    const bool whole = error == std::errc() && end == name.data() + name.size() && std::to_string(number) == name;
    if (whole) numbers.push_back(number);
    plain.push_back(whole ? name : quoted(name));
    in_quotes.push_back(quoted(name));
  }
  const bool in_order =
      std::is_sorted(numbers.begin(), numbers.end()) || std::is_sorted(numbers.rbegin(), numbers.rend());
  return domain.ordered && !in_order ? in_quotes : plain;
}

bool needs_tables(const Parameter& parameter) {
  if (std::holds_alternative<RepeatDomain>(parameter.domain)) return true;
  const auto* categorical = std::get_if<CategoricalDomain>(&parameter.domain);
  return categorical != nullptr && std::any_of(categorical->choices.begin(), categorical->choices.end(),
                                               [](const Choice& choice) { return !choice.branch.empty(); });
}

using Fields = std::vector<std::pair<std::string, std::string>>;

/// What stands in the table of a parameter that needs no other tables.
Fields fields_of(const Parameter& parameter) {
  Fields fields;
  if (const auto* domain = std::get_if<FloatDomain>(&parameter.domain)) {
    fields.emplace_back("float", fmt::format("[{}, {}]", real(domain->low), real(domain->high)));
    if (domain->log) fields.emplace_back("log", "true");
    if (domain->step) fields.emplace_back("step", real(*domain->step));
  } else if (const auto* integer = std::get_if<IntDomain>(&parameter.domain)) {
    fields.emplace_back("int", fmt::format("[{}, {}]", integer->low, integer->high));
    if (integer->log) fields.emplace_back("log", "true");
    if (integer->step != 1) fields.emplace_back("step", std::to_string(integer->step));
  } else {
    const auto& categorical = std::get<CategoricalDomain>(parameter.domain);
    fields.emplace_back(categorical.ordered ? "ordered" : "choice",
                        fmt::format("[{}]", fmt::join(categories(categorical), ", ")));
  }
  return fields;
}

std::string in_one_line(const Parameter& parameter) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : fields_of(parameter)) parts.push_back(name + " = " + value);
  return fmt::format("{} = {{ {} }}\n", key(parameter.name), fmt::join(parts, ", "));
}

class Writer {
 public:
  std::string text;

  /// `prefix` is the head of the section that the level stands in, with a point: "optimizer.choice.sgd.".
  void write_level(const SearchSpace& space, const std::string& prefix) {
    const auto& parameters = space.parameters();
    const auto tables = std::find_if(parameters.begin(), parameters.end(), needs_tables);
    for (auto parameter = parameters.begin(); parameter != tables; ++parameter) text += in_one_line(*parameter);
    write_constraints(space);
    for (auto parameter = tables; parameter != parameters.end(); ++parameter) write_section(*parameter, prefix);
  }

 private:
  void write_constraints(const SearchSpace& space) {
    if (space.constraints().empty()) return;
    if (space.find("constraints") != nullptr)
      throw InputError(
          "a parameter called \"constraints\" beside constraints cannot be written as TOML; rename it or save the "
          "space as JSON");
    std::vector<std::string> list;
    for (const Constraint& constraint : space.constraints()) list.push_back(quoted(constraint.expression()));
    text += fmt::format("constraints = [{}]\n", fmt::join(list, ", "));
  }

  void open(const std::string& head) { text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", head); }

  void write_section(const Parameter& parameter, const std::string& prefix) {
    const std::string head = prefix + key(parameter.name);
    if (!needs_tables(parameter)) {
      open(head);
      for (const auto& [name, value] : fields_of(parameter)) text += name + " = " + value + "\n";
    } else if (const auto* list = std::get_if<RepeatDomain>(&parameter.domain)) {
      open(head);
      text += fmt::format("repeat = [{}, {}]\n", list->minimum, list->maximum);
      open(head + ".element");
      write_level(list->element, head + ".element.");
    } else {
      const auto& categorical = std::get<CategoricalDomain>(parameter.domain);
      for (const Choice& choice : categorical.choices) {
        const std::string below = head + (categorical.ordered ? ".ordered." : ".choice.") + key(choice.name);
        open(below);
        write_level(choice.branch, below + ".");
      }
    }
  }
};

}  // namespace

std::string space_to_toml(const SearchSpace& space) {
  Writer writer;
  writer.write_level(space, "");
  return writer.text;
}

}  // namespace nascent
