// What inherited weights save: the number of training images seen until a network reaches 90 % and 91.5 % accuracy on
// validation images, a child that starts from its parent's weights against the same child from scratch. Parents are
// first networks of the spaces and networks a few edits away from them, trained for two epochs, with an accuracy of at
// least `--parent-accuracy`. A child differs from its parent by one edit of the configuration, drawn as evolution draws
// it. docs/methods/weight_inheritance.md says how it is measured and why so.
//
//     bench_weight_inheritance [FOLDER WITH IMAGES] [--parents N] [--children N] [--work FOLDER] ...
//
// Prints a JSON line for each pair and one with the medians and their intervals. With --work, what was trained is kept
// in that folder, and a run that was interrupted goes on.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>

#include "benchmark_main.h"
#include "nascent/architecture/inheritance.h"
#include "nascent/architecture/network_space.h"
#include "nascent/core/error.h"
#include "nascent/core/files.h"
#include "nascent/data/images.h"
#include "nascent/space/variation.h"
#include "training/augmented_images.h"
#include "training/inherit.h"
#include "training/network.h"
#include "training/runtime.h"
#include "training/schedule.h"
#include "training/weight_average.h"
#include "training/weights_file.h"

namespace nascent {
namespace {

constexpr std::array kLevels{0.90, 0.915};
constexpr int kBatch = 128;
constexpr double kFirstValidation = 1000;  ///< images; the next come when a seventh more have been seen
constexpr double kInterval = 1.0 / 7.0;
constexpr double kWarmUp = 5000;      ///< images until the rate is at its peak
constexpr double kHalfRate = 25'000;  ///< images until it is down to half of that

struct Options {
  std::string folder = "/usr/share/datasets/fashion-mnist";
  std::vector<std::string> spaces{"macro", "cell"};
  int parents = 4;   ///< of each space
  int children = 3;  ///< of each parent
  double parent_samples = 100'000;
  double parent_accuracy = 0.895;
  double cap = 150'000;  ///< images that a child sees at most
  double rate = 0.3;
  double inherited_rate = 0.3;
  std::int64_t least_parameters = 15'000;
  std::int64_t most_parameters = 150'000;
  std::int64_t multiply_adds = 2'500'000;
  std::size_t validation = 3000;
  std::uint64_t seed = 1;
  std::string work;
};

struct Data {
  ImageData images;
  std::vector<std::uint32_t> training;
  std::vector<std::uint32_t> validation;
  PixelStatistics statistics;
};

Data read_data(const Options& options) {
  Data data{read_images(options.folder), {}, {}, {}};
  std::vector<std::uint32_t> rows(data.images.training.count());
  std::iota(rows.begin(), rows.end(), 0U);
  Random random(options.seed, 1);
  random.shuffle(rows);
  const auto cut = rows.begin() + static_cast<std::ptrdiff_t>(std::min(options.validation, rows.size() / 2));
  data.validation.assign(rows.begin(), cut);
  data.training.assign(cut, rows.end());
  data.statistics = pixel_statistics(data.images.training, data.training);
  return data;
}

/// One network in training. What is validated is the average of its weights, so that no level waits for the end of a
/// schedule: each step weighs as t^8, the last ninth of the training counts (polynomial decay averaging: Shamir &
/// Zhang, ICML 2013).
class Learner {
 public:
  Learner(const Data& data, Network& network, std::uint64_t seed)
      : data_(data),
        network_(network),
        optimizer_(network.optimizer_members(), SgdOptions{}),
        average_(learned()),
        batches_(data.images.training, data.training, data.statistics, {}, kBatch, seed, false) {}

