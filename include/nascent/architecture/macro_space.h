#pragma once

#include "nascent/architecture/architecture.h"
#include "nascent/space/search_space.h"

namespace nascent {

/// What the space of networks depends on.
struct ImageTraits {
  int channels = 1;
  int height = 0;
  int width = 0;
  int classes = 2;
  std::size_t count = 0;  ///< images to learn from; 0 if not known
};

/// Bounds of the space. The defaults keep networks small enough to be trained on a processor.
struct MacroLimits {
  int stages = 4;    ///< at most; small images allow fewer, so that the last stage still sees 4 x 4 positions
  int blocks = 2;    ///< at most, in a stage
  int filters = 96;  ///< at most; a multiple of 8
};

/// The space of macro networks: a chain of stages, each a convolution that sets the number of filters and reduces the
/// resolution, followed by blocks that keep both; then global average pooling, perhaps a dense layer, and the classes.
///
///     stages[]       1 to `MacroLimits::stages`, fewer for small images
///       filters      8 ... 96 in steps of 8
///       pooling      stride | max | average   how the stage halves the resolution (see `resolution`)
///       blocks[]     0 to `MacroLimits::blocks`
///         kind       single | double | separable   one convolution, two, or depthwise and pointwise
///         kernel     3 | 5
///         skip       yes | no   adds the input of the block to its output (He et al. 2016)
///     resolution     full | half   whether the first stage keeps the resolution or halves it like the others
///     dense          none | some {units 32 ... 256 in steps of 32}
///     activation     relu | silu
///     dropout        0 ... 0.5 in steps of 0.05, before the classes
SearchSpace macro_space(const ImageTraits& traits, const MacroLimits& limits = {});

/// The network of a configuration of `macro_space` (it may hold more parameters, which are ignored). Every convolution
/// is followed by batch normalization. Nodes carry the identities of the list elements they come from, as in
/// "stage-2/block-5/convolution-1", so that weights can follow an element when its neighbours come and go.
Architecture build_macro(const Configuration& configuration, const Shape& input, int classes);

/// Starting points of the space, each at most as deep as `traits` allows: a network that halves the resolution at once
/// and spends the time saved on filters (32-64-96), a residual network at full resolution (16-32-64), and a tiny one.
std::vector<Configuration> first_macro_networks(const ImageTraits& traits, const MacroLimits& limits = {});

}  // namespace nascent
