#pragma once

#include <gtest/gtest.h>

#include <string>

#include "nascent/core/error.h"

namespace nascent::testing {

/// The sentence of the `InputError` that the call throws; a failure if it throws none.
template <typename Call>
std::string input_error_of(Call call) {
  try {
    call();
  } catch (const InputError& error) {
    return error.what();
  }
  ADD_FAILURE() << "no InputError was thrown";
  return {};
}

}  // namespace nascent::testing
