#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace nascent {

/// True if the bytes begin as a gzip file does.
bool is_gzip(std::span<const std::byte> bytes);

/// Unpacks a gzip file of one or more members. Throws `InputError` naming `path` if it is damaged or ends too early.
std::string unpack_gzip(std::span<const std::byte> packed, const std::filesystem::path& path);

}  // namespace nascent
