#pragma once

#include <functional>
#include <string>

#include "architecture/svg.h"
#include "nascent/architecture/drawing.h"

namespace nascent {

inline constexpr std::string_view kPanelTitleStyle = "font-size=\"15\" font-weight=\"700\" fill=\"#1f2933\"";

/// The title above a drawing and the summary below it.
class Frame {
 public:
  Frame(const Architecture& architecture, const DrawingOptions& options);
  double left() const { return 32; }
  double top() const { return top_; }
  /// The finished picture around a drawing of this size, which `draw` puts at (left, top).
  std::string around(double width, double height, const std::function<void(Svg&)>& draw) const;

 private:
  std::string title_;
  std::string summary_;
  std::string cost_;
  double top_;
};

}  // namespace nascent
