// Networks for images from single layers in stages.
//
//     stages[]
//       filters         how many the layers of the stage have
//       reduction       none | stride | max | average   how its first layer halves the resolution
//       layers[]
//         kind            convolution | separable | grouped {groups} | dilated
//         kernel          1 | 3 | 5 | 7
//         width           half | same | double   filters beside the stage's
//         normalization, activation, attention
//         skip            none | add {back} | scaled {back} | concatenate {back}
//     dense[]           layers behind the pooling: units, activation, dropout
//     dropout           before the classes
//
// A layer is convolution, pooling (where it reduces so), normalization, attention, addition, activation, concatenation,
// in this order: the engine has one kernel for normalization, addition and rectifier. Behind rectifiers a new layer can
// start as the identity, and one with an addition of what it reads with a normalization whose scale is zero. An
// addition of two outputs of one shape is plain; one that was switched on in a trained network and should start at
// nothing needs a scale ("scaled"), which costs one more pass over the feature maps.

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "architecture/layer_parts.h"

namespace nascent {
namespace {

constexpr int kLeastSide = 4;  ///< feature maps are halved from here on up
const std::vector<std::string> kKinds{"convolution", "separable", "grouped", "dilated"};
const std::vector<std::string> kKernels{"1", "3", "5", "7"};
const std::vector<std::string> kWidths{"half", "same", "double"};
const std::vector<std::string> kReductions{"none", "stride", "max", "average"};
const std::vector<std::string> kGroups{"2", "4", "8", "16"};
const std::vector<std::string> kAttention{"none", "squeeze"};

/// What the settings leave free.
struct Allowed {
  int stages, layers, dense, back;
  SpaceSettings::Range filters, units;
  std::vector<std::string> kinds, kernels, widths, reductions, groups, activations, normalizations, attention, skips;

  explicit Allowed(const Json& json) {
    SpaceSettings settings("macro", json);
    stages = settings.count("stages", 4, 1, 8);
    layers = settings.count("layers", 4, 1, 32);
    filters = settings.range("filters", {8, 128}, {8, 4096});
    kinds = settings.choices("kinds", kKinds, kKinds);
    kernels = settings.choices("kernels", {"1", "3", "5"}, kKernels);
    widths = settings.choices("widths", kWidths, kWidths);
    reductions = settings.choices("reductions", kReductions, kReductions);
    groups = settings.choices("groups", {"2", "4", "8"}, kGroups);
    activations = settings.choices("activations", {"relu", "silu", "gelu"}, kActivations);
    normalizations = settings.choices("normalizations", {"batch", "layer"}, kNormalizations);
    attention = settings.choices("attention", kAttention, kAttention);
    skips = settings.choices("skips", {"none", "add", "concatenate"}, kSkips);
    back = settings.count("back", 4, 1, 64);
    dense = settings.count("dense", 2, 0, 8);
    units = settings.range("units", {32, 256}, {8, 65536});
    settings.check_unknown();
    if (filters.low % 8 != 0 || filters.high % 8 != 0)
      throw SettingError("filters",
                         fmt::format("must have multiples of 8 as bounds, not {} and {}", filters.low, filters.high));
  }

  SearchSpace space() const {
    std::vector<Choice> kind_choices;
    for (const std::string& kind : kinds)
      kind_choices.emplace_back(
          kind, kind == "grouped" ? SearchSpace().add_ordered("groups", plain_choices(groups)) : SearchSpace());
    SearchSpace layer;
    layer.add_categorical("kind", std::move(kind_choices));
    layer.add_ordered("kernel", plain_choices(kernels));
    layer.add_ordered("width", plain_choices(widths));
    layer.add_categorical("normalization", plain_choices(normalizations));
    layer.add_categorical("activation", plain_choices(activations));
    layer.add_categorical("attention", plain_choices(attention));
    add_skip(layer, skips, back);

    SearchSpace stage;
    stage.add_int("filters", filters.low, filters.high, {.step = 8});
    stage.add_categorical("reduction", plain_choices(reductions));
    stage.add_repeat("layers", 1, layers, std::move(layer));

    SearchSpace flat;
    flat.add_int("units", units.low, units.high, {.step = 8});
    flat.add_categorical("activation", plain_choices(activations));
    add_dropout(flat);

    SearchSpace space;
    space.add_repeat("stages", 1, stages, std::move(stage));
    space.add_repeat("dense", 0, dense, std::move(flat));
    add_dropout(space);
    return space;
  }
};

class Builder {
 public:
  Builder(const NetworkTask& task, const Enlargement& enlargement) : net_(task.input), enlargement_(enlargement) {
    outputs_.push_back({0, "input", 0});
  }

