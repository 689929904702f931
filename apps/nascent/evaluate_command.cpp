#include <memory>

#include "commands.h"
#include "worker_program.h"

namespace nascent::app {

void add_evaluate_command(CLI::App& program) {
  struct Arguments {
    std::string run;
    std::string input;
    bool json = false;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      program.add_subcommand("evaluate", "Score the model of a run on rows or images with known answers");
  command->add_option("run", arguments->run, "The run folder of a fit")->required();
  command->add_option("input", arguments->input, "A CSV file with the target column, or a folder of images by class")
      ->required();
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->footer(
      "All metrics that fit the task are printed. A class that training never saw counts as a wrong prediction.\n"
      "\nExamples:\n"
      "  nascent evaluate run/ test.csv\n"
      "  nascent evaluate run/ /usr/share/datasets/fashion-mnist --json");
  command->callback([arguments] {
    std::vector<std::string> list{"evaluate", arguments->run, arguments->input};
    if (arguments->json) list.emplace_back("--json");
    become_worker(std::move(list));
  });
}

}  // namespace nascent::app
