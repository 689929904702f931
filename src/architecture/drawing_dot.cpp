// The layout by Graphviz: the boxes of all panels as one graph, drawn by the program `dot`.
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <thread>

#include "architecture/drawing_boxes.h"
#include "architecture/drawing_frame.h"
#include "nascent/core/files.h"

namespace nascent {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kPatience{10};
constexpr double kPanelGap = 24;

/// More connections beside a column than this cannot be followed by the eye.
constexpr int kMostLanes = 4;

/// Whether a column would hide the structure: paths beside each other, or many skips at one place.
bool branches(const Panel& panel) {
  std::vector<int> open(panel.boxes.size(), 0);
  for (std::size_t i = 1; i < panel.boxes.size(); ++i) {
    const std::vector<int>& sources = panel.boxes[i].sources;
    if (std::find(sources.begin(), sources.end(), static_cast<int>(i) - 1) == sources.end()) return true;
    for (const int source : sources)
      for (std::size_t between = static_cast<std::size_t>(source) + 1; between < i; ++between)
        if (++open[between] > kMostLanes) return true;
  }
  return false;
}

std::string box_label(const Box& box) {
  const auto line = [](const std::string& left, const std::string& right, const std::string& bar) {
    return fmt::format("<TR>{}<TD ALIGN=\"LEFT\">{}   </TD><TD ALIGN=\"RIGHT\">{}</TD></TR>", bar, left, right);
  };
  const auto grey = [](const std::string& text) {
    return text.empty() ? text : fmt::format("<FONT POINT-SIZE=\"11\" COLOR=\"#5f6b7a\">{}</FONT>", escaped(text));
  };
  const bool second = !box.detail.empty() || !box.parameters.empty();
  const std::string bar =
      fmt::format("<TD ROWSPAN=\"{}\" BGCOLOR=\"{}\" WIDTH=\"5\"></TD>", second ? 2 : 1, box.colour);
  return "<<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"2\" CELLPADDING=\"1\">" +
         line("<B>" + escaped(box.title) + "</B>", escaped(box.shape), bar) +
         (second ? line(grey(box.detail), grey(box.parameters), "") : "") + "</TABLE>>";
}

/// A text in the quotes of the language: nothing but quotes and backslashes is special there.
std::string dot_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

void write_panel(std::string& dot, const Panel& panel) {
  const auto name = [](std::size_t box) { return fmt::format("box{}", box); };
  const bool is_cell = !panel.title.empty();
  if (is_cell) {
    dot += fmt::format(
        "subgraph cluster_cell {{\nlabel=<<B>{}</B>>; labeljust=l; style=\"rounded\"; "
        "color=\"#e1e7ee\"; fontsize=15;\n",
        escaped(panel.title));
  }
  std::string stage;
  int stages = 0;
  for (std::size_t i = 0; i < panel.boxes.size(); ++i) {
    const Box& box = panel.boxes[i];
    const std::string in_stage = is_cell ? "" : box.stage;
    if (in_stage != stage) {
      if (!stage.empty()) dot += "}\n";
      if (!in_stage.empty()) {
        dot += fmt::format(
            "subgraph cluster_stage{0} {{\nlabel=\"Stage {0}\"; labeljust=l; style=\"rounded,filled\"; "
            "color=\"#e1e7ee\"; fillcolor=\"#f3f6fa\"; fontsize=12; fontcolor=\"#52606d\";\n",
            ++stages);
      }
      stage = in_stage;
    }
    if (box.pill) {
      const std::string label = box.title + (box.detail.empty() ? "" : " · " + box.detail);
      dot += fmt::format(
          "{} [label={}, tooltip={}, style=\"rounded,filled\", fillcolor=\"#f6f1fc\", "
          "color=\"#8a5cc9\", fontcolor=\"#5c3a94\", fontsize=12, height=0.3, margin=\"0.18,0.04\"];\n",
          name(i), dot_string(label), dot_string(box.tooltip.empty() ? label : box.tooltip));
    } else {
      dot += fmt::format("{} [label={}, tooltip={}];\n", name(i), box_label(box), dot_string(box.tooltip));
    }
  }
  if (!stage.empty()) dot += "}\n";
  for (std::size_t i = 0; i < panel.boxes.size(); ++i)
    for (const int source : panel.boxes[i].sources)
      dot += fmt::format("{} -> {};\n", name(static_cast<std::size_t>(source)), name(i));
  if (is_cell) dot += "}\n";
}

/// A graph for each panel, one after the other.
std::string dot_of(const std::vector<Panel>& panels) {
  std::string dot;
  for (const Panel& panel : panels) {
    dot +=
        "digraph network {\n"
        "graph [fontname=\"Helvetica\", ranksep=0.3, nodesep=0.3, newrank=true];\n"
        "node [shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\", color=\"#c9d1da\", fontname=\"Helvetica\", "
        "fontsize=13, fontcolor=\"#1f2933\", margin=\"0.06,0.03\"];\n"
        "edge [color=\"#5f6b7a\", arrowsize=0.7];\n";
    write_panel(dot, panel);
    dot += "}\n";
  }
  return dot;
}

/// A file that goes with the object.
struct TemporaryFile {
  fs::path path;
  ~TemporaryFile() {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
};

/// Waits for the process, and kills it when it takes too long. Whether it ended well.
bool ended_well(pid_t process) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  for (int status = 0;;) {
    const pid_t got = ::waitpid(process, &status, WNOHANG);
    if (got == process) return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (got < 0) return false;
    if (std::chrono::steady_clock::now() > end) {
      ::kill(process, SIGKILL);
      ::waitpid(process, &status, 0);
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

/// What `dot` makes of the text; none if it is not there or fails. The files it reads and writes stand beside `path`.
std::optional<std::string> run_dot(const std::string& text, const fs::path& path) {
  const TemporaryFile in{path.string() + ".dot"};
  const TemporaryFile out{path.string() + ".dot.svg"};
  write_file(in.path, text);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, 1, out.path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  std::string arguments[] = {"dot", "-Tsvg", in.path.string()};
  char* argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(), nullptr};
  pid_t process = 0;
  const int failed = ::posix_spawnp(&process, "dot", &actions, nullptr, argv, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0 || !ended_well(process) || !fs::exists(out.path)) return std::nullopt;
  return read_file(out.path);
}

/// The number after `name="`, in points; 0 if there is none.
double length_of(std::string_view tag, std::string_view name) {
  const std::size_t at = tag.find(fmt::format(" {}=\"", name));
  return at == std::string_view::npos ? 0.0
                                      : std::strtod(std::string(tag.substr(at + name.size() + 3)).c_str(), nullptr);
}

/// A picture that `dot` made, without its lengths and its place.
struct Drawn {
  std::string_view body;  ///< from "viewBox" to the end
  double width = 0;
  double height = 0;
};

std::vector<Drawn> split(std::string_view text) {
  constexpr std::string_view kEnd = "</svg>";
  std::vector<Drawn> pictures;
  for (std::size_t at = text.find("<svg "); at != std::string_view::npos; at = text.find("<svg ", at)) {
    const std::size_t view = text.find("viewBox", at);
    const std::size_t end = text.find(kEnd, at);
    if (view == std::string_view::npos || end == std::string_view::npos) return {};
    const std::string_view head = text.substr(at, view - at);
    pictures.push_back(
        {text.substr(view, end + kEnd.size() - view), length_of(head, "width"), length_of(head, "height")});
    at = end;
  }
  return pictures;
}

/// The pictures within the frame, a point of Graphviz as a pixel: the network at the left, the cells beside it in rows
/// that are about as wide as the network is high. None if a picture is missing.
std::optional<std::string> framed(std::string_view text, std::size_t expected, const Frame& frame) {
  const std::vector<Drawn> pictures = split(text);
  if (pictures.size() != expected) return std::nullopt;
  double widest = 0;
  for (const Drawn& picture : pictures) {
    if (!(picture.width > 0 && picture.height > 0)) return std::nullopt;
    widest = std::max(widest, picture.width);
  }
  const double left = pictures.size() > 1 ? pictures.front().width + kPanelGap : 0;
  const double row_width = std::max(widest, pictures.front().height);
  std::string placed;
  double x = 0, y = 0, row_height = 0, width = 0;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const Drawn& picture = pictures[i];
    if (i == 1) x = left, y = 0, row_height = 0;
    if (i > 1 && x + picture.width > left + row_width) x = left, y += row_height + kPanelGap, row_height = 0;
    placed += fmt::format("<svg x=\"{:.0f}\" y=\"{:.0f}\" width=\"{:.0f}\" height=\"{:.0f}\" {}\n", frame.left() + x,
                          frame.top() + y, picture.width, picture.height, picture.body);
    x += picture.width + kPanelGap;
    row_height = std::max(row_height, picture.height);
    width = std::max(width, x - kPanelGap);
  }
  const double height = std::max(pictures.front().height, y + row_height);
  return frame.around(width, height + 16, [&](Svg& svg) { svg.raw(placed); });
}

}  // namespace

std::string to_dot(const Architecture& architecture) { return dot_of(panels_of(architecture)); }

void write_drawing(const Architecture& architecture, const std::filesystem::path& path, const DrawingOptions& options) {
  const std::vector<Panel> panels = panels_of(architecture);
  std::optional<std::string> picture;
  if (std::any_of(panels.begin(), panels.end(), branches)) {
    if (std::optional<std::string> drawn = run_dot(dot_of(panels), path))
      picture = framed(*drawn, panels.size(), Frame(architecture, options));
  }
  write_file_atomically(path, picture ? *picture : to_svg(architecture, options));
}

}  // namespace nascent