  void step(double rate) {
    namespace F = torch::nn::functional;
    network_.train();
    const TrainingBatch& batch = batches_.next();
    optimizer_.zero_gradients();
    F::cross_entropy(network_.forward(batch.input, precision_), batch.classes,
                     F::CrossEntropyFuncOptions().label_smoothing(0.05))
        .backward();
    optimizer_.step(rate, 5e-4);
    ++steps_;
    average_.update(1.0 - 9.0 / (8.0 + static_cast<double>(steps_)));
  }
  double accuracy() {
    average_.exchange();
    const double result = accuracy_of_weights();
    average_.exchange();
    return result;
  }
  /// Makes the average the network's weights, for good.
  void finish() {
    average_.exchange();
    network_.eval();
  }

 private:
  std::vector<torch::Tensor> learned() const {
    std::vector<torch::Tensor> tensors{optimizer_.values()};
    for (const torch::Tensor& buffer : network_.buffers()) tensors.push_back(buffer);
    return tensors;
  }
  double accuracy_of_weights() {
    constexpr std::size_t kPart = 250;
    const torch::NoGradGuard no_grad;
    network_.eval();
    const ImageSet& images = data_.images.training;
    const torch::Tensor pixels =
        torch::empty({static_cast<std::int64_t>(kPart), images.channels(), images.height(), images.width()});
    std::size_t right = 0;
    for (std::size_t start = 0; start < data_.validation.size(); start += kPart) {
      const std::span<const std::uint32_t> rows =
          std::span(data_.validation).subspan(start, std::min(kPart, data_.validation.size() - start));
      write_plain_batch(images, rows, data_.statistics, pixels.data_ptr<float>());
      const torch::Tensor best = network_.forward(pixels, precision_).argmax(1);
      for (std::size_t i = 0; i < rows.size(); ++i)
        right += best.data_ptr<std::int64_t>()[i] == images.labels()[rows[i]] ? 1 : 0;
    }
    return static_cast<double>(right) / static_cast<double>(data_.validation.size());
  }

  const Data& data_;
  Network& network_;
  FlatOptimizer optimizer_;
  WeightAverage average_;
  AugmentedImages batches_;
  Precision precision_ = has_fast_bfloat16() ? Precision::kBfloat16 : Precision::kFloat32;
  std::int64_t steps_ = 0;
};

/// Rises to the peak and falls as 1 / (1 + t / T): a rate that does not know when the training ends.
double rate_at(double peak, double seen) {
  const double later = std::max(0.0, seen - kWarmUp);
  return peak * std::min(1.0, 0.1 + 0.9 * seen / kWarmUp) / (1.0 + later / kHalfRate);
}

/// Images seen until each level; the cap where it was not reached.
struct Reached {
  std::array<double, kLevels.size()> samples{};
  std::array<bool, kLevels.size()> reached{};
  double start = 0.0;  ///< accuracy before the first step
  double best = 0.0;

