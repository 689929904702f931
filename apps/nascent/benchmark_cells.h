#pragma once

#include <string>
#include <vector>

#include "nascent/replay/replay_summary.h"

/// The cells of the tables that `nascent benchmark` prints.
namespace nascent::app {

using Cells = std::vector<std::string>;

/// The first column to the left, the others to the right, each as wide as it needs.
std::string aligned(const std::vector<Cells>& lines);

/// "-" for what is not finite.
std::string number(double value, int digits);
std::string with_half_width(const Estimate& estimate, int digits);
std::string with_interval(const Estimate& estimate, int digits);
/// Processor time.
std::string duration(double seconds);
/// A share, without the sign.
std::string percent(double share);

}  // namespace nascent::app
