#include "nascent/replay/replay_scheduler.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <map>

#include "nascent/core/error.h"
#include "nascent/core/near_match.h"
#include "replay/top_after.h"

namespace nascent {
namespace {

/// "after=3,k=5", both of them whole numbers.
std::map<std::string, double> options_of_top(std::string_view text) {
  std::map<std::string, double> options{{"after", 1.0}, {"k", 1.0}};
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), item.size() + 1));
    const std::string name(item.substr(0, item.find('=')));
    const std::string_view number = name.size() < item.size() ? item.substr(name.size() + 1) : "";
    double value = 0.0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    const bool read = error == std::errc() && end == number.data() + number.size();
    if (!options.contains(name) || !read || !(value > 0.0) || (name == "k" && value != std::floor(value)))
      throw InputError(fmt::format(
          "--estimation: \"{}\" is no option of \"top\" with its number; write top:after=3,k=5 for the best 5 after 3",
          item));
    options[name] = value;
  }
  return options;
}

}  // namespace

SchedulerOf replay_scheduler(const std::string& text, const RecordedTable& table) {
  const std::string name = text.substr(0, text.find(':'));
  const std::string options = name.size() < text.size() ? text.substr(name.size() + 1) : "";
  if (name == "full" && options.empty()) return [](std::uint64_t) { return std::make_unique<FullEvaluation>(); };
  if (table.fidelity_axis().empty())
    throw InputError(fmt::format(
        "--estimation {}: the table has no learning curves, so every trial is evaluated fully; name the column of the "
        "epochs with --fidelity",
        text));
  if (name == "top") {
    const std::map<std::string, double> read = options_of_top(options);
    const Fidelity first{{table.fidelity_axis(), read.at("after")}};
    if (read.at("after") >= table.fidelities().back())
      throw InputError(fmt::format("--estimation {}: the curves end at {} {:g}, so nothing is left after that", text,
                                   table.fidelity_axis(), table.fidelities().back()));
    const Objective objective{"value", table.maximize()};
    return [first, k = static_cast<std::size_t>(read.at("k")), objective](std::uint64_t) {
      return std::make_unique<TopAfter>(first, k, objective);
    };
  }
  const std::vector<std::string> names{"full", "top"};
  throw InputError(fmt::format("--estimation: there is no scheduler \"{}\"{}", name, did_you_mean(name, names)));
}

}  // namespace nascent
