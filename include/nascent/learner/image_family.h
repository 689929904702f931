#pragma once

#include "nascent/architecture/network_space.h"
#include "nascent/learner/family.h"

namespace nascent {

/// Networks for images as one family: a space of networks together with how they are trained, and where to start. Knows
/// no tensors; whoever has the options builds the network (`make_network_space`), and the training room trains it.
///
///     optimizer      sgd {learning_rate, weight_decay} | adamw {learning_rate, weight_decay}
///                    sgd is Nesterov's with momentum 0.9, and its decay is part of the gradient; adamw decouples it
///     batch_size     64 | 128 | 256
///     augmentation   none | crop | flip | crop_flip | crop_flip_cutout
///     label_smoothing  0 ... 0.2
///     schedule       one_cycle | cosine
///     mixup          0, 0.1, ... 0.4
///     averaging      none | ema
///
/// `options.training` replaces those of the same name, and may add "clip_gradients" (0 for none); what it leaves out
/// below an optimizer is usual. Other batch sizes and numbers beyond these ranges are allowed there. The first
/// configurations are those of the space, the smallest first. Throws what `make_network_space` throws, and `InputError`
/// where `options.training` holds a parameter or a category that training does not know.
Family image_family(const NetworkSpaceOptions& options, const NetworkTask& task);

}  // namespace nascent
