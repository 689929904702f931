#pragma once

#include <string>

#include "training/network.h"
#include "training/onnx_graph.h"

namespace nascent {

/// Appends what a network computes in evaluation mode, in operators of ONNX that have been there since opset 11.
///
/// `input` names its input, normalized as in training. What it computes gets names that begin with `scope`, its weights
/// such that begin with `weights`: a network that is applied twice is stored once. Returns the name of the outputs,
/// batch x features. Throws `InputError` naming the node for an operation that a user has registered: how it computes
/// is known to libtorch only.
std::string append_network(OnnxGraph& graph, const Network& network, const std::string& weights,
                           const std::string& scope, const std::string& input);

}  // namespace nascent
