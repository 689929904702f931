#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>

#include "nascent/core/error.h"

/// Numbers and texts as bytes, the same on every machine: what compact records are made of.
namespace nascent {

static_assert(std::endian::native == std::endian::little, "doubles are written as they lie in memory");

/// Appends to a string that the caller owns.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void real(double value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out_.append(bytes, sizeof value);
  }
  /// Seven bits a byte, the lowest first (LEB128): small numbers take one byte.
  void natural(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }
  /// The sign moves to the lowest bit, so that small negative numbers are short too.
  void integer(std::int64_t value) {
    natural((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void text(std::string_view value) {
    natural(value.size());
    out_.append(value);
  }
  void numbers(const std::map<std::string, double>& values) {
    natural(values.size());
    for (const auto& [name, value] : values) {
      text(name);
      real(value);
    }
  }

 private:
  std::string& out_;
};

/// Reads in the order in which it was written. Throws `SystemError` where the bytes end too early.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : left_(bytes) {}

  bool empty() const { return left_.empty(); }
  std::uint8_t byte() { return static_cast<std::uint8_t>(take(1).front()); }
  double real() {
    double value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::uint64_t natural() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = byte();
      value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
      if (next < 0x80) return value;
    }
    throw_damaged();
  }
  std::int64_t integer() {
    const std::uint64_t value = natural();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  std::string text() { return std::string(take(natural())); }
  std::map<std::string, double> numbers() {
    std::map<std::string, double> values;
    for (std::uint64_t left = natural(); left > 0; --left) {
      std::string name = text();
      values.emplace_hint(values.end(), std::move(name), real());
    }
    return values;
  }

  [[noreturn]] static void throw_damaged() {
    throw SystemError("a trial's record is damaged; restore the study from a copy");
  }

 private:
  std::string_view take(std::uint64_t count) {
    if (count > left_.size()) throw_damaged();
    const std::string_view taken = left_.substr(0, count);
    left_.remove_prefix(count);
    return taken;
  }
  std::string_view left_;
};

}  // namespace nascent
