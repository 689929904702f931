#pragma once

#include <nlohmann/json.hpp>

namespace nascent {

/// JSON with sorted keys: the canonical form, for whatever is hashed, stored or compared.
using Json = nlohmann::json;

/// JSON that keeps the order of insertion: for documents that people read (reports).
using OrderedJson = nlohmann::ordered_json;

}  // namespace nascent
