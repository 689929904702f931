// The rival of `nascent fit` on images: one fixed small residual network (the second starting point of the image
// family, 32-64-96 filters) trained for the whole time on as many threads as there are cores, without any search.
// Prints one JSON line.
//
//     bench_fixed_network FOLDER SECONDS [float32|bfloat16]
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <thread>

#include "nascent/data/images.h"
#include "nascent/data/metric.h"
#include "nascent/learner/image_family.h"
#include "nascent/training/image_classifier.h"
#include "training/runtime.h"

namespace nascent {
namespace {

std::vector<std::uint32_t> all_of(const ImageSet& images) {
  std::vector<std::uint32_t> rows(images.count());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::uint32_t>(i);
  return rows;
}

void run(const std::string& folder, double seconds, const std::string& precision) {
  prepare_torch_worker();
  use_threads(static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  const ImageData data = read_images(folder);
  const ImageSchema& schema = data.schema;
  const NetworkSpaceOptions options;
  const NetworkTask task{.input = {schema.channels, schema.height, schema.width},
                         .outputs = static_cast<int>(schema.task.classes.size()),
                         .count = data.training.count()};
  const Configuration configuration = image_family(options, task).first.at(1);
  ImageClassifier network(make_network_space(options, task).build(configuration, {}),
                          NetworkTraining::from_configuration(configuration), schema,
                          {.precision = precision == "bfloat16" ? Precision::kBfloat16 : Precision::kFloat32});
  const Json details = network.fit(data.training, all_of(data.training), {},
                                   {.seed = 1, .samples = 1e12, .deadline = Deadline::in(seconds)});
  const std::vector<double> truth(data.test.labels().begin(), data.test.labels().end());
  const OrderedJson line{{"benchmark", "fit_scores"},
                         {"program", "fixed network"},
                         {"network", details.at("network")},
                         {"precision", precision},
                         {"data", folder},
                         {"seconds", seconds},
                         {"epochs", details.at("epochs")},
                         {"images_per_second", details.at("images_per_second")},
                         {"test", score_all(schema.task, truth, network.predict(data.test, all_of(data.test)))}};
  fmt::print("{}\n", line.dump());
}

}  // namespace
}  // namespace nascent

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("bench_fixed_network FOLDER SECONDS [float32|bfloat16]\n", stderr);
    return 2;
  }
  try {
    nascent::run(argv[1], std::atof(argv[2]), argc > 3 ? argv[3] : "float32");
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
