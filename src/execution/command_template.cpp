#include "nascent/execution/command_template.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "execution/parameter_path.h"
#include "nascent/core/error.h"
#include "nascent/core/near_match.h"

namespace nascent {
namespace {

constexpr const char* kContinues = "continues";

/// Whole numbers without a point, others with as many digits as matter.
std::string amount_text(double amount) {
  const bool whole = amount == std::floor(amount) && amount < 1e15;
  return whole ? fmt::format("{:.0f}", amount) : fmt::format("{:.10g}", amount);
}

[[noreturn]] void throw_unknown_place(const std::string& argument, const std::string& path, const SearchSpace& space,
                                      const std::vector<std::string>& built_ins) {
  std::vector<std::string> known = parameter_paths(space);
  known.insert(known.end(), built_ins.begin(), built_ins.end());
  std::string hint = did_you_mean(path, known);
  if (hint.empty()) hint = fmt::format("; the space has {}", fmt::join(parameter_paths(space), ", "));
  throw InputError(
      fmt::format("command: {{{}}} in \"{}\" names no parameter of the space{} (write {{{{ for a brace of your own)",
                  path, argument, hint));
}

std::string variable_name(std::string_view path) {
  std::string name = "NASCENT_";
  for (const char c : path) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

bool needs_quotes(const std::string& argument) {
  constexpr std::string_view kPlain = "_-./:=,@%+";
  return argument.empty() || !std::ranges::all_of(argument, [&](unsigned char c) {
           return std::isalnum(c) != 0 || kPlain.find(static_cast<char>(c)) != std::string_view::npos;
         });
}

}  // namespace

CommandTemplate::Argument CommandTemplate::parse(const std::string& argument, const SearchSpace& space) const {
  Argument parsed;
  std::string literal;
  const std::string_view text = argument;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view two = text.substr(i, 2);
    if (two == "{{" || two == "}}") {
      literal += text[i++];
      continue;
    }
    if (text[i] != '{') {
      literal += text[i];
      continue;
    }
    const std::size_t end = text.find('}', i);
    if (end == std::string_view::npos) {
      throw InputError(
          fmt::format("command: the brace in \"{}\" does not close; write {{{{ for a brace of your own", argument));
    }
    const std::string path(text.substr(i + 1, end - i - 1));
    if (!names_parameter(space, path) && std::ranges::find(built_ins_, path) == built_ins_.end()) {
      throw_unknown_place(argument, path, space, built_ins_);
    }
    if (!literal.empty()) parsed.pieces.emplace_back(std::move(literal));
    literal.clear();
    parsed.pieces.emplace_back(Place{path});
    i = end;
  }
  const bool plain = parsed.pieces.empty();
  if (!literal.empty() || plain) parsed.pieces.emplace_back(std::move(literal));
  parsed.names_option = plain && argument.size() > 1 && argument != "--" && argument.front() == '-' &&
                        argument.find('=') == std::string::npos;
  return parsed;
}

CommandTemplate::CommandTemplate(std::vector<std::string> arguments, const SearchSpace& space, std::string axis)
    : axis_(std::move(axis)), built_ins_{"trial", "seed", "config"} {
  if (arguments.empty() || arguments.front().empty()) {
    throw InputError("there is no command to run; put it behind --, as in: -- ./train.py --lr {lr}");
  }
  for (const std::string& path : parameter_paths(space)) variables_.push_back(variable_name(path));
  for (const char* name : {"NASCENT_TRIAL", "NASCENT_SEED", "NASCENT_CONFIG"}) variables_.emplace_back(name);
  if (!axis_.empty()) add_axis(space);
  for (const std::string& argument : arguments) arguments_.push_back(parse(argument, space));
  if (space.find("config") || !uses("config")) {
    for (const Parameter& parameter : space.parameters()) {
      if (!uses(parameter.name)) not_named_.push_back(parameter.name);
    }
  }
  if (!axis_.empty() && !uses(axis_)) not_named_.push_back(axis_);
}

void CommandTemplate::add_axis(const SearchSpace& space) {
  if (names_parameter(space, axis_)) {
    throw InputError(
        fmt::format("--fidelity: \"{0}\" is a parameter of the space too; take {0} out of the space, because the "
                    "scheduler chooses it, or give the axis another name",
                    axis_));
  }
  variables_.insert(variables_.end(), {"NASCENT_CONTINUES", "NASCENT_CONTINUES_AT"});
  built_ins_.emplace_back(kContinues);
  const bool taken = std::ranges::find(built_ins_, axis_) != built_ins_.end() ||
                     std::ranges::find(variables_, variable_name(axis_)) != variables_.end();
  if (taken) throw InputError(fmt::format("--fidelity: the name \"{}\" is taken; give the axis another", axis_));
  built_ins_.push_back(axis_);
  variables_.push_back(variable_name(axis_));
}

std::optional<std::string> CommandTemplate::built_in(std::string_view name, const CommandRun& run) const {
  if (name == "trial") return fmt::format("{}", run.trial);
  if (name == "seed") return fmt::format("{}", run.seed);
  if (name == "config") return run.config.string();
  if (name == axis_ && run.amount) return amount_text(*run.amount);
  if (name == kContinues && run.continues) return fmt::format("{}", run.continues->number);
  return std::nullopt;
}

bool CommandTemplate::uses(std::string_view name) const {
  return std::ranges::any_of(arguments_, [&](const Argument& argument) {
    return std::ranges::any_of(argument.pieces, [&](const Piece& piece) {
      const auto* place = std::get_if<Place>(&piece);
      if (place == nullptr || !place->path.starts_with(name)) return false;
      const std::string_view rest = std::string_view(place->path).substr(name.size());
      return rest.empty() || rest.front() == '.' || rest.front() == '[';
    });
  });
}

std::optional<std::string> CommandTemplate::text_of(const Argument& argument, const Configuration& configuration,
                                                    const CommandRun& run) const {
  std::string text;
  for (const Piece& piece : argument.pieces) {
    if (const auto* literal = std::get_if<std::string>(&piece)) {
      text += *literal;
      continue;
    }
    const std::string& path = std::get<Place>(piece).path;
    std::optional<std::string> value = value_at(configuration, path);
    if (!value) value = built_in(path, run);
    if (!value) return std::nullopt;
    text += *value;
  }
  return text;
}

std::vector<std::string> CommandTemplate::arguments(const Configuration& configuration, const CommandRun& run) const {
  std::vector<std::string> texts;
  bool option_before = false;  // the last of `texts` is an option's name that belongs to this argument
  for (const Argument& argument : arguments_) {
    std::optional<std::string> text = text_of(argument, configuration, run);
    if (text) {
      texts.push_back(std::move(*text));
    } else if (option_before) {
      texts.pop_back();
    }
    option_before = argument.names_option;
  }
  return texts;
}

std::map<std::string, std::string> CommandTemplate::environment(const Configuration& configuration,
                                                                const CommandRun& run) const {
  std::map<std::string, std::string> variables{{"NASCENT_TRIAL", fmt::format("{}", run.trial)},
                                               {"NASCENT_SEED", fmt::format("{}", run.seed)},
                                               {"NASCENT_CONFIG", run.config.string()}};
  if (run.amount) variables[variable_name(axis_)] = amount_text(*run.amount);
  if (run.continues) {
    variables["NASCENT_CONTINUES"] = fmt::format("{}", run.continues->number);
    variables["NASCENT_CONTINUES_AT"] = amount_text(run.continues->amount);
  }
  const auto add = [&](const auto& self, const std::string& prefix, const Configuration& level) -> void {
    for (const auto& [name, value] : level.values()) {
      variables[variable_name(prefix + name)] = value_at(level, name).value_or("");
      if (const auto* choice = std::get_if<ChoiceValue>(&value)) self(self, prefix + name + ".", choice->branch);
    }
  };
  add(add, "", configuration);
  return variables;
}

std::optional<std::string> CommandTemplate::program() const {
  const std::vector<Piece>& pieces = arguments_.front().pieces;
  if (pieces.size() != 1 || !std::holds_alternative<std::string>(pieces.front())) return std::nullopt;
  return std::get<std::string>(pieces.front());
}

std::string shell_line(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& argument : arguments) {
    if (!line.empty()) line += ' ';
    if (!needs_quotes(argument)) {
      line += argument;
      continue;
    }
    line += '\'';
    for (const char c : argument) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

}  // namespace nascent
