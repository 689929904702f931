#pragma once

#include <cstdint>
#include <string_view>

namespace nascent {

/// FNV-1a, 64 bits: the same on every machine and in every version.
inline std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  return hash;
}

}  // namespace nascent
