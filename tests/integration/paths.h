#pragma once

#include <string>

/// Set by CMake: the program under test, and the example data of the repository.
namespace nascent::testing {

inline const std::string kNascent = NASCENT_PROGRAM;
inline const std::string kCreditTrain = NASCENT_SOURCE_DIR "/examples/data/german_credit_train.csv";
inline const std::string kCreditTest = NASCENT_SOURCE_DIR "/examples/data/german_credit_test.csv";

}  // namespace nascent::testing
