// What the scores of shared weights are worth: their rank correlation with networks of the same space that are trained
// alone, over random networks. Beside it the correlation of the parameter counts, which cost nothing: scores that do
// not beat them are not worth their training. docs/methods/weight_sharing.md.
//
//     bench_weight_sharing [FOLDER WITH IMAGES] [--space cell] [--networks 24] ...
//
// Prints a JSON line for each network, and one with Kendall's tau-b, Spearman's rho and their bootstrap intervals.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "benchmark_main.h"
#include "nascent/architecture/network_space.h"
#include "nascent/core/deadline.h"
#include "nascent/data/images.h"
#include "nascent/training/image_classifier.h"
#include "rank_correlation.h"
#include "training/runtime.h"
#include "training/supernet.h"

namespace nascent {
namespace {

struct Options {
  std::string folder = "/usr/share/datasets/fashion-mnist";
  std::string space = "cell";
  std::string settings = "{}";  ///< of the space, as JSON
  int networks = 24;
  std::size_t images = 20'000;
  double shared_samples = 200'000;
  double alone_samples = 40'000;
  double rate = 0.2;
  std::int64_t multiply_adds = 3'000'000;
  bool fair = false;
  std::uint64_t seed = 1;
};

void print(const Json& line) {
  fmt::print("{}\n", line.dump());
  std::fflush(stdout);
}

void run(const Options& options) {
  prepare_torch_worker();
  const Stopwatch watch;
  const ImageData data = read_images(options.folder);
  const ImageSet& images = data.training;
  std::vector<std::uint32_t> rows(images.count());
  std::iota(rows.begin(), rows.end(), 0U);
  Random random(options.seed, 1);
  random.shuffle(rows);
  rows.resize(std::min(rows.size(), options.images));
  const std::size_t held_out = rows.size() / 4;
  const auto validation = std::span(rows).first(held_out);
  const auto training = std::span(rows).subspan(held_out);
  const auto calibration = training.first(std::min<std::size_t>(2000, training.size()));

  const NetworkSpace space = make_network_space({.kind = options.space,
                                                 .settings = Json::parse(options.settings),
                                                 .limits = {.multiply_adds = options.multiply_adds}},
                                                {.input = {images.channels(), images.height(), images.width()},
                                                 .outputs = static_cast<int>(data.schema.task.outputs()),
                                                 .count = training.size()});
  const Precision precision = has_fast_bfloat16() ? Precision::kBfloat16 : Precision::kFloat32;
  Supernet supernet(data.schema, {.learning_rate = options.rate, .precision = precision});
  Json shared = supernet.train(images, training, options.fair ? fair_paths(space) : uniform_paths(space),
                               {.seed = options.seed, .samples = options.shared_samples});
  shared["benchmark"] = "weight_sharing";
  shared["part"] = "supernet";
  print(shared);

  const NetworkTraining recipe{.learning_rate = options.rate, .augmentation = "none", .label_smoothing = 0.05};
  Values scores;
  Values alone;
  Values parameters;
  std::set<std::uint64_t> seen;
  for (int draw = 0; draw < 100 * options.networks && static_cast<int>(scores.size()) < options.networks; ++draw) {
    const Configuration configuration = space.space.sample(random);
    const Architecture network = path_of(space, configuration);
    if (!seen.insert(network.canonical_hash()).second) continue;
    const SharedScore score = supernet.score(network, images, calibration, validation);
    ImageClassifier classifier(network, recipe, data.schema, {.precision = precision});
    const Json details =
        classifier.fit(images, training, validation, {.seed = options.seed, .samples = options.alone_samples});
    scores.push_back(score.value);
    alone.push_back(details.at("validation").at("accuracy").get<double>());
    parameters.push_back(static_cast<double>(network.parameters()));
    print({{"benchmark", "weight_sharing"},
           {"part", "network"},
           {"configuration", configuration.to_json()},
           {"parameters", network.parameters()},
           {"multiply_adds", network.multiply_adds()},
           {"untrained_parameters", score.untrained_parameters},
           {"shared", scores.back()},
           {"alone", alone.back()}});
  }
  const auto correlations = [&](const Values& estimates) -> Json {
    return {{"kendall", with_interval(kendall, estimates, alone, options.seed)},
            {"spearman", with_interval(spearman, estimates, alone, options.seed)}};
  };
  print({{"benchmark", "weight_sharing"},
         {"part", "summary"},
         {"space", options.space},
         {"networks", scores.size()},
         {"images", rows.size()},
         {"shared_samples", options.shared_samples},
         {"alone_samples", options.alone_samples},
         {"sampling", options.fair ? "fair" : "uniform"},
         {"scores", correlations(scores)},
         {"parameter_counts", correlations(parameters)},
         {"seconds", watch.seconds()}});
}

}  // namespace
}  // namespace nascent

int main(int argc, char** argv) {
  nascent::Options options;
  CLI::App app("Rank correlation of the scores of shared weights with networks trained alone");
  app.add_option("folder", options.folder, "IDX files or class folders");
  app.add_option("--space", options.space, "kind of the network space");
  app.add_option("--settings", options.settings, "of the space, as JSON");
  app.add_option("--networks", options.networks, "that are trained alone");
  app.add_option("--images", options.images, "used in all; a quarter of them for validation");
  app.add_option("--shared-samples", options.shared_samples, "training images that pass through the supernet");
  app.add_option("--alone-samples", options.alone_samples, "training images for each network alone");
  app.add_option("--rate", options.rate, "peak of the learning rate");
  app.add_option("--multiply-adds", options.multiply_adds, "of a network at most");
  app.add_flag("--fair", options.fair, "sample paths by strict fairness");
  app.add_option("--seed", options.seed);
  return nascent::benchmark_main(app, argc, argv, [&] { nascent::run(options); });
}
