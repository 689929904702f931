#pragma once

#include <string>

#include "nascent/core/error.h"

namespace nascent::testing {

/// The sentence of the `InputError` that `action` throws; a note that it threw none.
template <typename Action>
std::string input_error_of(Action&& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "(no InputError)";
}

}  // namespace nascent::testing
