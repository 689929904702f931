#include "architecture/drawing_frame.h"

#include <algorithm>

#include "architecture/text.h"

namespace nascent {
namespace {

constexpr double kTitleHeight = 44;
constexpr double kFootHeight = 52;
/// Of a letter of the summary, at most, so that a narrow drawing does not cut it off.
constexpr double kLetterWidth = 7.2;

}  // namespace

Frame::Frame(const Architecture& architecture, const DrawingOptions& options)
    : title_(options.title),
      summary_(summary(architecture)),
      cost_(fmt::format("{} multiply-adds for one example", with_thousands(architecture.multiply_adds()))),
      top_(left() + (options.title.empty() ? 0 : kTitleHeight)) {}

std::string Frame::around(double width, double height, const std::function<void(Svg&)>& draw) const {
  const double wide = std::max({width, kLetterWidth * static_cast<double>(std::max(summary_.size(), cost_.size())),
                                1.6 * kLetterWidth * static_cast<double>(title_.size())});
  const double bottom = top_ + height;
  Svg svg(wide + 2 * left(), bottom + kFootHeight);
  svg.text(left(), left() + 14, title_, "font-size=\"20\" font-weight=\"700\" fill=\"#1f2933\"");
  draw(svg);
  svg.text(left(), bottom + 10, summary_, "font-size=\"13\" fill=\"#1f2933\"");
  svg.text(left(), bottom + 30, cost_, "font-size=\"12\" fill=\"#5f6b7a\"");
  return std::move(svg).finish();
}

}  // namespace nascent
