#pragma once

#include <filesystem>
#include <memory>

#include "nascent/trial/trial_store.h"

/// A study in one SQLite file (with `-wal` and `-shm` files beside it while it is open).
///
/// Every change is its own transaction, flushed to the disk before the call returns: what was recorded survives
/// `kill -9` of the program and a power failure. About 0.3 ms a change where a flush is that quick. Other processes may
/// read the study while it is written. One store object is not for use by several threads at once.
namespace nascent {

/// Starts a study in a new file. Throws `InputError` when the file exists already, `SystemError` when it cannot be
/// written; then no file is left behind.
std::unique_ptr<TrialStore> create_sqlite_store(const std::filesystem::path& path, const StudyRecord& study);

/// Opens the study of an existing file. Throws `InputError` when there is no file, when it holds no study, or when a
/// newer version of the program wrote it.
std::unique_ptr<TrialStore> open_sqlite_store(const std::filesystem::path& path);

}  // namespace nascent
