#include <memory>

#include "commands.h"
#include "worker_program.h"

namespace nascent::app {

void add_export_command(CLI::App& program) {
  struct Arguments {
    std::string run;
    std::string output;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = program.add_subcommand("export", "Write the networks of a run as an ONNX file");
  command->add_option("run", arguments->run, "The run folder of a fit on images")->required();
  command->add_option("output", arguments->output, "The ONNX file to write")->required();
  command->footer(
      "The file takes pixels from 0 to 255 and gives the probability of each class: all that nascent predict does\n"
      "with the pixels and the networks is in it. docs/formats/onnx.md describes it.\n"
      "\nExamples:\n"
      "  nascent export run/ model.onnx");
  command->callback([arguments] { become_worker({"export", arguments->run, arguments->output}); });
}

}  // namespace nascent::app
