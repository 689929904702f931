#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "commands.h"
#include "nascent/core/json.h"
#include "nascent/core/quantity.h"
#include "nascent/strategy/search_strategy.h"
#include "terminal.h"

namespace nascent::app {
namespace {

/// All of them, or the one that is named.
std::vector<StrategyEntry> chosen(const std::string& name) {
  if (name.empty()) return strategies();
  return {find_method(kStrategyKind, strategies(), name)};
}

std::string options_text(const StrategyEntry& entry) {
  std::size_t width = 0;
  std::size_t range_width = 0;
  const auto range = [](const MethodOption& option) {
    return fmt::format("{} to {}", format_number(option.low), format_number(option.high));
  };
  for (const MethodOption& option : entry.options) {
    width = std::max(width, option.name.size());
    range_width = std::max(range_width, range(option).size());
  }
  std::string text;
  for (const MethodOption& option : entry.options) {
    text += fmt::format("    {:<{}}  default {:<7}  {:<{}}  {}\n", option.name, width,
                        format_number(option.default_value), range(option), range_width, option.help);
  }
  if (entry.parameter_options) text += "    the path of a parameter = a number for it alone\n";
  return text;
}

std::string text_of(const std::vector<StrategyEntry>& entries, std::size_t width) {
  std::size_t name_width = 0;
  for (const StrategyEntry& entry : entries) name_width = std::max(name_width, entry.name.size());
  std::string text;
  for (const StrategyEntry& entry : entries) {
    text += cut_line(fmt::format("{:<{}}  {}", entry.name, name_width, entry.help), entries.size() == 1 ? 0 : width);
    text += "\n" + options_text(entry);
  }
  return text;
}

OrderedJson json_of(const std::vector<StrategyEntry>& entries) {
  OrderedJson list = OrderedJson::array();
  for (const StrategyEntry& entry : entries) {
    OrderedJson options = OrderedJson::array();
    for (const MethodOption& option : entry.options) {
      options.push_back({{"name", option.name},
                         {"default", option.default_value},
                         {"low", option.low},
                         {"high", option.high},
                         {"help", option.help}});
    }
    list.push_back({{"name", entry.name},
                    {"help", entry.help},
                    {"options", options},
                    {"parameter_options", entry.parameter_options}});
  }
  return list;
}

}  // namespace

void add_strategies_command(CLI::App& program) {
  struct Arguments {
    std::string name;
    bool json = false;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = program.add_subcommand("strategies", "List the search strategies and their options");
  command->add_option("name", arguments->name, "Only this one");
  command->add_flag("--json", arguments->json, "Print a JSON list");
  command->footer(
      "An option stands behind the name of its strategy: --strategy evolution:population=30,sample=10\n"
      "\nExamples:\n"
      "  nascent strategies\n"
      "  nascent strategies tpe\n"
      "  nascent strategies --json");
  command->callback([arguments] {
    const std::vector<StrategyEntry> entries = chosen(arguments->name);
    if (arguments->json)
      fmt::print("{}\n", json_of(entries).dump(2));
    else
      fmt::print("{}", text_of(entries, output_width()));
  });
}

}  // namespace nascent::app