  Json to_json() const { return {{"samples", samples}, {"reached", reached}, {"start", start}, {"best", best}}; }
  static Reached from_json(const Json& json) {
    return {.samples = json.at("samples").get<decltype(samples)>(),
            .reached = json.at("reached").get<decltype(reached)>(),
            .start = json.at("start").get<double>(),
            .best = json.at("best").get<double>()};
  }
};

Reached train_to_levels(const Data& data, Network& network, double peak, std::uint64_t seed, double cap) {
  Learner learner(data, network, seed);
  Reached result;
  result.samples.fill(cap);
  const auto validate = [&](double seen) {
    const double accuracy = learner.accuracy();
    result.best = std::max(result.best, accuracy);
    for (std::size_t i = 0; i < kLevels.size(); ++i) {
      if (result.reached[i] || accuracy < kLevels[i]) continue;
      result.reached[i] = true;
      result.samples[i] = seen;
    }
    return accuracy;
  };
  // What is at a level before its first step counts as if it had been seen at the first validation.
  result.start = validate(kFirstValidation);
  double next = kFirstValidation;
  for (double seen = 0.0; seen < cap && !result.reached.back();) {
    learner.step(rate_at(peak, seen));
    seen += kBatch;
    if (seen < next && seen < cap) continue;
    validate(seen);
    next = seen + std::max(kFirstValidation, kInterval * seen);
  }
  return result;
}

/// Trains as the engine would: one cycle, here with the same average.
double train_parent(const Data& data, Network& network, const Options& options, std::uint64_t seed) {
  Learner learner(data, network, seed);
  for (double seen = 0.0; seen < options.parent_samples; seen += kBatch)
    learner.step(options.rate * one_cycle(seen / options.parent_samples));
  const double accuracy = learner.accuracy();
  learner.finish();
  return accuracy;
}

/// Results that an interrupted run has left.
class Work {
 public:
  explicit Work(const std::string& folder) : folder_(folder) {
    if (!folder.empty()) std::filesystem::create_directories(folder_);
  }
  std::optional<Json> find(const std::string& name) const {
    if (folder_.empty() || !std::filesystem::exists(file(name, "json"))) return std::nullopt;
    return Json::parse(read_file(file(name, "json")));
  }
  void keep(const std::string& name, const Json& result) const {
    if (!folder_.empty()) write_file(file(name, "json"), result.dump() + "\n");
  }
  void load(const std::string& name, Network& network) const { load_weights(network, file(name, "pt")); }
  void keep(const std::string& name, const Network& network) const {
    if (!folder_.empty()) save_weights(network, file(name, "pt"));
  }

 private:
  std::filesystem::path file(const std::string& name, const char* extension) const {
    return folder_ / (name + "." + extension);
  }
  std::filesystem::path folder_;
};

/// One child, trained both ways.
struct Pair {
  std::string parent;
  bool exact = false;  ///< the child starts with its parent's function
  Reached scratch;
  Reached inherited;

  /// So many times fewer images; none where neither side reached the level.
  std::optional<double> factor(std::size_t level) const {
    if (!scratch.reached[level] && !inherited.reached[level]) return std::nullopt;
    return scratch.samples[level] / inherited.samples[level];
  }
};

std::string_view name_of(Exactness exactness) {
  return exactness == Exactness::kTraining    ? "training"
         : exactness == Exactness::kInference ? "inference"
                                              : "approximate";
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

/// The median factor at a level, and the middle 95 % of the medians when parents are drawn anew with all their children
/// (the children of one parent are no independent cases).
Json summarized(const std::vector<Pair>& pairs, std::size_t level, std::uint64_t seed) {
  std::map<std::string, std::vector<double>> by_parent;
  std::vector<double> factors;
  int scratch_missed = 0;
  int inherited_missed = 0;
  for (const Pair& pair : pairs) {
    scratch_missed += pair.scratch.reached[level] ? 0 : 1;
    inherited_missed += pair.inherited.reached[level] ? 0 : 1;
    if (const std::optional<double> factor = pair.factor(level)) {
      factors.push_back(*factor);
      by_parent[pair.parent].push_back(*factor);
    }
  }
  Json result = {{"level", kLevels[level]},
                 {"pairs", pairs.size()},
                 {"neither_reached_it", pairs.size() - factors.size()},
                 {"scratch_did_not", scratch_missed},
                 {"inherited_did_not", inherited_missed}};
  if (factors.empty()) return result;
  std::vector<std::vector<double>> groups;
  for (const auto& [parent, values] : by_parent) groups.push_back(values);
  Random random(seed, 9);
  std::vector<double> medians;
  for (int round = 0; round < 4000; ++round) {
    std::vector<double> drawn;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const std::vector<double>& group = groups[random.below(groups.size())];
      drawn.insert(drawn.end(), group.begin(), group.end());
    }
    medians.push_back(median(std::move(drawn)));
  }
  std::sort(medians.begin(), medians.end());
  result["median_factor"] = median(factors);
  result["interval"] = {medians[medians.size() / 40], medians[medians.size() - 1 - medians.size() / 40]};
  return result;
}

class Comparison {
 public:
  explicit Comparison(Options options)
      : options_(std::move(options)), data_(read_data(options_)), work_(options_.work) {}

