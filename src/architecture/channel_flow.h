#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "architecture/channel_values.h"
#include "nascent/architecture/architecture.h"

namespace nascent {

/// The value in each channel of one node's output.
using Channels = std::vector<int>;

/// In which sense values are equal. `kNear` is for what only resembles a value of the parent.
enum class Sense : std::uint8_t { kTraining, kInference, kNear };
inline constexpr std::array kSenses{Sense::kTraining, Sense::kInference, Sense::kNear};

/// The channels of one node in each sense.
struct Flow {
  std::array<Channels, 3> senses;
  Channels& operator[](Sense sense) { return senses[static_cast<std::size_t>(sense)]; }
  const Channels& operator[](Sense sense) const { return senses[static_cast<std::size_t>(sense)]; }
};

/// What an operation without learned numbers makes of its inputs; none for the others. `shapes` are those of the
/// inputs.
std::optional<Channels> pass_through(const Node& node, std::span<const Shape> shapes,
                                     std::span<const Channels* const> inputs, Sense sense, ChannelValues& values);

/// The values in a network all of whose learned numbers are taken as they are: the parent.
std::vector<Flow> trace(const Architecture& architecture, ChannelValues& values);

}  // namespace nascent
