#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "commands.h"
#include "leaderboard_view.h"
#include "nascent/estimation/study_estimation.h"
#include "nascent/store/sqlite_store.h"
#include "study_view.h"
#include "terminal.h"

namespace nascent::app {
namespace {

void show_study(const std::filesystem::path& file, std::size_t top, bool json) {
  const auto store = open_sqlite_store(file);
  const std::vector<Trial> trials = store->trials();
  const std::vector<RankedTrial> ranked = rank_trials(store->study(), trials, reasons_for_no_more(*store));
  if (json)
    fmt::print("{}\n", study_json(store->study(), ranked).dump(2));
  else
    fmt::print("{}", study_table(store->study(), ranked, top, output_width()));
}

}  // namespace

void add_leaderboard_command(CLI::App& program) {
  struct Arguments {
    std::string run;
    std::size_t top = 20;
    bool json = false;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = program.add_subcommand("leaderboard", "Show the trials of a run or a study, best first");
  command->add_option("run", arguments->run, "The run folder of a fit, or the study file of tune; finished or not")
      ->required();
  command->add_option("--top", arguments->top, "So many lines; 0 for all")->capture_default_str();
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->footer(
      "Of a fit: scores are on the validation rows; \"weight\" is the share in the final model.\n"
      "Of several objectives: the trials that no other beats in every one come first.\n"
      "\nExamples:\n"
      "  nascent leaderboard run/\n"
      "  nascent leaderboard run/ --top 0 --json\n"
      "  nascent leaderboard space.db");
  command->callback([arguments] {
    if (std::filesystem::is_regular_file(arguments->run)) {
      show_study(arguments->run, arguments->top, arguments->json);
      return;
    }
    const Leaderboard board = read_leaderboard(arguments->run);
    if (arguments->json)
      fmt::print("{}\n", leaderboard_json(board).dump(2));
    else
      fmt::print("{}", leaderboard_table(board, arguments->top, output_width()));
  });
}

}  // namespace nascent::app
