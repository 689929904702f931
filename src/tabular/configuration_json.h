#pragma once

#include "nascent/core/json.h"
#include "nascent/space/configuration.h"

namespace nascent {

/// Reads what `Configuration::to_json` wrote without the space it came from: a saved model must load even where a later
/// version searches another space. Nothing is validated but the shape; throws `InputError` when that is not one of a
/// configuration.
Configuration configuration_from_plain_json(const Json& json);

}  // namespace nascent
