#include <memory>

#include "commands.h"
#include "worker_program.h"

namespace nascent::app {

void add_predict_command(CLI::App& program) {
  struct Arguments {
    std::string run;
    std::string input;
    std::string output;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = program.add_subcommand("predict", "Predict new rows or images with the model of a run");
  command->add_option("run", arguments->run, "The run folder of a fit")->required();
  command->add_option("input", arguments->input, "A CSV file, an IDX file, a picture or a folder of pictures")
      ->required();
  command->add_option("-o,--output", arguments->output, "The CSV file to write")->required();
  command->footer(
      "One line for each row, in order: the prediction and, for classes, the probability of each.\n"
      "Columns are found by name; a missing one is an error, others are ignored.\n"
      "\nExamples:\n"
      "  nascent predict run/ new.csv -o predictions.csv\n"
      "  nascent predict run/ photos/ -o predictions.csv");
  command->callback([arguments] { become_worker({"predict", arguments->run, arguments->input, arguments->output}); });
}

}  // namespace nascent::app
