#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Times, sizes and counts as people write them.
namespace nascent {

/// "45", "45s", "1.5m", "2h", "1h30m" → seconds. `option` names where it came from in the error.
/// Throws `InputError` for anything else and for a time that is not positive.
double parse_duration(std::string_view text, std::string_view option);

/// "800M", "2G", "1.5GiB", "500000000" → bytes (K, M, G are powers of 1024). Throws `InputError` for anything else.
std::uint64_t parse_size(std::string_view text, std::string_view option);

/// "500000", "500k", "1.5M", "2G" → a whole number (k, M, G are powers of 1000). Throws `InputError` for anything else,
/// and for less than one.
std::int64_t parse_count(std::string_view text, std::string_view option);

/// Seconds → "400 ms", "4.2 s", "45 s", "3 min 20 s", "1 h 05 min".
std::string format_duration(double seconds);

/// Bytes → "812 kB", "1.4 GB".
std::string format_size(std::uint64_t bytes);

/// A number with as many digits as a person needs: "0.8731", "48213", "1.2e-05".
std::string format_number(double value);

}  // namespace nascent
