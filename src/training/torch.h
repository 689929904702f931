#pragma once

// Everything of libtorch, as one header that is compiled once (17 s otherwise for every source). Only sources of this
// room and its tests include it: the headers that other rooms see do not show tensors.
#include <torch/torch.h>
