#include "leaderboard_view.h"

#include <fmt/format.h>

#include <cmath>

#include "terminal.h"

namespace nascent::app {
namespace {

std::string score_text(const LeaderboardEntry& entry) {
  if (!entry.score) return std::string(name_of(entry.state));
  const double size = std::fabs(*entry.score);
  if (size >= 1000.0) return fmt::format("{:.1f}", *entry.score);
  return fmt::format("{:.4f}", *entry.score);
}

}  // namespace

std::string leaderboard_table(const Leaderboard& board, std::size_t limit, std::size_t width) {
  const std::string head = board.label + (board.maximize ? "" : " (less is better)");
  std::string table = cut_line(fmt::format("rank  trial  {:>12}  weight  seconds  configuration", head), width) + "\n";
  const std::size_t score_width = std::max<std::size_t>(12, head.size());
  std::size_t rank = 0;
  for (const LeaderboardEntry& entry : board.entries) {
    if (limit > 0 && rank >= limit) {
      table += fmt::format("... and {} more\n", board.entries.size() - rank);
      break;
    }
    std::string line =
        fmt::format("{:>4}  {:>5}  {:>{}}  {:>6}  {:>7.1f}  {}", ++rank, entry.trial, score_text(entry), score_width,
                    entry.weight > 0.0 ? fmt::format("{:.2f}", entry.weight) : "-", entry.seconds, entry.summary);
    if (!entry.fidelity.empty())
      for (const auto& [axis, amount] : entry.fidelity) line += fmt::format("  [{} {:.3g}]", axis, amount);
    if (entry.from) line += fmt::format("  [from {}, {:.0f} % inherited]", *entry.from, 100.0 * entry.inherited_share);
    if (!entry.reason.empty()) line += "  (" + entry.reason + ")";
    table += cut_line(std::move(line), width) + "\n";
  }
  return table;
}

OrderedJson leaderboard_json(const Leaderboard& board) {
  OrderedJson json{{"metric", board.metric}, {"maximize", board.maximize}, {"trials", OrderedJson::array()}};
  for (const LeaderboardEntry& entry : board.entries) {
    OrderedJson line{{"trial", entry.trial}, {"state", name_of(entry.state)}};
    line["validation"] = entry.score ? OrderedJson(*entry.score) : OrderedJson();
    line["weight"] = entry.weight;
    line["seconds"] = entry.seconds;
    line["fidelity"] = entry.fidelity;
    if (entry.from) {
      line["from"] = *entry.from;
      line["inherited_share"] = entry.inherited_share;
    }
    line["description"] = entry.description;
    if (!entry.reason.empty()) line["reason"] = entry.reason;
    json["trials"].push_back(std::move(line));
  }
  return json;
}

}  // namespace nascent::app
