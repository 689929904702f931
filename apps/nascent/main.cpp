#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "commands.h"
#include "nascent/core/error.h"

namespace {

constexpr int kBadInput = 2;

/// `nascent tune ... -- PROGRAM ARGUMENTS`: cuts off and returns what is another program's, which nobody here parses.
std::vector<std::string> cut_tuned_command(int& argc, char** argv) {
  if (argc < 2 || std::string_view(argv[1]) != "tune") return {};
  for (int i = 2; i < argc; ++i) {
    if (std::string_view(argv[i]) != "--") continue;
    std::vector<std::string> command(argv + i + 1, argv + argc);
    argc = i;
    return command;
  }
  return {};
}

int run(int argc, char** argv) {
  std::vector<std::string> tuned = cut_tuned_command(argc, argv);
  CLI::App program{
      "Nascent finds the model that performs best on your data.\n"
      "\n"
      "  nascent fit train.csv --target income --time 60s --out run/\n"
      "  nascent fit /usr/share/datasets/fashion-mnist --time 3m --out run/\n"
      "  nascent predict run/ new.csv -o predictions.csv\n"
      "  nascent tune space.toml --minimize loss --trials 100 -- ./train.py --lr {lr}"};
  program.require_subcommand(1);
  program.set_version_flag("--version", "nascent " NASCENT_VERSION);
  program.set_help_flag("-h,--help", "Show this help");
  program.footer("Help of one command: nascent fit --help");
  nascent::app::add_fit_command(program);
  nascent::app::add_predict_command(program);
  nascent::app::add_evaluate_command(program);
  nascent::app::add_export_command(program);
  nascent::app::add_leaderboard_command(program);
  nascent::app::add_tune_command(program, std::move(tuned));
  nascent::app::add_strategies_command(program);
  nascent::app::add_schedulers_command(program);
  nascent::app::add_benchmark_command(program);
  try {
    program.parse(argc, argv);
    return 0;
  } catch (const CLI::Success& success) {  // --help, --version
    return program.exit(success);
  } catch (const CLI::ParseError& error) {
    std::fprintf(
        stderr, "nascent: %s; see nascent %s--help\n", error.what(),
        program.get_subcommands().empty() ? "" : (program.get_subcommands().front()->get_name() + " ").c_str());
    return kBadInput;
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const nascent::InputError& error) {
    std::fprintf(stderr, "nascent: %s\n", error.what());
    return kBadInput;
  } catch (const nascent::SystemError& error) {
    std::fprintf(stderr, "nascent: %s\n", error.what());
    return kBadInput;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nascent: %s\n", error.what());
    return 1;
  }
}