  void run() {
    for (std::size_t i = 0; i < options_.spaces.size(); ++i) compare_in(options_.spaces[i], mix_seed(options_.seed, i));
    for (const auto& [name, wanted] : {std::pair{"all", -1}, std::pair{"approximate", 0}, std::pair{"exact", 1}}) {
      std::vector<Pair> pairs;
      for (const Pair& pair : pairs_)
        if (wanted < 0 || pair.exact == (wanted == 1)) pairs.push_back(pair);
      for (std::size_t level = 0; level < kLevels.size(); ++level) {
        Json line = summarized(pairs, level, options_.seed);
        line["benchmark"] = "weight_inheritance";
        line["summary"] = name;
        print(line);
      }
    }
  }

 private:
  /// A parent, trained.
  struct Parent {
    std::string name;
    Configuration configuration;
    std::unique_ptr<Network> network;
    double accuracy = 0.0;
  };

  static void print(const Json& line) {
    fmt::print("{}\n", line.dump());
    std::fflush(stdout);
  }
  bool fits(const Architecture& network) const {
    return network.parameters() >= options_.least_parameters && network.parameters() <= options_.most_parameters &&
           network.multiply_adds() <= options_.multiply_adds;
  }
  void compare_in(const std::string& kind, std::uint64_t seed);
  Parent trained_parent(const NetworkSpace& space, const std::string& name, Configuration configuration,
                        std::uint64_t seed);
  std::vector<Configuration> children_of(const NetworkSpace& space, const Configuration& parent, Random random) const;
  void compare(const NetworkSpace& space, const Parent& parent, const Configuration& child, int number,
               std::uint64_t seed);

