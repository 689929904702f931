// Three steps: nodes are gathered into boxes, boxes get their places, and places become SVG.
#include "nascent/architecture/drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "architecture/text.h"

namespace nascent {
namespace {

// All lengths are in pixels of the picture at its natural size.
constexpr double kMargin = 32;
constexpr double kBoxWidth = 430;
constexpr double kBoxHeight = 52;
constexpr double kJoinWidth = 132;
constexpr double kJoinHeight = 30;
constexpr double kGap = 22;
constexpr double kStagePadding = 16;
constexpr double kStageLabel = 26;
constexpr double kLaneWidth = 18;
constexpr double kTitleHeight = 44;
constexpr double kFootHeight = 52;
constexpr std::string_view kFont = "Inter, 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif";

struct Box {
  std::vector<int> nodes;    ///< indices, in order; the first is what the box is about
  std::vector<int> sources;  ///< boxes whose output it reads
  bool join = false;         ///< drawn as a small pill
  std::string stage;
  double top = 0;
  double height() const { return join ? kJoinHeight : kBoxHeight; }
  double width() const { return join ? kJoinWidth : kBoxWidth; }
  double middle() const { return top + height() / 2; }
};

/// A connection that does not simply go to the next box.
struct Skip {
  std::size_t from;
  std::size_t to;
  std::size_t lane = 0;
};

struct Band {
  std::string label;
  double top;
  double bottom;
};

struct Layout {
  std::vector<Box> boxes;
  std::vector<Skip> skips;
  std::vector<Band> bands;
  std::size_t lanes = 0;
  double bottom = 0;
};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

bool is_follower(const Operation& operation) {
  return std::holds_alternative<BatchNorm>(operation) || std::holds_alternative<Activation>(operation) ||
         std::holds_alternative<Dropout>(operation);
}

bool is_join(const Operation& operation) {
  return std::holds_alternative<Add>(operation) || std::holds_alternative<Concatenate>(operation);
}

std::vector<Box> gather_boxes(const Architecture& net) {
  std::vector<int> readers(net.nodes().size(), 0);
  for (const Node& node : net.nodes()) {
    for (const int input : node.inputs) ++readers[static_cast<std::size_t>(input)];
  }
  std::vector<Box> boxes;
  std::vector<int> box_of(net.nodes().size(), -1);
  for (int i = 0; i <= net.last(); ++i) {
    const Node& node = net.node(i);
    const bool joins_last = !boxes.empty() && is_follower(node.operation) &&
                            node.inputs[0] == boxes.back().nodes.back() &&
                            readers[static_cast<std::size_t>(node.inputs[0])] == 1 && node.inputs[0] != 0;
    if (!joins_last) {
      Box box{.nodes = {}, .sources = {}, .join = is_join(node.operation), .stage = stage_of(node)};
      for (const int input : node.inputs) box.sources.push_back(box_of[static_cast<std::size_t>(input)]);
      boxes.push_back(std::move(box));
    }
    boxes.back().nodes.push_back(i);
    box_of[static_cast<std::size_t>(i)] = static_cast<int>(boxes.size()) - 1;
  }
  return boxes;
}

/// Gives every skip the innermost lane that is free between its ends.
std::size_t assign_lanes(std::vector<Skip>& skips) {
  std::sort(skips.begin(), skips.end(), [](const Skip& a, const Skip& b) { return a.to - a.from < b.to - b.from; });
  std::vector<std::vector<const Skip*>> lanes;
  for (Skip& skip : skips) {
    const auto crosses = [&](const Skip* other) { return skip.from < other->to && other->from < skip.to; };
    skip.lane = 0;
    while (skip.lane < lanes.size() && std::any_of(lanes[skip.lane].begin(), lanes[skip.lane].end(), crosses))
      ++skip.lane;
    if (skip.lane == lanes.size()) lanes.emplace_back();
    lanes[skip.lane].push_back(&skip);
  }
  return lanes.size();
}

Layout lay_out(const Architecture& net, double top) {
  Layout layout{.boxes = gather_boxes(net), .skips = {}, .bands = {}};
  double y = top;
  std::size_t stages = 0;
  for (std::size_t i = 0; i < layout.boxes.size(); ++i) {
    Box& box = layout.boxes[i];
    const bool opens = !box.stage.empty() && (i == 0 || layout.boxes[i - 1].stage != box.stage);
    if (opens) {
      layout.bands.push_back({fmt::format("Stage {}", ++stages), y, y});
      y += kStageLabel + kStagePadding / 2;
    }
    box.top = y;
    y += box.height();
    const bool closes = !box.stage.empty() && (i + 1 == layout.boxes.size() || layout.boxes[i + 1].stage != box.stage);
    if (closes) {
      y += kStagePadding;
      layout.bands.back().bottom = y;
    }
    y += kGap;
    for (const int source : box.sources) {
      if (static_cast<std::size_t>(source) + 1 != i) layout.skips.push_back({static_cast<std::size_t>(source), i});
    }
  }
  layout.bottom = y;
  layout.lanes = assign_lanes(layout.skips);
  return layout;
}

std::string_view title_of(ActivationKind kind) {
  switch (kind) {
    case ActivationKind::kRelu:
      return "ReLU";
    case ActivationKind::kSilu:
      return "SiLU";
    case ActivationKind::kGelu:
      return "GELU";
    case ActivationKind::kSelu:
      return "SELU";
    case ActivationKind::kTanh:
      return "tanh";
  }
  return "";
}

std::string convolution_title(const Convolution& conv, int channels) {
  const std::string_view kind = conv.groups == 1          ? "Convolution"
                                : conv.groups == channels ? "Depthwise convolution"
                                                          : "Grouped convolution";
  return fmt::format("{} {} × {}", kind, conv.kernel, conv.kernel);
}

std::string title_of(const Architecture& net, int index) {
  const Operation& operation = net.node(index).operation;
  if (const auto* conv = std::get_if<Convolution>(&operation)) {
    return convolution_title(*conv, net.input_shapes(index)[0].channels);
  }
  if (const auto* pool = std::get_if<MaxPool>(&operation)) return fmt::format("Max pooling {0} × {0}", pool->size);
  if (const auto* pool = std::get_if<AveragePool>(&operation))
    return fmt::format("Average pooling {0} × {0}", pool->size);
  if (const auto* activation = std::get_if<Activation>(&operation)) return std::string(title_of(activation->kind));
  if (const auto* dropout = std::get_if<Dropout>(&operation))
    return fmt::format("Dropout {:.0f} %", 100 * dropout->rate);
  if (const auto* custom = std::get_if<Custom>(&operation)) return custom->kind;
  std::string title(name_of(operation));
  std::replace(title.begin(), title.end(), '_', ' ');
  if (!is_join(operation)) title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
  return title;
}

std::string follower_text(const Architecture& net, int index) {
  const Operation& operation = net.node(index).operation;
  if (std::holds_alternative<BatchNorm>(operation)) return "batch norm";
  if (const auto* dropout = std::get_if<Dropout>(&operation))
    return fmt::format("dropout {:.0f} %", 100 * dropout->rate);
  return title_of(net, index);
}

/// The second line of a box: details of its main operation and what follows it.
std::string detail_of(const Architecture& net, const Box& box) {
  std::vector<std::string> parts;
  const Operation& main = net.node(box.nodes[0]).operation;
  if (const auto* conv = std::get_if<Convolution>(&main)) {
    parts.push_back(counted(conv->filters, "filter"));
    if (conv->stride > 1) parts.push_back(fmt::format("stride {}", conv->stride));
  }
  if (const auto* dense = std::get_if<Dense>(&main)) parts.push_back(counted(dense->units, "unit"));
  for (std::size_t i = 1; i < box.nodes.size(); ++i) parts.push_back(follower_text(net, box.nodes[i]));
  return fmt::format("{}", fmt::join(parts, " · "));
}

std::string_view colour_of(const Operation& operation) {
  if (std::holds_alternative<Convolution>(operation)) return "#3b6fd4";
  if (std::holds_alternative<MaxPool>(operation) || std::holds_alternative<AveragePool>(operation) ||
      std::holds_alternative<GlobalAveragePool>(operation)) {
    return "#d98324";
  }
  if (std::holds_alternative<Dense>(operation)) return "#2f9e6e";
  if (is_join(operation)) return "#8a5cc9";
  return "#7b8794";
}

class Svg {
 public:
  Svg(double width, double height) {
    text_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} "
        "{1:.0f}\" "
        "font-family=\"{2}\">\n"
        "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
        "orient=\"auto\"><path d=\"M0 0.8 L7.5 4 L0 7.2 z\" fill=\"#5f6b7a\"/></marker>"
        "<marker id=\"skip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
        "orient=\"auto\"><path d=\"M0 0.8 L7.5 4 L0 7.2 z\" fill=\"#8a5cc9\"/></marker></defs>\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
        width, height, kFont);
  }
  void rectangle(double x, double y, double width, double height, double radius, std::string_view style) {
    text_ += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"{:.1f}\" {}/>\n", x,
                         y, width, height, radius, style);
  }
  void text(double x, double y, std::string_view content, std::string_view style) {
    if (content.empty()) return;
    text_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, style, escaped(content));
  }
  void path(std::string_view points, std::string_view style) {
    text_ += fmt::format("<path d=\"{}\" fill=\"none\" {}/>\n", points, style);
  }
  void open_group(std::string_view tooltip) { text_ += fmt::format("<g><title>{}</title>\n", escaped(tooltip)); }
  void close_group() { text_ += "</g>\n"; }
  std::string finish() && { return std::move(text_) + "</svg>\n"; }

 private:
  std::string text_;
};

