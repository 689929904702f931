#pragma once

#include "nascent/architecture/network_space.h"
#include "nascent/learner/family.h"

namespace nascent {

/// Networks of dense layers for tables, designed by search: a space of networks for vectors ("macro") together with how
/// they are trained. The families of `table_families` do not hold it: it is chosen where a network is to be designed.
///
///     optimizer        adamw {learning_rate, weight_decay} | sgd {learning_rate, weight_decay}
///     batch_size       64 | 128 | 256
///     schedule         one_cycle | cosine
///     mixup            0 ... 0.4
///     averaging        none | ema
///     label_smoothing  0 ... 0.1; for classes
///     epochs           16 ... 256
///
/// How many numbers a network reads is known after preprocessing only; limits are kept as if each feature were one
/// number. Throws what `make_network_space` throws.
Family dense_network_family(const TableTraits& traits, const NetworkSpaceOptions& options = {});

}  // namespace nascent
