// How far the sizes of our cell networks are from those that NAS-Bench-201 records: 16 filters, 5 cells a stage, images
// of 3 x 32 x 32 and 10 classes. Reads a CSV (or .csv.gz) with the columns edge_0_1, ..., edge_2_3, mparams and mflops,
// and prints one line of JSON.
//
//     bench_nas_bench_201_counts nas_bench_201_cifar10.csv.gz
//
// The table counts parameters in millions, the scale and shift of every batch normalization among them. What it calls
// FLOPs are multiply-adds, in millions. It counts edges that nothing flows into, or that lead nowhere, like all others.
// The sizes in about one row of a hundred are those of another cell: their parameters are not the sum of what their
// edges hold, which all other rows are to the last digit. So the rows within 1 % are counted, and their differences
// told apart.

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "nascent/architecture/network_space.h"
#include "nascent/core/error.h"
#include "nascent/data/csv.h"

using namespace nascent;

namespace {

const std::vector<std::string> kEdges{"edge_0_1", "edge_0_2", "edge_1_2", "edge_0_3", "edge_1_3", "edge_2_3"};

double number(std::string_view cell) { return std::strtod(std::string(cell).c_str(), nullptr); }

struct Difference {
  double largest = 0.0;
  double largest_within = 0.0;  ///< of those up to 1 %
  std::size_t within = 0;

  void add(double ours, double theirs) {
    const double difference = std::fabs(ours / theirs - 1.0);
    largest = std::max(largest, difference);
    if (difference > 0.01) return;
    ++within;
    largest_within = std::max(largest_within, difference);
  }

  Json to_json() const {
    return {{"largest", largest}, {"rows_within_1_percent", within}, {"largest_of_these", largest_within}};
  }
};

Json measure(const CsvTable& table) {
  NetworkSpaceOptions options;
  options.kind = "cell";
  options.settings = {{"filters", 16}, {"cells", 5}, {"unused", {"keep"}}};
  const NetworkTask task{.input = {3, 32, 32}, .outputs = 10};
  const NetworkSpace complete = make_network_space(options, task);
  options.settings["unused"] = {"drop"};
  const NetworkSpace pruned = make_network_space(options, task);

  Difference parameters, multiply_adds;
  std::size_t smaller = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    Configuration configuration;
    for (const std::string& edge : kEdges)
      configuration.set(edge, ChoiceValue{std::string(table.column(table.find(edge))[row]), {}});
    configuration.set("filters", std::int64_t{16});
    configuration.set("cells", std::int64_t{5});
    const Architecture net = complete.build(configuration, {});
    parameters.add(static_cast<double>(net.parameters()) / 1e6, number(table.column(table.find("mparams"))[row]));
    multiply_adds.add(static_cast<double>(net.multiply_adds()) / 1e6, number(table.column(table.find("mflops"))[row]));
    smaller += pruned.build(configuration, {}).parameters() < net.parameters() ? 1 : 0;
  }
  return {{"rows", table.rows()},
          {"parameters", parameters.to_json()},
          {"multiply_adds", multiply_adds.to_json()},
          {"rows_with_unused_parameters", smaller}};
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    fmt::print(stderr, "usage: bench_nas_bench_201_counts FILE.csv[.gz]\n");
    return 2;
  }
  try {
    const CsvTable table = read_csv(arguments[1]);
    std::vector<std::string> needed = kEdges;
    needed.insert(needed.end(), {"mparams", "mflops"});
    for (const std::string& name : needed)
      if (table.find(name) == table.names().size())
        throw InputError(fmt::format("{} has no column \"{}\"", arguments[1], name));
    fmt::print("{}\n", measure(table).dump());
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
  return 0;
}
