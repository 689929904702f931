#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

namespace nascent::testing {

/// The seed of a randomized test: fresh for each run unless NASCENT_TEST_SEED is set. It is printed with a failure:
/// `const std::uint64_t seed = test_seed(); SCOPED_TRACE(seed_note(seed));`
inline std::uint64_t test_seed() {
  if (const char* given = std::getenv("NASCENT_TEST_SEED")) return std::strtoull(given, nullptr, 10);
  return std::random_device{}();
}

inline std::string seed_note(std::uint64_t seed) { return "run again with NASCENT_TEST_SEED=" + std::to_string(seed); }

}  // namespace nascent::testing
