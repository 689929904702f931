// Does training in bfloat16 cost accuracy? Trains a first configuration of the image family with several seeds in
// float32 and in bfloat16, on the same images in the same order, and prints the test accuracy of each run as a JSON
// line.
//
//     bench_bfloat16_accuracy <folder with images> [--samples N] [--seconds T] [--seeds K] [--first I]
//                             [--precision float32|bfloat16|both] [--configuration file.json]
//                             [--set name=value ...]
//
// With --seconds a run has a deadline instead of a number of images: what the time buys, not what the numbers cost.
// --set changes a value of the configuration, for trying things by hand: learning_rate=0.1, augmentation=flip.
#include <fmt/core.h>

#include <numeric>

#include "benchmark_main.h"
#include "nascent/core/error.h"
#include "nascent/core/files.h"
#include "nascent/data/images.h"
#include "nascent/data/metric.h"
#include "nascent/learner/image_family.h"
#include "nascent/training/image_classifier.h"
#include "training/runtime.h"

namespace nascent {
namespace {

struct Options {
  std::string folder = "/usr/share/datasets/fashion-mnist";
  double samples = 100'000;
  double seconds = 0.0;
  int seeds = 3;
  std::size_t first = 1;
  std::string precision = "both";
  std::vector<std::string> changes;
  std::string configuration;
};

std::vector<std::uint32_t> all_rows(const ImageSet& images) {
  std::vector<std::uint32_t> rows(images.count());
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

double accuracy(const ImageClassifier& classifier, const ImageSet& images, bool mirror_average) {
  const Task& task = classifier.schema().task;
  const std::vector<double> truth(images.labels().begin(), images.labels().end());
  return score(metric_named("accuracy", task.kind), task, truth,
               classifier.predict(images, all_rows(images), mirror_average));
}

Configuration changed(const SearchSpace& space, const Configuration& start, const std::vector<std::string>& changes) {
  Json json = start.to_json();
  for (const std::string& change : changes) {
    const auto equals = change.find('=');
    if (equals == std::string::npos) throw InputError(fmt::format("'{}' is not of the form name=value", change));
    const std::string name = change.substr(0, equals);
    const std::string text = change.substr(equals + 1);
    const Json value = Json::accept(text) ? Json::parse(text) : Json(text);
    const bool of_optimizer = name == "learning_rate" || name == "weight_decay";
    (of_optimizer ? json["optimizer"].front() : json)[name] = name == "batch_size" ? Json(text) : value;
  }
  return space.configuration_from_json(json);
}

void run(const Options& options) {
  prepare_torch_worker();
  const ImageData data = read_images(options.folder);
  const NetworkSpaceOptions space;
  const NetworkTask task{.input = {data.schema.channels, data.schema.height, data.schema.width},
                         .outputs = static_cast<int>(data.schema.task.classes.size()),
                         .count = data.training.count()};
  const Family family = image_family(space, task);
  const Configuration start = options.configuration.empty()
                                  ? family.first.at(options.first)
                                  : family.space.configuration_from_json(Json::parse(read_file(options.configuration)));
  const Configuration configuration = changed(family.space, start, options.changes);
  const Architecture network = make_network_space(space, task).build(configuration, {});
  for (int seed = 1; seed <= options.seeds; ++seed) {
    for (const char* precision : {"float32", "bfloat16"}) {
      if (options.precision != "both" && options.precision != precision) continue;
      ImageClassifier classifier(
          network, NetworkTraining::from_configuration(configuration), data.schema,
          {.precision = std::string(precision) == "bfloat16" ? Precision::kBfloat16 : Precision::kFloat32});
      ImageFitContext context{.seed = static_cast<std::uint64_t>(seed), .samples = options.samples};
      if (options.seconds > 0.0) {
        context.samples = 0.0;
        context.deadline = Deadline::in(options.seconds);
      }
      Json line = classifier.fit(data.training, all_rows(data.training), {}, context);
      line["benchmark"] = "bfloat16_accuracy";
      line["precision"] = precision;
      line["seed"] = seed;
      line["first"] = options.first;
      line["test_accuracy"] = accuracy(classifier, data.test, false);
      line["test_accuracy_mirrored"] = accuracy(classifier, data.test, true);
      fmt::print("{}\n", line.dump());
      std::fflush(stdout);
    }
  }
}

}  // namespace
}  // namespace nascent

int main(int argc, char** argv) {
  nascent::Options options;
  CLI::App app("Test accuracy of training in float32 and in bfloat16");
  app.add_option("folder", options.folder, "IDX files or class folders");
  app.add_option("--samples", options.samples, "training images to see, with repetitions");
  app.add_option("--seconds", options.seconds, "a time for each run instead");
  app.add_option("--seeds", options.seeds, "runs of each precision");
  app.add_option("--first", options.first, "which first configuration");
  app.add_option("--precision", options.precision)->check(CLI::IsMember({"float32", "bfloat16", "both"}));
  app.add_option("--configuration", options.configuration, "a JSON file with another configuration to start from");
  app.add_option("--set", options.changes, "name=value of the configuration");
  return nascent::benchmark_main(app, argc, argv, [&] { nascent::run(options); });
}
