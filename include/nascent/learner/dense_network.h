#pragma once

#include "nascent/architecture/network_space.h"
#include "nascent/data/table.h"
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
/// `networks.input` is as many numbers as `dense_network_inputs` says; so a network that was preprocessed on a part of
/// the rows keeps the limits, too. Throws what `make_network_space` throws, and `InputError` where the options hold a
/// latency, an enlargement or hyperparameters: these are for images.
Family dense_network_family(const NetworkSpaceOptions& options, const NetworkTask& networks, const Task& task);

/// How many numbers a row of the table is for these networks: those that are not constant, a mark where some are
/// missing, and one for each frequent category. Preprocessing that was learned from a part of the rows gives so many or
/// fewer.
int dense_network_inputs(const Table& table);

}  // namespace nascent
