#include "fit_summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "leaderboard_view.h"
#include "nascent/core/quantity.h"
#include "terminal.h"

namespace nascent::app {
namespace {

constexpr std::size_t kLines = 10;

std::string number_text(const OrderedJson& value) {
  if (!value.is_number()) return "undefined";
  return format_number(value.get<double>());
}

std::string metrics_text(const OrderedJson& metrics, const std::string& first) {
  std::string text = fmt::format("{} {}", first, number_text(metrics.value(first, OrderedJson())));
  for (const auto& [name, value] : metrics.items())
    if (name != first) text += fmt::format(", {} {}", name, number_text(value));
  return text;
}

/// "3 stages, 16-32-64 filters, 77,706 parameters; 1.2 ms; weights by way of trials 9, 5 and 0".
std::string network_text(const OrderedJson& network) {
  std::string text = network.value("summary", "");
  if (network.contains("latency_ms")) text += fmt::format("; {} ms", format_number(network.at("latency_ms")));
  std::vector<std::int64_t> trials;
  for (const OrderedJson& step : network.at("lineage")) trials.push_back(step.at("trial"));
  if (trials.size() > 1)
    text += fmt::format("; weights by way of trials {}", fmt::join(trials.begin() + 1, trials.end(), ", "));
  return text;
}

}  // namespace

std::string fit_summary(const OrderedJson& report, const Leaderboard& board, const std::filesystem::path& run,
                        std::size_t width) {
  const std::string metric = report.at("metric").at("name");
  const OrderedJson& scores = report.at("scores");
  std::string text = leaderboard_table(board, kLines, width);
  const std::size_t members = report.at("model").at("members").size();
  std::string model = "predicts the same for every row";
  if (members == 1) model = "the best trial";
  if (members > 1) model = fmt::format("{} trials combined", members);
  text += fmt::format("\nmodel       {}\n", model);
  if (report.at("best").is_object() && report.at("best").contains("network"))
    text += cut_line(fmt::format("network     {}", network_text(report.at("best").at("network"))), width) + "\n";
  text += fmt::format("validation  {} {} (guessing: {})\n", metric, number_text(scores.at("validation")),
                      number_text(scores.at("baseline")));
  if (scores.at("test").is_object())
    text += fmt::format("test        {}\n", metrics_text(scores.at("test"), metric));
  else
    text += fmt::format("test        not scored: {}\n", scores.value("test_missing_because", ""));
  text += fmt::format("time        {}; {} trials; the search ended: {}\n",
                      format_duration(report.at("seconds").at("session").get<double>()),
                      report.at("trials").at("total").get<int>(),
                      report.at("search").at("ended_because").get<std::string>());
  text += fmt::format("saved       {}, {}\n", (run / "model").string(), (run / "report.json").string());
  if (std::filesystem::exists(run / "network.svg"))
    text += fmt::format("drawing     {}\n", (run / "network.svg").string());
  return text;
}

}  // namespace nascent::app
