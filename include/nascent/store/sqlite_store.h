#pragma once

#include <filesystem>
#include <memory>

#include "nascent/trial/trial_store.h"

/// A study in one SQLite file (with `-wal` and `-shm` files beside it while it is open).
///
/// Every change is its own transaction: what was recorded when a call returns survives `kill -9` of the program.
/// Finished trials are flushed to the disk at least once a second, so a power failure can take back a second of work
/// and no more. A change costs about 0.05 ms, a flush up to some milliseconds. Other processes may read the study while
/// it is written. One store object is not for use by several threads at once.
namespace nascent {

/// Starts a study in a new file. Throws `InputError` when the file exists already, `SystemError` when it cannot be
/// written; then no file is left behind.
std::unique_ptr<TrialStore> create_sqlite_store(const std::filesystem::path& path, const StudyRecord& study);

/// Opens the study of an existing file. Throws `InputError` when there is no file, when it holds no study, or when a
/// newer version of the program wrote it.
std::unique_ptr<TrialStore> open_sqlite_store(const std::filesystem::path& path);

}  // namespace nascent
