#include "nascent/architecture/macro_space.h"

#include <fmt/format.h>

#include <algorithm>

namespace nascent {
namespace {

/// Stages after which at least 4 x 4 positions are left, when all but the first halve the resolution.
int deepest(const ImageTraits& traits, const MacroLimits& limits) {
  int stages = 1;
  for (int side = std::min(traits.height, traits.width); side / 2 >= 4 && stages < limits.stages; side /= 2) ++stages;
  return stages;
}

/// Appends layer after layer to one end of the graph, under names that start with the same scope.
class Chain {
 public:
  Chain(Architecture& net, ActivationKind activation) : net_(net), activation_(activation), end_(net.last()) {}

  void enter(std::string scope) { scope_ = std::move(scope); }
  int end() const { return end_; }
  const Shape& shape() const { return net_.node(end_).shape; }

  void append(const std::string& name, Operation operation) {
    end_ = net_.append(scope_.empty() ? name : scope_ + "/" + name, std::move(operation), end_);
  }
  void convolution(const std::string& suffix, const Convolution& operation) {
    append("convolution" + suffix, operation);
    append("norm" + suffix, BatchNorm{});
  }
  void activate(const std::string& suffix = "") { append("activation" + suffix, Activation{activation_}); }
  void add(int other) { end_ = net_.append(scope_ + "/add", Add{}, {end_, other}); }

 private:
  Architecture& net_;
  ActivationKind activation_;
  std::string scope_;
  int end_;
};

/// The convolution that opens a stage; halves the resolution if `reduce` and there is something left to halve.
void append_entry(Chain& chain, const Configuration& stage, bool reduce) {
  const int filters = static_cast<int>(stage.integer("filters"));
  const std::string& pooling = stage.choice("pooling");
  reduce = reduce && std::min(chain.shape().height, chain.shape().width) >= 2;
  chain.append("convolution",
               Convolution{.filters = filters, .kernel = 3, .stride = reduce && pooling == "stride" ? 2 : 1});
  if (reduce && pooling == "max") chain.append("pool", MaxPool{});
  if (reduce && pooling == "average") chain.append("pool", AveragePool{});
  chain.append("norm", BatchNorm{});
  chain.activate();
}

void append_block(Chain& chain, const Configuration& block) {
  const int start = chain.end();
  const int filters = chain.shape().channels;
  const int kernel = block.choice("kernel") == "5" ? 5 : 3;
  const std::string& kind = block.choice("kind");
  if (kind == "double") {
    chain.convolution("-1", {.filters = filters, .kernel = kernel});
    chain.activate("-1");
    chain.convolution("-2", {.filters = filters, .kernel = kernel});
  } else if (kind == "separable") {
    chain.convolution("-1", {.filters = filters, .kernel = kernel, .groups = filters});
    chain.convolution("-2", {.filters = filters, .kernel = 1});
  } else {
    chain.convolution("-1", {.filters = filters, .kernel = kernel});
  }
  if (block.choice("skip") == "yes") chain.add(start);
  chain.activate();
}

ChoiceValue chosen(std::string name, Configuration branch = {}) { return {std::move(name), std::move(branch)}; }

struct StageDraft {
  std::int64_t filters;
  std::vector<const char*> blocks;  ///< their kinds
};

Configuration draft(const std::vector<StageDraft>& stages, const char* resolution, const char* pooling) {
  std::vector<Element> stage_list;
  std::uint64_t identity = 0;
  for (const StageDraft& stage : stages) {
    std::vector<Element> blocks;
    for (const char* kind : stage.blocks) {
      Configuration block;
      block.set("kind", chosen(kind));
      block.set("kernel", chosen("3"));
      block.set("skip", chosen("yes"));
      blocks.push_back({blocks.size() + 1, std::move(block)});
    }
    Configuration values;
    values.set("filters", stage.filters);
    values.set("pooling", chosen(pooling));
    values.set("blocks", std::move(blocks));
    stage_list.push_back({++identity, std::move(values)});
  }
  Configuration network;
  network.set("stages", std::move(stage_list));
  network.set("resolution", chosen(resolution));
  network.set("dense", chosen("none"));
  network.set("activation", chosen("relu"));
  network.set("dropout", 0.0);
  return network;
}

}  // namespace

SearchSpace macro_space(const ImageTraits& traits, const MacroLimits& limits) {
  SearchSpace block;
  block.add_categorical("kind", {"single", "double", "separable"});
  block.add_categorical("kernel", {"3", "5"});
  block.add_categorical("skip", {"yes", "no"});

  SearchSpace stage;
  stage.add_int("filters", 8, limits.filters, {.step = 8});
  stage.add_categorical("pooling", {"stride", "max", "average"});
  stage.add_repeat("blocks", 0, limits.blocks, std::move(block));

  SearchSpace space;
  space.add_repeat("stages", 1, deepest(traits, limits), std::move(stage));
  space.add_categorical("resolution", {"full", "half"});
  space.add_categorical("dense", {"none", {"some", SearchSpace().add_int("units", 32, 256, {.step = 32})}});
  space.add_categorical("activation", {"relu", "silu"});
  space.add_float("dropout", 0.0, 0.5, {.step = 0.05});
  return space;
}

Architecture build_macro(const Configuration& configuration, const Shape& input, int classes) {
  Architecture net(input);
  Chain chain(net, activation_kind_of(configuration.choice("activation")));
  bool first = true;
  for (const Element& stage : configuration.elements("stages")) {
    const std::string name = fmt::format("stage-{}", stage.identity);
    chain.enter(name);
    append_entry(chain, stage.values, !first || configuration.choice("resolution") == "half");
    for (const Element& block : stage.values.elements("blocks")) {
      chain.enter(fmt::format("{}/block-{}", name, block.identity));
      append_block(chain, block.values);
    }
    first = false;
  }
  chain.enter("");
  chain.append("pool", GlobalAveragePool{});
  if (configuration.choice("dense") == "some") {
    chain.append("dense", Dense{.units = static_cast<int>(configuration.branch("dense").integer("units"))});
    chain.activate("-dense");
  }
  if (const double rate = configuration.number("dropout"); rate > 0.0) chain.append("dropout", Dropout{rate});
  chain.append("classes", Dense{.units = classes});
  return net;
}

std::vector<Configuration> first_macro_networks(const ImageTraits& traits, const MacroLimits& limits) {
  std::vector<std::vector<StageDraft>> drafts = {
      {{32, {"single"}}, {64, {"single"}}, {96, {"single"}}},
      {{16, {"double"}}, {32, {"double"}}, {64, {"double"}}},
      {{16, {}}, {32, {"single"}}},
  };
  const char* resolutions[] = {"half", "full", "half"};
  const char* poolings[] = {"max", "stride", "max"};
  std::vector<Configuration> networks;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    std::vector<StageDraft>& stages = drafts[i];
    stages.resize(std::min<std::size_t>(stages.size(), static_cast<std::size_t>(deepest(traits, limits))));
    for (StageDraft& stage : stages) {
      stage.filters = std::min<std::int64_t>(stage.filters, limits.filters);
      stage.blocks.resize(std::min<std::size_t>(stage.blocks.size(), static_cast<std::size_t>(limits.blocks)));
    }
    networks.push_back(draft(stages, resolutions[i], poolings[i]));
  }
  return networks;
}

}  // namespace nascent
