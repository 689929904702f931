// Spaces as people write them: TOML (docs/formats/space.md).

#include "nascent/space/space_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "nascent/core/error.h"
#include "nascent/core/files.h"
#include "nascent/core/near_match.h"
#include "space/toml_text.h"

namespace nascent {
namespace {

const std::vector<std::string> kKinds{"float", "int", "choice", "ordered", "repeat"};

using Entry = TomlEntry;

/// A single value as the name of a category; none for tables, lists and dates.
std::optional<std::string> category_name(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return fmt::format("{}", integer->get());
  if (const auto* real = node.as_floating_point()) return fmt::format("{}", real->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  return {};
}

class Reader {
 public:
  explicit Reader(std::string name) : name_(std::move(name)) {}

  SearchSpace read(const toml::table& root) const { return read_level(root, ""); }

  /// The section `[fidelity]`; empty without one.
  std::string read_fidelity(const toml::table& root) const {
    const toml::table* section = root["fidelity"].as_table();
    if (section == nullptr || is_parameter(*section)) return {};
    const std::vector<Entry> axes = in_file_order(*section);
    if (axes.size() != 1)
      throw InputError(fmt::format("{}:{}: [fidelity] has one axis, along which a scheduler gives less", name_,
                                   section->source().begin.line));
    const auto* ends = axes.front().node->as_array();
    const bool two = ends != nullptr && ends->size() == 2 && (*ends)[0].is_number() && (*ends)[1].is_number();
    const double least = two ? *(*ends)[0].value<double>() : 0.0;
    const double most = two ? *(*ends)[1].value<double>() : 0.0;
    if (!(least > 0.0 && least < most))
      throw InputError(fmt::format("{0}:{1}: [fidelity]: {2} must be its least and its most, like {2} = [1, 27]", name_,
                                   axes.front().position.line, axes.front().name));
    return fmt::format("{}={}:{}", axes.front().name, least, most);
  }

 private:
  /// Where an error is told: a parameter and a line.
  struct Place {
    std::string path;
    toml::source_position position;
  };

  [[noreturn]] void fail(const Place& place, const std::string& what) const {
    throw InputError(fmt::format("{}:{}: parameter \"{}\": {}", name_, place.position.line, place.path, what));
  }

  // ---- levels ----

  SearchSpace read_level(const toml::table& table, const std::string& prefix) const {
    SearchSpace space;
    const toml::array* constraints = nullptr;
    for (const Entry& entry : in_file_order(table)) {
      if (prefix.empty() && entry.name == "fidelity" && entry.node->is_table() &&
          !is_parameter(*entry.node->as_table()))
        continue;
      if (entry.name == "constraints" && entry.node->is_array())
        constraints = entry.node->as_array();
      else
        read_parameter(entry, prefix, space);
    }
    if (constraints != nullptr) read_constraints(*constraints, prefix, space);
    return space;
  }

  void read_constraints(const toml::array& list, const std::string& prefix, SearchSpace& space) const {
    for (const toml::node& node : list) {
      const std::string where = fmt::format("{}:{}: ", name_, node.source().begin.line);
      const std::string level = prefix.empty() ? "" : fmt::format(" (among the parameters of {})", without_end(prefix));
      if (!node.is_string())
        throw InputError(fmt::format("{}constraints must be texts, as in [\"lr * batch <= 10\"], not {}{}", where,
                                     type_name(node), level));
      try {
        space.add_constraint(node.as_string()->get());
      } catch (const InputError& error) {
        throw InputError(where + error.what() + level);
      }
    }
  }

  static std::string without_end(const std::string& prefix) { return prefix.substr(0, prefix.size() - 1); }

  /// Adds a parameter; what the space says against it is told with file, line and path.
  template <typename Add>
  void add(const Entry& entry, const Place& place, const Add& add_to_space) const {
    try {
      add_to_space();
    } catch (const InputError& error) {
      std::string what = error.what();
      const std::string prefix = fmt::format("parameter \"{}\": ", entry.name);
      if (what.starts_with(prefix)) what = what.substr(prefix.size());
      fail(place, what);
    }
  }

  // ---- parameters ----

  /// Whether a table called "fidelity" is an ordinary parameter of that name.
  static bool is_parameter(const toml::table& table) {
    return std::ranges::any_of(kKinds, [&](const std::string& kind) { return table.contains(kind); });
  }

  void read_parameter(const Entry& entry, const std::string& prefix, SearchSpace& space) const {
    const Place place{prefix + entry.name, entry.position};
    if (const auto* table = entry.node->as_table())
      read_domain(entry, *table, place, space);
    else
      read_fixed(entry, place, space);
  }

  void read_fixed(const Entry& entry, const Place& place, SearchSpace& space) const {
    const toml::node& node = *entry.node;
    if (node.is_array())
      fail(place, fmt::format("a list alone is ambiguous; write {0} = {{ choice = [...] }} for categories, or {0} = {{ "
                              "int = [low, high] }} or {0} = {{ float = [low, high] }} for a range",
                              entry.name));
    if (!category_name(node))
      fail(place, fmt::format("it must be a number, a text or a table, not {}", type_name(node)));
    add(entry, place, [&] {
      if (const auto* integer = node.as_integer())
        space.add_int(entry.name, integer->get(), integer->get());
      else if (const auto* real = node.as_floating_point())
        space.add_float(entry.name, real->get(), real->get());
      else
        space.add_categorical(entry.name, {Choice(*category_name(node))});
    });
  }

  void read_domain(const Entry& entry, const toml::table& table, const Place& place, SearchSpace& space) const {
    const std::string kind = kind_of(entry, table, place);
    if (kind == "float" || kind == "int") {
      allow(table, place, {kind, "log", "step"});
      kind == "float" ? read_float(entry, table, place, space) : read_int(entry, table, place, space);
    } else if (kind == "repeat") {
      allow(table, place, {"repeat", "element"});
      read_repeat(entry, table, place, space);
    } else {
      allow(table, place, {kind});
      read_choices(entry, *table.get(kind), kind == "ordered", place, space);
    }
  }

  /// The one key that says what kind of parameter it is.
  std::string kind_of(const Entry& entry, const toml::table& table, const Place& place) const {
    std::vector<std::string> found;
    for (const std::string& kind : kKinds)
      if (table.contains(kind)) found.push_back(kind);
    if (found.size() == 1) return found.front();
    if (found.size() > 1)
      fail(place, fmt::format("it is said to be both {}; keep one of them", fmt::join(found, " and ")));
    for (const Entry& inside : in_file_order(table)) {
      const std::string hint = did_you_mean(inside.name, kKinds);
      if (!hint.empty())
        fail({place.path, inside.position}, fmt::format("\"{}\" means nothing here{}", inside.name, hint));
    }
    for (const Entry& inside : in_file_order(table))
      if (inside.node->is_table())
        fail({place.path, inside.position},
             fmt::format("\"{1}\" is no kind of parameter; for a category with parameters below it write "
                         "[{0}.choice.{1}]",
                         entry.name, inside.name));
    fail(place, fmt::format("it does not say what it is; give one of {}, as in {} = {{ float = [0.0, 1.0] }}",
                            fmt::join(kKinds, ", "), entry.name));
  }

  void allow(const toml::table& table, const Place& place, const std::vector<std::string>& keys) const {
    for (const Entry& entry : in_file_order(table)) {
      if (std::find(keys.begin(), keys.end(), entry.name) != keys.end()) continue;
      const std::string hint = did_you_mean(entry.name, keys);
      fail({place.path, entry.position},
           fmt::format(
               "it has an unknown key \"{}\"{}", entry.name,
               hint.empty() ? fmt::format("; beside \"{}\" there may be {}", keys.front(), others(keys)) : hint));
    }
  }

  static std::string others(const std::vector<std::string>& keys) {
    return keys.size() == 1 ? "nothing" : fmt::format("{}", fmt::join(keys.begin() + 1, keys.end(), " and "));
  }

  // ---- numbers ----

  /// The two values of [low, high].
  std::pair<const toml::node*, const toml::node*> bounds(const toml::table& table, const std::string& kind,
                                                         const Place& place) const {
    const toml::node& node = *table.get(kind);
    const auto* list = node.as_array();
    const Place here{place.path, node.source().begin};
    if (list == nullptr)
      fail(here, fmt::format("\"{}\" needs two bounds, as in {} = [1, 8], not {}", kind, kind, type_name(node)));
    if (list->size() != 2) fail(here, fmt::format("\"{}\" needs two bounds, [low, high], not {}", kind, list->size()));
    return {list->get(0), list->get(1)};
  }

  double number(const toml::node& node, const char* what, const Place& place) const {
    if (const auto* integer = node.as_integer()) return static_cast<double>(integer->get());
    if (const auto* real = node.as_floating_point()) return real->get();
    fail({place.path, node.source().begin}, fmt::format("{} must be a number, not {}", what, type_name(node)));
  }

  std::int64_t integer(const toml::node& node, const char* what, const Place& place) const {
    if (const auto* integer = node.as_integer()) return integer->get();
    const std::string remedy =
        node.is_floating_point() ? "a number with a fraction; write float for such a range" : type_name(node);
    fail({place.path, node.source().begin}, fmt::format("{} must be a whole number, not {}", what, remedy));
  }

  NumberOptions options(const toml::table& table, const Place& place) const {
    NumberOptions options;
    if (const toml::node* log = table.get("log")) {
      if (!log->is_boolean())
        fail({place.path, log->source().begin}, fmt::format("log must be true or false, not {}", type_name(*log)));
      options.log = log->as_boolean()->get();
    }
    if (const toml::node* step = table.get("step")) options.step = number(*step, "step", place);
    return options;
  }

  void read_float(const Entry& entry, const toml::table& table, const Place& place, SearchSpace& space) const {
    const auto [low, high] = bounds(table, "float", place);
    const double from = number(*low, "the lower bound", place);
    const double to = number(*high, "the upper bound", place);
    add(entry, place, [&, options = options(table, place)] { space.add_float(entry.name, from, to, options); });
  }

  void read_int(const Entry& entry, const toml::table& table, const Place& place, SearchSpace& space) const {
    const auto [low, high] = bounds(table, "int", place);
    const std::int64_t from = integer(*low, "the lower bound", place);
    const std::int64_t to = integer(*high, "the upper bound", place);
    add(entry, place, [&, options = options(table, place)] { space.add_int(entry.name, from, to, options); });
  }

  // ---- categories and lists ----

  void read_choices(const Entry& entry, const toml::node& node, bool ordered, const Place& place,
                    SearchSpace& space) const {
    std::vector<Choice> choices;
    if (const auto* list = node.as_array()) {
      for (const toml::node& item : *list) {
        const std::optional<std::string> name = category_name(item);
        if (!name)
          fail({place.path, item.source().begin},
               fmt::format("a category must be a text or a number, not {}; categories with parameters below them are "
                           "written as tables, [{}.choice.NAME]",
                           type_name(item), entry.name));
        choices.emplace_back(*name);
      }
      if (ordered) check_order(*list, place);
    } else if (const auto* table = node.as_table()) {
      for (const Entry& choice : in_file_order(*table)) {
        const Place below{fmt::format("{}={}", place.path, choice.name), choice.position};
        if (!choice.node->is_table())
          fail(below, fmt::format("what is below a category must be a table of parameters, not {}; leave it empty as "
                                  "in [{}.choice.{}] if there are none",
                                  type_name(*choice.node), entry.name, choice.name));
        choices.emplace_back(choice.name, read_level(*choice.node->as_table(), below.path + "/"));
      }
    } else {
      fail(place, fmt::format("its categories must be a list, as in [\"relu\", \"gelu\"], not {}", type_name(node)));
    }
    add(entry, place, [&] {
      if (ordered)
        space.add_ordered(entry.name, std::move(choices));
      else
        space.add_categorical(entry.name, std::move(choices));
    });
  }

  /// Numbers that go up and down again were surely not meant to be in order.
  void check_order(const toml::array& list, const Place& place) const {
    std::vector<double> numbers;
    for (const toml::node& item : list) {
      if (!item.is_number()) return;
      numbers.push_back(number(item, "a category", place));
    }
    if (!std::is_sorted(numbers.begin(), numbers.end()) && !std::is_sorted(numbers.rbegin(), numbers.rend()))
      fail(place,
           "its categories are called ordered, but the numbers neither rise nor fall all the way; sort them, or "
           "write choice");
  }

  void read_repeat(const Entry& entry, const toml::table& table, const Place& place, SearchSpace& space) const {
    const toml::node& node = *table.get("repeat");
    std::int64_t minimum = 0;
    std::int64_t maximum = 0;
    if (node.is_integer()) {
      minimum = maximum = node.as_integer()->get();
    } else {
      const auto [low, high] = bounds(table, "repeat", place);
      minimum = integer(*low, "the least length", place);
      maximum = integer(*high, "the largest length", place);
    }
    const toml::node* element = table.get("element");
    if (element == nullptr)
      fail(place, fmt::format("it lacks the parameters of its elements; write them below [{}.element]", entry.name));
    if (!element->is_table())
      fail({place.path, element->source().begin},
           fmt::format("\"element\" must be a table of parameters, not {}", type_name(*element)));
    SearchSpace below = read_level(*element->as_table(), place.path + "[].");
    add(entry, place, [&] { space.add_repeat(entry.name, minimum, maximum, std::move(below)); });
  }

  std::string name_;
};

SearchSpace space_from_json(const std::string& text, const std::string& name) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::parse_error& error) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, text.size()));
    const auto line = std::count(text.begin(), end, '\n') + 1;
    throw InputError(fmt::format("{}:{}: it is no valid JSON: {}", name, line, error.what()));
  }
  try {
    return SearchSpace::from_json(json);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", name, error.what()));
  }
}

}  // namespace

SearchSpace space_from_table(const toml::table& table, const std::string& name) { return Reader(name).read(table); }

SpaceFile space_file_from_toml(std::string_view text, const std::string& name) {
  const toml::table root = parse_toml(text, name);
  const Reader reader(name);
  SpaceFile file{reader.read(root), reader.read_fidelity(root)};
  if (file.space.empty())
    throw InputError(
        fmt::format("{}: it names no parameter; write one, as in lr = {{ float = [1e-5, 1e-1], log = true }}", name));
  return file;
}

SearchSpace space_from_toml(std::string_view text, const std::string& name) {
  return space_file_from_toml(text, name).space;
}

SpaceFile read_space_file(const std::filesystem::path& path) {
  const std::string text = read_file(path);
  if (path.extension() == ".json") return {space_from_json(text, path.string())};
  return space_file_from_toml(text, path.string());
}

}  // namespace nascent