  Options options_;
  Data data_;
  Work work_;
  std::vector<Pair> pairs_;
};

void Comparison::compare_in(const std::string& kind, std::uint64_t seed) {
  const ImageSet& images = data_.images.training;
  const NetworkTask task{.input = {images.channels(), images.height(), images.width()},
                         .outputs = static_cast<int>(data_.images.schema.task.outputs()),
                         .count = images.count()};
  const NetworkLimits limits{.parameters = options_.most_parameters, .multiply_adds = options_.multiply_adds};
  const NetworkSpace space = make_network_space({.kind = kind, .limits = limits}, task);
  Random random(seed, 2);
  int parents = 0;
  for (int draw = 0; parents < options_.parents; ++draw) {
    // The first networks, then what one edit makes of each, then what two make, ...
    const int firsts = static_cast<int>(space.first.size());
    Configuration configuration = space.first[static_cast<std::size_t>(draw % firsts)];
    for (int edits = draw / firsts; edits > 0; --edits)
      configuration = mutate(space.space, configuration, random).value_or(configuration);
    if (!fits(space.build(configuration, {}))) continue;
    const std::uint64_t own_seed = mix_seed(seed, static_cast<std::uint64_t>(draw));
    const Parent parent = trained_parent(space, fmt::format("{}-{}", kind, draw), std::move(configuration), own_seed);
    if (parent.accuracy < options_.parent_accuracy) continue;
    ++parents;
    int number = 0;
    for (const Configuration& child : children_of(space, parent.configuration, Random(own_seed, 3)))
      compare(space, parent, child, ++number, own_seed);
  }
}

Comparison::Parent Comparison::trained_parent(const NetworkSpace& space, const std::string& name,
                                              Configuration configuration, std::uint64_t seed) {
  Random drawing(seed, 4);
  Parent parent{.name = name, .configuration = std::move(configuration)};
  parent.network = std::make_unique<Network>(space.build(parent.configuration, {}), drawing);
  if (const std::optional<Json> known = work_.find(name)) {
    work_.load(name, *parent.network);
    parent.network->eval();
    parent.accuracy = known->at("accuracy").get<double>();
  } else {
    parent.accuracy = train_parent(data_, *parent.network, options_, seed);
    work_.keep(name, *parent.network);
    work_.keep(name, Json{{"accuracy", parent.accuracy}});
  }
  return parent;
}

/// One edit away each, and of moderate size too; different networks, not only different configurations.
std::vector<Configuration> Comparison::children_of(const NetworkSpace& space, const Configuration& parent,
                                                   Random random) const {
  std::set<std::uint64_t> seen{space.build(parent, {}).canonical_hash()};
  std::vector<Configuration> children;
  for (int draw = 0; draw < 100 && static_cast<int>(children.size()) < options_.children; ++draw) {
    const std::optional<Configuration> child = mutate(space.space, parent, random);
    if (child && seen.insert(space.build(*child, {}).canonical_hash()).second) children.push_back(*child);
  }
  return children;
}

void Comparison::compare(const NetworkSpace& space, const Parent& parent, const Configuration& child, int number,
                         std::uint64_t seed) {
  const std::string name = fmt::format("{}-child-{}", parent.name, number);
  std::optional<Json> known = work_.find(name);
  if (!known) {
    const std::uint64_t own_seed = mix_seed(seed, static_cast<std::uint64_t>(number));
    const Architecture architecture = space.build(child, {});
    // Both start from the same fresh network and see the same batches.
    Random drawing(own_seed, 5);
    Random same(own_seed, 5);
    Network scratch(architecture, drawing);
    Network inherited(architecture, same);
    const InheritReport report = inherit_weights(*parent.network, inherited);
    known = Json{{"benchmark", "weight_inheritance"},
                 {"pair", name},
                 {"parent_accuracy", parent.accuracy},
                 {"parent_parameters", parent.network->architecture().parameters()},
                 {"parameters", architecture.parameters()},
                 {"multiply_adds", architecture.multiply_adds()},
                 {"exactness", name_of(report.exactness)},
                 {"inherited_share", report.share},
                 {"cap", options_.cap}};
    const auto trained = [&](Network& network, double rate) {
      return train_to_levels(data_, network, rate, own_seed, options_.cap).to_json();
    };
    (*known)["inherited"] = trained(inherited, options_.inherited_rate);
    (*known)["scratch"] = trained(scratch, options_.rate);
    work_.keep(name, *known);
  }
  print(*known);
  pairs_.push_back({.parent = parent.name,
                    .exact = known->at("exactness") != name_of(Exactness::kApproximate),
                    .scratch = Reached::from_json(known->at("scratch")),
                    .inherited = Reached::from_json(known->at("inherited"))});
}

}  // namespace
}  // namespace nascent

int main(int argc, char** argv) {
  nascent::Options options;
  CLI::App app("Training images until 90 % and 91.5 % accuracy: inherited weights against new ones");
  app.add_option("folder", options.folder, "IDX files or class folders");
  app.add_option("--spaces", options.spaces, "kinds of network spaces");
  app.add_option("--parents", options.parents, "of each space");
  app.add_option("--children", options.children, "of each parent");
  app.add_option("--parent-accuracy", options.parent_accuracy, "that a parent must reach to be one");
  app.add_option("--parent-samples", options.parent_samples, "that a parent is trained with");
  app.add_option("--cap", options.cap, "training images at most");
  app.add_option("--rate", options.rate, "peak of the learning rate from scratch");
  app.add_option("--inherited-rate", options.inherited_rate, "and from inherited weights");
  app.add_option("--multiply-adds", options.multiply_adds, "of a network at most");
  app.add_option("--validation", options.validation, "images");
  app.add_option("--seed", options.seed);
  app.add_option("--work", options.work, "a folder where results are kept, for a run that may be interrupted");
  return nascent::benchmark_main(app, argc, argv, [&] {
    nascent::prepare_torch_worker();
    nascent::Comparison(std::move(options)).run();
  });
}