void draw_box(Svg& svg, const Architecture& net, const Box& box, double centre) {
  const Operation& main = net.node(box.nodes[0]).operation;
  std::vector<std::string> names;
  std::int64_t parameters = 0;
  for (const int index : box.nodes) {
    names.push_back(net.node(index).name);
    parameters += net.parameters_of(index);
  }
  const double left = centre - box.width() / 2;
  svg.open_group(fmt::format("{}", fmt::join(names, ", ")));
  if (box.join) {
    svg.rectangle(left, box.top, box.width(), box.height(), box.height() / 2,
                  "fill=\"#f6f1fc\" stroke=\"#8a5cc9\" stroke-width=\"1.3\"");
    const std::string detail = detail_of(net, box);
    svg.text(centre, box.middle() + 4.5, title_of(net, box.nodes[0]) + (detail.empty() ? "" : " · " + detail),
             "text-anchor=\"middle\" font-size=\"13\" fill=\"#5c3a94\"");
  } else {
    svg.rectangle(left, box.top, box.width(), box.height(), 8,
                  "fill=\"#ffffff\" stroke=\"#c9d1da\" stroke-width=\"1.2\"");
    svg.rectangle(left, box.top + 6, 5, box.height() - 12, 2.5, fmt::format("fill=\"{}\"", colour_of(main)));
    const std::string detail = detail_of(net, box);
    svg.text(left + 18, box.top + (detail.empty() ? 31 : 22), title_of(net, box.nodes[0]),
             "font-size=\"14\" font-weight=\"600\" fill=\"#1f2933\"");
    svg.text(left + 18, box.top + 41, detail, "font-size=\"12\" fill=\"#5f6b7a\"");
    const double right = left + box.width() - 16;
    svg.text(right, box.top + (parameters > 0 ? 22 : 31), to_string(net.node(box.nodes.back()).shape),
             "text-anchor=\"end\" font-size=\"13\" fill=\"#1f2933\"");
    if (parameters > 0) {
      svg.text(right, box.top + 41, counted(parameters, "parameter"),
               "text-anchor=\"end\" font-size=\"12\" fill=\"#5f6b7a\"");
    }
  }
  svg.close_group();
}