  Architecture build(const Configuration& configuration, int outputs) {
    for (const Element& stage : configuration.elements("stages")) append_stage(stage);
    int end = net_.append("pool", GlobalAveragePool{}, outputs_.back().node);
    for (const Element& layer : configuration.elements("dense")) {
      const std::string scope = fmt::format("dense-{}", layer.identity);
      end = net_.append(scope + "/dense", Dense{.units = enlarged(layer.values.integer("units"), enlargement_)}, end);
      end = append_activation(net_, scope, layer.values.choice("activation"), end);
      end = append_dropout(net_, scope + "/dropout", layer.values.number("dropout"), end);
    }
    end = append_dropout(net_, "dropout", configuration.number("dropout"), end);
    net_.append("classes", Dense{.units = outputs}, end);
    return std::move(net_);
  }

 private:
  /// What comes out of a layer.
  struct Output {
    int node;
    std::string name;        ///< of the layer, with dashes
    std::size_t reductions;  ///< how often the resolution had been halved by then
  };

  const Shape& shape(int node) const { return net_.node(node).shape; }

  void append_stage(const Element& stage) {
    const int filters = enlarged(stage.values.integer("filters"), enlargement_);
    const std::string& reduction = stage.values.choice("reduction");
    bool first = true;
    for (int turn = 1; turn <= enlarged_cells(1, enlargement_); ++turn) {
      const std::string again = turn == 1 ? "" : fmt::format("again-{}-", turn);
      for (const Element& layer : stage.values.elements("layers")) {
        append_layer(fmt::format("stage-{}/{}layer-{}", stage.identity, again, layer.identity), layer.values, filters,
                     first ? reduction : "none");
        first = false;
      }
    }
  }

  void append_layer(const std::string& scope, const Configuration& layer, int stage_filters, std::string reduction) {
    const int start = outputs_.back().node;
    if (std::min(shape(start).height, shape(start).width) < kLeastSide) reduction = "none";
    const std::string& width = layer.choice("width");
    const int filters = width == "half" ? stage_filters / 2 : width == "double" ? stage_filters * 2 : stage_filters;
    const std::string& normalization = layer.choice("normalization");

    int end = append_convolution(scope, layer, filters, reduction == "stride" ? 2 : 1, normalization == "none", start);
    if (reduction == "max") end = net_.append(scope + "/pool", MaxPool{}, end);
    if (reduction == "average") end = net_.append(scope + "/average-pool", AveragePool{}, end);
    if (reduction != "none") halvings_.push_back(reduction == "stride");
    end = append_normalization(net_, scope, normalization, end);
    if (layer.choice("attention") == "squeeze")
      end = net_.append(scope + "/squeeze", SqueezeExcite{.units = std::max(4, filters / 4)}, end);

    const std::string& skip = layer.choice("skip");
    const Output* source = skip == "none" ? nullptr : &source_of(layer.branch("skip").integer("back"));
    if (skip == "add" || skip == "scaled") end = append_addition(scope, *source, skip == "scaled", end);
    end = append_activation(net_, scope, layer.choice("activation"), end);
    if (skip == "concatenate") {
      const int other = append_halvings(scope + "/from-" + source->name, *source);
      end = net_.append(scope + "/concatenate", Concatenate{}, {end, other});
    }
    std::string name = scope;
    std::replace(name.begin(), name.end(), '/', '-');
    outputs_.push_back({end, std::move(name), halvings_.size()});
  }

  int append_convolution(const std::string& scope, const Configuration& layer, int filters, int stride, bool bias,
                         int input) {
    const std::string& kind = layer.choice("kind");
    const int kernel = std::stoi(layer.choice("kernel"));
    const int channels = shape(input).channels;
    if (kind == "separable") {
      input =
          net_.append(scope + "/separable-depthwise",
                      Convolution{.filters = channels, .kernel = kernel, .stride = stride, .groups = channels}, input);
      return net_.append(scope + "/separable-pointwise", Convolution{.filters = filters, .kernel = 1, .bias = bias},
                         input);
    }
    Convolution convolution{.filters = filters, .kernel = kernel, .stride = stride, .bias = bias};
    if (kind == "dilated") convolution.dilation = 2;
    if (kind == "grouped") {
      // The most groups up to the wanted number that both sides can be divided into.
      const int wanted = std::stoi(layer.branch("kind").choice("groups"));
      convolution.groups = std::gcd(wanted, std::gcd(channels, filters));
      return net_.append(fmt::format("{}/grouped-{}-convolution", scope, convolution.groups), convolution, input);
    }
    return net_.append(scope + (kind == "dilated" ? "/dilated-convolution" : "/convolution"), convolution, input);
  }

  const Output& source_of(std::int64_t back) const {
    const auto count = static_cast<std::int64_t>(outputs_.size());
    return outputs_[static_cast<std::size_t>(std::max<std::int64_t>(0, count - back))];
  }

  int append_addition(const std::string& scope, const Output& source, bool scaled, int end) {
    const std::string from = scope + "/from-" + source.name;
    int other = append_halvings(from, source);
    if (shape(other).channels != shape(end).channels) {
      other = net_.append(from + "/convolution", Convolution{.filters = shape(end).channels, .kernel = 1}, other);
      other = net_.append(from + "/norm", BatchNorm{}, other);
    } else if (scaled) {
      other = net_.append(from + "/scale", Scale{}, other);
    }
    return net_.append(scope + "/add", Add{}, {end, other});
  }

