#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace nascent {

/// The text with what XML reserves written as entities.
inline std::string escaped(std::string_view text) {
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

/// An SVG picture that is written from back to front. Lengths are in pixels at its natural size.
class Svg {
 public:
  static constexpr std::string_view kFont = "Inter, 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif";

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
  void raw(std::string_view svg) { text_ += svg; }
  void open_group(std::string_view tooltip) { text_ += fmt::format("<g><title>{}</title>\n", escaped(tooltip)); }
  void close_group() { text_ += "</g>\n"; }
  std::string finish() && { return std::move(text_) + "</svg>\n"; }

 private:
  std::string text_;
};

}  // namespace nascent