void draw_connections(Svg& svg, const Layout& layout, double centre) {
  for (std::size_t i = 1; i < layout.boxes.size(); ++i) {
    const Box& box = layout.boxes[i];
    if (std::find(box.sources.begin(), box.sources.end(), static_cast<int>(i) - 1) == box.sources.end()) continue;
    const Box& before = layout.boxes[i - 1];
    svg.path(fmt::format("M{0:.1f} {1:.1f} V{2:.1f}", centre, before.top + before.height(), box.top - 1),
             "stroke=\"#5f6b7a\" stroke-width=\"1.4\" marker-end=\"url(#arrow)\"");
  }
  for (const Skip& skip : layout.skips) {
    const Box& from = layout.boxes[skip.from];
    const Box& to = layout.boxes[skip.to];
    const double start = centre + from.width() / 2;
    const double end = centre + to.width() / 2;
    const double lane = centre + kBoxWidth / 2 + kLaneWidth * static_cast<double>(skip.lane + 1);
    // What leaves a box starts below what enters it, so that both can be told apart.
    const double y0 = from.top + from.height() * 0.74;
    const double y1 = to.top + to.height() * 0.36;
    constexpr double r = 8;
    svg.path(fmt::format("M{:.1f} {:.1f} H{:.1f} q{r} 0 {r} {r} V{:.1f} q0 {r} -{r} {r} H{:.1f}", start, y0, lane - r,
                         y1 - r, end + 1, fmt::arg("r", r)),
             "stroke=\"#8a5cc9\" stroke-width=\"1.6\" marker-end=\"url(#skip)\"");
  }
}

}  // namespace

std::string to_svg(const Architecture& architecture, const DrawingOptions& options) {
  const Layout layout = lay_out(architecture, kMargin + (options.title.empty() ? 0 : kTitleHeight));
  const double lanes = kLaneWidth * static_cast<double>(layout.lanes);
  const double band_left = kMargin;
  const double band_width = kBoxWidth + 2 * kStagePadding + lanes + (layout.lanes > 0 ? kStagePadding / 2 : 0);
  const double centre = kMargin + kStagePadding + kBoxWidth / 2;
  const double width = band_width + 2 * kMargin;
  Svg svg(width, layout.bottom + kFootHeight);
  svg.text(band_left, kMargin + 14, options.title, "font-size=\"20\" font-weight=\"700\" fill=\"#1f2933\"");
  for (const Band& band : layout.bands) {
    svg.rectangle(band_left, band.top, band_width, band.bottom - band.top, 12, "fill=\"#f3f6fa\" stroke=\"#e1e7ee\"");
    svg.text(band_left + kStagePadding, band.top + 21, band.label,
             "font-size=\"12\" font-weight=\"600\" letter-spacing=\"0.4\" fill=\"#52606d\"");
  }
  draw_connections(svg, layout, centre);
  for (const Box& box : layout.boxes) draw_box(svg, architecture, box, centre);
  svg.text(band_left, layout.bottom + 10, summary(architecture), "font-size=\"13\" fill=\"#1f2933\"");
  svg.text(band_left, layout.bottom + 30,
           fmt::format("{} multiply-adds for one example", with_thousands(architecture.multiply_adds())),
           "font-size=\"12\" fill=\"#5f6b7a\"");
  return std::move(svg).finish();
}

}  // namespace nascent
