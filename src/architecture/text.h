#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "nascent/architecture/architecture.h"

/// Words that the summary and the drawing share.
namespace nascent {

std::string with_thousands(std::int64_t value);                  ///< 77706 → "77,706"
std::string counted(std::int64_t count, std::string_view noun);  ///< "1 stage", "3 stages"
/// The stage that a node of a macro network belongs to ("stage-2"), empty if it belongs to none.
std::string stage_of(const Node& node);
/// The cell that a node belongs to ("stage-2/cell-3"), empty if it belongs to none.
std::string cell_of(const Node& node);

}  // namespace nascent
