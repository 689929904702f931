#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "commands.h"
#include "nascent/core/error.h"

namespace {

constexpr const char* kUsage =
    "nascent-worker runs models for nascent; people use that program.\n"
    "  nascent-worker serve RUN\n"
    "  nascent-worker predict RUN INPUT OUTPUT\n"
    "  nascent-worker evaluate RUN INPUT [--json]\n"
    "  nascent-worker export RUN OUTPUT\n";

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() == 2 && arguments[0] == "serve") return nascent::app::serve(arguments[1]);
  if (arguments.size() == 4 && arguments[0] == "predict")
    return nascent::app::predict(arguments[1], arguments[2], arguments[3]);
  if (arguments.size() >= 3 && arguments.size() <= 4 && arguments[0] == "evaluate")
    return nascent::app::evaluate(arguments[1], arguments[2], arguments.size() == 4 && arguments[3] == "--json");
  if (arguments.size() == 3 && arguments[0] == "export") return nascent::app::export_model(arguments[1], arguments[2]);
  std::fputs(kUsage, stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const nascent::InputError& error) {
    std::fprintf(stderr, "nascent: %s\n", error.what());
    return 2;
  } catch (const nascent::SystemError& error) {
    std::fprintf(stderr, "nascent: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nascent: %s\n", error.what());
    return 1;
  }
}
