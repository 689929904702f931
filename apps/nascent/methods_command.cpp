#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "commands.h"
#include "nascent/core/json.h"
#include "nascent/core/quantity.h"
#include "nascent/estimation/scheduler_registry.h"
#include "nascent/strategy/search_strategy.h"
#include "terminal.h"

namespace nascent::app {
namespace {

template <typename Entry>
constexpr bool kHasParameterOptions = requires(const Entry& entry) {
  entry.parameter_options;
};

/// All of a registry, or the one that is named.
template <typename Entry>
std::vector<const Entry*> chosen(const MethodKind& kind, const std::vector<Entry>& entries, const std::string& name) {
  if (!name.empty()) return {&find_method(kind, entries, name)};
  std::vector<const Entry*> all;
  for (const Entry& entry : entries) all.push_back(&entry);
  return all;
}

template <typename Entry>
std::string options_text(const Entry& entry) {
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
  if constexpr (kHasParameterOptions<Entry>) {
    if (entry.parameter_options) text += "    the path of a parameter = a number for it alone\n";
  }
  return text;
}

template <typename Entry>
std::string text_of(const std::vector<const Entry*>& entries, std::size_t width) {
  std::size_t name_width = 0;
  for (const Entry* entry : entries) name_width = std::max(name_width, entry->name.size());
  std::string text;
  for (const Entry* entry : entries) {
    text += cut_line(fmt::format("{:<{}}  {}", entry->name, name_width, entry->help), entries.size() == 1 ? 0 : width);
    text += "\n" + options_text(*entry);
  }
  return text;
}

template <typename Entry>
OrderedJson json_of(const std::vector<const Entry*>& entries) {
  OrderedJson list = OrderedJson::array();
  for (const Entry* entry : entries) {
    OrderedJson options = OrderedJson::array();
    for (const MethodOption& option : entry->options) {
      options.push_back({{"name", option.name},
                         {"default", option.default_value},
                         {"low", option.low},
                         {"high", option.high},
                         {"help", option.help}});
    }
    list.push_back({{"name", entry->name}, {"help", entry->help}, {"options", options}});
    if constexpr (kHasParameterOptions<Entry>) list.back()["parameter_options"] = entry->parameter_options;
  }
  return list;
}

/// A command that lists a registry.
struct ListCommand {
  std::string name;
  std::string help;
  std::string option_example;  ///< how an option stands behind a name
  std::string entry_example;
};

template <typename Entry>
void add_list_command(CLI::App& program, const ListCommand& list, const MethodKind& kind,
                      const std::vector<Entry>& entries) {
  struct Arguments {
    std::string name;
    bool json = false;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = program.add_subcommand(list.name, list.help);
  command->add_option("name", arguments->name, "Only this one");
  command->add_flag("--json", arguments->json, "Print a JSON list");
  command->footer(
      fmt::format("An option stands behind the name of its {0}: {1}\n"
                  "\nExamples:\n"
                  "  nascent {2}\n"
                  "  nascent {2} {3}\n"
                  "  nascent {2} --json",
                  kind.brief, list.option_example, list.name, list.entry_example));
  command->callback([arguments, kind, &entries] {
    const std::vector<const Entry*> shown = chosen(kind, entries, arguments->name);
    if (arguments->json)
      fmt::print("{}\n", json_of(shown).dump(2));
    else
      fmt::print("{}", text_of(shown, output_width()));
  });
}

}  // namespace

void add_strategies_command(CLI::App& program) {
  add_list_command(program,
                   {.name = "strategies",
                    .help = "List the search strategies and their options",
                    .option_example = "--strategy evolution:population=30,sample=10",
                    .entry_example = "tpe"},
                   kStrategyKind, strategies());
}

void add_schedulers_command(CLI::App& program) {
  add_list_command(program,
                   {.name = "schedulers",
                    .help = "List the schedulers, which decide how much each trial gets, and their options",
                    .option_example = "--estimation asha:reduction=4",
                    .entry_example = "asha"},
                   kSchedulerKind, schedulers());
}

}  // namespace nascent::app