  /// Brings an earlier output to today's resolution. A stride halves odd sides upwards, pooling downwards; what it
  /// skips is halved alike.
  int append_halvings(const std::string& scope, const Output& source) {
    int node = source.node;
    for (std::size_t i = source.reductions; i < halvings_.size(); ++i) {
      const AveragePool pool = halvings_[i] ? AveragePool{.size = 3, .stride = 2, .padding = 1} : AveragePool{};
      node = net_.append(fmt::format("{}/pool-{}", scope, i + 1 - source.reductions), pool, node);
    }
    return node;
  }

  Architecture net_;
  Enlargement enlargement_;
  std::vector<Output> outputs_;  ///< the input, then of each layer
  std::vector<bool> halvings_;   ///< of the resolution so far: whether by a stride
};

// ---- starting points ----

struct LayerDraft {
  const char* skip = "none";
  int back = 1;
};

struct StageDraft {
  std::int64_t filters;
  const char* reduction;
  std::vector<LayerDraft> layers;
};

class Drafts {
 public:
  explicit Drafts(const Allowed& allowed) : allowed_(allowed) {}

  Configuration network(std::vector<StageDraft> stages) const {
    if (stages.size() > static_cast<std::size_t>(allowed_.stages)) stages.resize(allowed_.stages);
    std::vector<Element> list;
    for (const StageDraft& draft : stages) {
      std::vector<Element> layers;
      for (const LayerDraft& one : draft.layers)
        if (layers.size() < static_cast<std::size_t>(allowed_.layers))
          layers.push_back({layers.size() + 1, layer(one)});
      Configuration stage;
      stage.set("filters", std::clamp<std::int64_t>(draft.filters, allowed_.filters.low, allowed_.filters.high));
      stage.set("reduction", ChoiceValue{one_of(allowed_.reductions, {draft.reduction, "max", "stride"}), {}});
      stage.set("layers", std::move(layers));
      list.push_back({list.size() + 1, std::move(stage)});
    }
    Configuration network;
    network.set("stages", std::move(list));
    network.set("dense", std::vector<Element>{});
    network.set("dropout", 0.0);
    return network;
  }

 private:
  Configuration layer(const LayerDraft& draft) const {
    const std::string kind = one_of(allowed_.kinds, {"convolution"});
    Configuration below;
    if (kind == "grouped") below.set("groups", ChoiceValue{allowed_.groups.front(), {}});
    Configuration layer;
    layer.set("kind", ChoiceValue{kind, std::move(below)});
    layer.set("kernel", ChoiceValue{one_of(allowed_.kernels, {"3", "5"}), {}});
    layer.set("width", ChoiceValue{one_of(allowed_.widths, {"same"}), {}});
    layer.set("normalization", ChoiceValue{one_of(allowed_.normalizations, {"batch"}), {}});
    layer.set("activation", ChoiceValue{one_of(allowed_.activations, {"relu"}), {}});
    layer.set("attention", ChoiceValue{one_of(allowed_.attention, {"none"}), {}});
    layer.set("skip", skip_value(one_of(allowed_.skips, {draft.skip, "none"}), std::min(draft.back, allowed_.back)));
    return layer;
  }

  const Allowed& allowed_;
};

std::vector<Configuration> first_networks(const Allowed& allowed) {
  const LayerDraft plain;
  const LayerDraft residual{.skip = "add", .back = 1};
  const LayerDraft residual_of_two{.skip = "add", .back = 2};
  const Drafts drafts(allowed);
  return {
      // The smallest that trains: about 5,000 parameters.
      drafts.network({{8, "max", {plain}}, {16, "max", {plain}}, {24, "max", {plain}}}),
      // Halves the resolution at once and spends the time saved on filters.
      drafts.network({{32, "max", {plain, residual}}, {64, "max", {plain, residual}}, {96, "max", {plain, residual}}}),
      // A residual network that keeps the resolution at first.
      drafts.network({{16, "none", {plain, plain, residual_of_two}},
                      {32, "stride", {plain, plain, residual_of_two}},
                      {64, "stride", {plain, plain, residual_of_two}}}),
      // For hours rather than minutes: about 470,000 parameters.
      drafts.network({{32, "max", {plain, residual}},
                      {64, "max", {plain, plain, residual_of_two}},
                      {128, "max", {plain, plain, residual_of_two}}}),
  };
}

}  // namespace

NetworkSpace make_macro_space(const Json& settings, const NetworkTask& task) {
  if (task.input.is_flat()) return make_macro_table_space(settings, task);
  const Allowed allowed(settings);
  return {.kind = "macro",
          .space = allowed.space(),
          .build =
              [task](const Configuration& configuration, const Enlargement& enlargement) {
                return Builder(task, enlargement).build(configuration, task.outputs);
              },
          .first = first_networks(allowed)};
}

}  // namespace nascent
