#pragma once

#include <string>
#include <vector>

#include "architecture/network_spaces.h"
#include "architecture/space_settings.h"

/// What the macro spaces of images and of tables have in common.
namespace nascent {

inline const std::vector<std::string> kActivations{"relu", "silu", "gelu", "selu", "tanh"};
inline const std::vector<std::string> kNormalizations{"batch", "layer", "none"};
inline const std::vector<std::string> kSkips{"none", "add", "scaled", "concatenate"};

/// The parameter "skip": each kind but none opens "back", how many layers back the output is taken from: 1 is what the
/// layer itself reads.
void add_skip(SearchSpace& layer, const std::vector<std::string>& kinds, int most_back);
ChoiceValue skip_value(const std::string& kind, int back = 1);

/// Appends the normalization of this name to a node; "none" is the node itself. Each kind has node names of its own.
int append_normalization(Architecture& net, const std::string& scope, const std::string& kind, int input);
int append_activation(Architecture& net, const std::string& scope, const std::string& kind, int input);
int append_dropout(Architecture& net, const std::string& scope, double rate, int input);

/// A dropout rate: 0 to 0.5 in steps of 0.05.
void add_dropout(SearchSpace& space);

/// The first of `wanted` that the list has, else the list's first.
std::string one_of(const std::vector<std::string>& list, std::initializer_list<const char*> wanted);

}  // namespace nascent
