// How well the scores of untrained networks order networks as their training does: the rank correlation with the
// accuracy that NAS-Bench-201 records, over random cells. Beside them the counts of parameters and multiply-adds, which
// cost nothing at all. docs/methods/zero_cost.md.
//
//     bench_zero_cost nas_bench_201_cifar10.csv.gz [--cells 300] [--images FOLDER]
//
// The networks are the smallest of the table's kind (16 filters, one cell a stage unless --cells-a-stage says
// otherwise). Without --images the batch is noise. Prints one line of JSON.
#include <fmt/core.h>

#include <set>

#include "benchmark_main.h"
#include "nascent/architecture/network_space.h"
#include "nascent/core/deadline.h"
#include "nascent/core/error.h"
#include "nascent/data/csv.h"
#include "nascent/training/zero_cost.h"
#include "rank_correlation.h"
#include "training/runtime.h"

namespace nascent {
namespace {

struct Options {
  std::string table;
  std::string images;
  std::size_t cells = 300;
  std::int64_t cells_a_stage = 1;
  std::size_t batch = 64;
  std::uint64_t seed = 1;
};

const std::vector<std::string> kEdges{"edge_0_1", "edge_0_2", "edge_1_2", "edge_0_3", "edge_1_3", "edge_2_3"};

ImageSet noise(std::size_t count, Random& random) {
  std::vector<std::uint8_t> pixels;
  for (std::size_t i = 0; i < count * 3 * 32 * 32; ++i) pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
  std::vector<std::int32_t> labels;
  for (std::size_t i = 0; i < count; ++i) labels.push_back(static_cast<std::int32_t>(i % 10));
  return ImageSet::from_pixels(3, 32, 32, std::move(pixels), std::move(labels));
}

/// The first images of a folder, at 32 x 32.
ImageSet images_of(const Options& options, Random& random) {
  if (options.images.empty()) return noise(options.batch, random);
  return scaled(read_images(options.images).training, 32, 32);
}

/// A score and what it says of how many networks.
Json correlation(const std::vector<std::optional<double>>& scores, const Values& accuracy, std::uint64_t seed) {
  Values x;
  Values y;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!scores[i]) continue;
    x.push_back(*scores[i]);
    y.push_back(accuracy[i]);
  }
  if (x.size() < 10) return {{"networks", x.size()}};
  return {{"networks", x.size()},
          {"kendall", with_interval(kendall, x, y, seed)},
          {"spearman", with_interval(spearman, x, y, seed)}};
}

void run(const Options& options) {
  prepare_torch_worker();
  const CsvTable table = read_csv(options.table);
  Random random(options.seed);
  const ImageSet images = images_of(options, random);
  std::vector<std::uint32_t> rows(options.batch);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::uint32_t>(i);
  const NetworkSpace space =
      make_network_space({.kind = "cell", .settings = {{"filters", 16}, {"cells", options.cells_a_stage}}},
                         {.input = {images.channels(), 32, 32}, .outputs = 10});

  std::map<std::string, std::vector<std::optional<double>>> scores;
  Values accuracy;
  std::set<std::size_t> seen;
  const Stopwatch watch;
  while (accuracy.size() < std::min(options.cells, table.rows())) {
    const std::size_t row = random.below(table.rows());
    if (!seen.insert(row).second) continue;
    Configuration configuration;
    for (const std::string& edge : kEdges)
      configuration.set(edge, ChoiceValue{std::string(table.column(table.find(edge))[row]), {}});
    configuration.set("filters", std::int64_t{16});
    configuration.set("cells", options.cells_a_stage);
    const Architecture network = space.build(configuration, {});
    for (const char* name : kZeroCostScores)
      scores[name].push_back(zero_cost_score(name, network, images, rows, options.seed));
    accuracy.push_back(std::strtod(std::string(table.column(table.find("valid_accuracy"))[row]).c_str(), nullptr));
  }
  const double seconds = watch.seconds();
  Json line{{"benchmark", "zero_cost"},
            {"cells", accuracy.size()},
            {"cells_a_stage", options.cells_a_stage},
            {"images", options.images.empty() ? "noise" : options.images},
            {"batch", options.batch},
            {"seconds_per_network", seconds / static_cast<double>(accuracy.size())}};
  for (const auto& [name, values] : scores) line["scores"][name] = correlation(values, accuracy, options.seed);
  fmt::print("{}\n", line.dump());
}

}  // namespace
}  // namespace nascent

int main(int argc, char** argv) {
  nascent::Options options;
  CLI::App app("Rank correlation of zero-cost scores with recorded accuracies");
  app.add_option("table", options.table, "NAS-Bench-201 as CSV")->required();
  app.add_option("--images", options.images, "a folder of images for the batch; noise without it");
  app.add_option("--cells", options.cells, "so many random cells");
  app.add_option("--cells-a-stage", options.cells_a_stage, "of the networks that are scored");
  app.add_option("--batch", options.batch, "images");
  app.add_option("--seed", options.seed, "of the draw and the weights");
  return nascent::benchmark_main(app, argc, argv, [&] { nascent::run(options); });
}
