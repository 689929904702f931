#pragma once

#include <array>
#include <vector>

#include "architecture/channel_flow.h"

namespace nascent {

/// Which channel of the parent each channel of the child is, among those that one node reads in both networks.
struct ChannelMatch {
  std::vector<int> parents;  ///< for each channel of the child, or -1
  /// In training, in inference: nothing that the parent's node read is missing, zeros aside.
  std::array<bool, 2> complete{};
  int missing = 0;  ///< channels that the parent's node read and that are not there exactly
};

/// Each channel of the parent is given to one channel of the child at most: the first that holds its value, and of
/// several the one in the same place. Where the networks have nothing in common, the places decide. A channel of the
/// parent that is always zero is only given to one that is zero too.
ChannelMatch match_channels(const Flow& parent, const Flow& child);

/// As above, but further channels of the child that hold the same value get the same channel of the parent.
ChannelMatch match_each_channel(const Flow& parent, const Flow& child);

}  // namespace nascent
