// The layout that needs no other program: every panel is a column, and the columns stand side by side.
#include "nascent/architecture/drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "architecture/drawing_boxes.h"
#include "architecture/drawing_frame.h"

namespace nascent {
namespace {

// All lengths are in pixels of the picture at its natural size.
constexpr double kBoxWidth = 430;
constexpr double kBoxHeight = 52;
constexpr double kPillWidth = 132;
constexpr double kPillHeight = 30;
constexpr double kGap = 22;
constexpr double kStagePadding = 16;
constexpr double kStageLabel = 26;
constexpr double kLaneWidth = 18;
constexpr double kColumnGap = 40;

struct Place {
  double top = 0;
  double height = 0;
  double width = 0;
  double middle() const { return top + height / 2; }
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

struct Column {
  const Panel* panel = nullptr;
  std::vector<Place> places;
  std::vector<Skip> skips;
  std::vector<Band> bands;
  std::size_t lanes = 0;
  double left = 0;
  double bottom = 0;
  double width() const {
    return kBoxWidth + 2 * kStagePadding + kLaneWidth * static_cast<double>(lanes) +
           (lanes > 0 ? kStagePadding / 2 : 0);
  }
  double centre() const { return left + kStagePadding + kBoxWidth / 2; }
};

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

Column lay_out(const Panel& panel, double left, double top) {
  Column column{.panel = &panel, .places = {}, .skips = {}, .bands = {}, .left = left};
  double y = top + (panel.title.empty() ? 0 : kStageLabel);
  const std::vector<Box>& boxes = panel.boxes;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const Box& box = boxes[i];
    // The drawing of one cell needs no frame of the stage that it was taken from.
    const bool framed = panel.title.empty() && !box.stage.empty();
    if (framed && (i == 0 || boxes[i - 1].stage != box.stage)) {
      column.bands.push_back({fmt::format("Stage {}", column.bands.size() + 1), y, y});
      y += kStageLabel + kStagePadding / 2;
    }
    column.places.push_back(
        {.top = y, .height = box.pill ? kPillHeight : kBoxHeight, .width = box.pill ? kPillWidth : kBoxWidth});
    y += column.places.back().height;
    if (framed && (i + 1 == boxes.size() || boxes[i + 1].stage != box.stage)) {
      y += kStagePadding;
      column.bands.back().bottom = y;
    }
    y += kGap;
    for (const int source : box.sources) {
      if (static_cast<std::size_t>(source) + 1 != i) column.skips.push_back({static_cast<std::size_t>(source), i});
    }
  }
  column.bottom = y;
  column.lanes = assign_lanes(column.skips);
  return column;
}

void draw_box(Svg& svg, const Box& box, const Place& place, double centre) {
  const double left = centre - place.width / 2;
  svg.open_group(box.tooltip);
  if (box.pill) {
    svg.rectangle(left, place.top, place.width, place.height, place.height / 2,
                  "fill=\"#f6f1fc\" stroke=\"#8a5cc9\" stroke-width=\"1.3\"");
    svg.text(centre, place.middle() + 4.5, box.title + (box.detail.empty() ? "" : " · " + box.detail),
             "text-anchor=\"middle\" font-size=\"13\" fill=\"#5c3a94\"");
  } else {
    svg.rectangle(left, place.top, place.width, place.height, 8,
                  "fill=\"#ffffff\" stroke=\"#c9d1da\" stroke-width=\"1.2\"");
    svg.rectangle(left, place.top + 6, 5, place.height - 12, 2.5, fmt::format("fill=\"{}\"", box.colour));
    svg.text(left + 18, place.top + (box.detail.empty() ? 31 : 22), box.title,
             "font-size=\"14\" font-weight=\"600\" fill=\"#1f2933\"");
    svg.text(left + 18, place.top + 41, box.detail, "font-size=\"12\" fill=\"#5f6b7a\"");
    const double right = left + place.width - 16;
    svg.text(right, place.top + (box.parameters.empty() ? 31 : 22), box.shape,
             "text-anchor=\"end\" font-size=\"13\" fill=\"#1f2933\"");
    svg.text(right, place.top + 41, box.parameters, "text-anchor=\"end\" font-size=\"12\" fill=\"#5f6b7a\"");
  }
  svg.close_group();
}

void draw_connections(Svg& svg, const Column& column) {
  const std::vector<Box>& boxes = column.panel->boxes;
  const double centre = column.centre();
  for (std::size_t i = 1; i < boxes.size(); ++i) {
    const std::vector<int>& sources = boxes[i].sources;
    if (std::find(sources.begin(), sources.end(), static_cast<int>(i) - 1) == sources.end()) continue;
    const Place& before = column.places[i - 1];
    svg.path(fmt::format("M{0:.1f} {1:.1f} V{2:.1f}", centre, before.top + before.height, column.places[i].top - 1),
             "stroke=\"#5f6b7a\" stroke-width=\"1.4\" marker-end=\"url(#arrow)\"");
  }
  for (const Skip& skip : column.skips) {
    const Place& from = column.places[skip.from];
    const Place& to = column.places[skip.to];
    const double start = centre + from.width / 2;
    const double end = centre + to.width / 2;
    const double lane = centre + kBoxWidth / 2 + kLaneWidth * static_cast<double>(skip.lane + 1);
    // What leaves a box starts below what enters it, so that both can be told apart.
    const double y0 = from.top + from.height * 0.74;
    const double y1 = to.top + to.height * 0.36;
    constexpr double r = 8;
    svg.path(fmt::format("M{:.1f} {:.1f} H{:.1f} q{r} 0 {r} {r} V{:.1f} q0 {r} -{r} {r} H{:.1f}", start, y0, lane - r,
                         y1 - r, end + 1, fmt::arg("r", r)),
             "stroke=\"#8a5cc9\" stroke-width=\"1.6\" marker-end=\"url(#skip)\"");
  }
}

void draw_column(Svg& svg, const Column& column, double top) {
  const double x = column.left + kStagePadding;
  if (!column.panel->title.empty()) svg.text(x, top + 14, column.panel->title, kPanelTitleStyle);
  for (const Band& band : column.bands) {
    svg.rectangle(column.left, band.top, column.width(), band.bottom - band.top, 12,
                  "fill=\"#f3f6fa\" stroke=\"#e1e7ee\"");
    svg.text(x, band.top + 21, band.label,
             "font-size=\"12\" font-weight=\"600\" letter-spacing=\"0.4\" fill=\"#52606d\"");
  }
  draw_connections(svg, column);
  for (std::size_t i = 0; i < column.places.size(); ++i)
    draw_box(svg, column.panel->boxes[i], column.places[i], column.centre());
}

}  // namespace

std::string to_svg(const Architecture& architecture, const DrawingOptions& options) {
  const std::vector<Panel> panels = panels_of(architecture);
  const Frame frame(architecture, options);
  std::vector<Column> columns;
  double x = 0;
  double bottom = 0;
  for (const Panel& panel : panels) {
    columns.push_back(lay_out(panel, frame.left() + x, frame.top()));
    x += columns.back().width() + kColumnGap;
    bottom = std::max(bottom, columns.back().bottom);
  }
  return frame.around(x - kColumnGap, bottom - frame.top(), [&](Svg& svg) {
    for (const Column& column : columns) draw_column(svg, column, frame.top());
  });
}

}  // namespace nascent
