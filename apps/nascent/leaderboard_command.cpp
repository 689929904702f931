#include <fmt/format.h>

#include <memory>

#include "commands.h"
#include "leaderboard_view.h"
#include "terminal.h"

namespace nascent::app {

void add_leaderboard_command(CLI::App& program) {
  struct Arguments {
    std::string run;
    std::size_t top = 20;
    bool json = false;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = program.add_subcommand("leaderboard", "Show the trials of a run, best first");
  command->add_option("run", arguments->run, "The run folder of a fit, finished or not")->required();
  command->add_option("--top", arguments->top, "So many lines; 0 for all")->capture_default_str();
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->footer(
      "Scores are on the validation rows. \"weight\" is the share in the final model.\n"
      "\nExamples:\n"
      "  nascent leaderboard run/\n"
      "  nascent leaderboard run/ --top 0 --json");
  command->callback([arguments] {
    const Leaderboard board = read_leaderboard(arguments->run);
    if (arguments->json)
      fmt::print("{}\n", leaderboard_json(board).dump(2));
    else
      fmt::print("{}", leaderboard_table(board, arguments->top, output_width()));
  });
}

}  // namespace nascent::app
