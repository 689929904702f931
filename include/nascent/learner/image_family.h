#pragma once

#include "nascent/architecture/macro_space.h"
#include "nascent/learner/family.h"

namespace nascent {

/// Convolutional networks for images as one family: the space of networks (`macro_space`) together with how they are
/// trained, and where to start. Knows no tensors; the training room turns its configurations into classifiers.
///
///     optimizer      sgd {learning_rate, weight_decay} | adamw {learning_rate, weight_decay}
///                    sgd is Nesterov's with momentum 0.9, and its decay is part of the gradient; adamw decouples it
///     batch_size     64 | 128 | 256
///     augmentation   none | crop | flip | crop_flip | crop_flip_cutout
///     label_smoothing  0 ... 0.2
///
/// The first configurations are good for a few minutes on one thread; the cheapest comes last.
Family image_family(const ImageTraits& traits, const MacroLimits& limits = {});

}  // namespace nascent
