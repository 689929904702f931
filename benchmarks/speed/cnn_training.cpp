// Training images per second of a fixed convolutional network: 16-32-64-64 filters, batch normalization, batches of
// 128, SGD with Nesterov's momentum. `cnn_training.py` is the same in Python's torch; `cnn_training.sh` runs both in
// turn.
//
//     bench_cnn_training <folder with Fashion-MNIST> [float32|bfloat16] [images to see]
#include <fmt/core.h>

#include <cstdlib>
#include <exception>
#include <numeric>
#include <string>

#include "nascent/data/images.h"
#include "nascent/training/image_classifier.h"
#include "training/runtime.h"

namespace nascent {
namespace {

Architecture fixed_network() {
  Architecture net({1, 28, 28});
  const auto layer = [&](const std::string& name, int filters, bool pool) {
    int x = net.append(name + "/convolution", Convolution{.filters = filters}, net.last());
    x = net.append(name + "/norm", BatchNorm{}, x);
    x = net.append(name + "/activation", Activation{}, x);
    if (pool) net.append(name + "/pool", MaxPool{}, x);
  };
  layer("1", 16, true);
  layer("2", 32, true);
  layer("3", 64, false);
  layer("4", 64, false);
  net.append("pool", GlobalAveragePool{}, net.last());
  net.append("classes", Dense{.units = 10}, net.last());
  return net;
}

void run(const std::string& folder, const std::string& precision, double samples) {
  prepare_torch_worker();
  const ImageData data = read_images(folder);
  std::vector<std::uint32_t> rows(data.training.count());
  std::iota(rows.begin(), rows.end(), 0U);
  ImageClassifier classifier(
      fixed_network(), {.learning_rate = 0.1, .weight_decay = 5e-4, .batch_size = 128, .augmentation = "none"},
      data.schema, {.precision = precision == "bfloat16" ? Precision::kBfloat16 : Precision::kFloat32});
  const Json details = classifier.fit(data.training, rows, {}, {.seed = 1, .samples = samples});
  fmt::print("{}\n", Json({{"benchmark", "cnn_training"},
                           {"program", "nascent"},
                           {"precision", precision},
                           {"images_per_second", details["images_per_second"]},
                           {"images", samples},
                           {"mean_loss", details["training_loss"]}})
                         .dump());
}

}  // namespace
}  // namespace nascent

int main(int argc, char** argv) {
  try {
    nascent::run(argc > 1 ? argv[1] : "/usr/share/datasets/fashion-mnist", argc > 2 ? argv[2] : "float32",
                 argc > 3 ? std::atof(argv[3]) : 40'000.0);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
