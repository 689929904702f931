#pragma once

#include <filesystem>
#include <memory>

#include "nascent/trial/trial_store.h"

/// A study in one SQLite file (with `-wal` and `-shm` files beside it while it is open), shared by any number of
/// processes of one machine. (The write-ahead log needs shared memory: not for a folder that several machines mount.)
///
/// Every change is its own transaction: what was recorded when a call returns survives `kill -9` of the program.
/// Finished trials are flushed to the disk at least once a second, so a power failure can take back a second of work
/// and no more. A change costs about 0.02 ms, a flush up to some milliseconds. A trial of twenty float parameters takes
/// about 240 bytes. One store object is not for use by several threads at once.
namespace nascent {

struct SqliteStoreOptions {
  double flush_seconds = 1.0;   ///< how much recorded work a power failure may take back; 0: every change is flushed
  double lease_seconds = 30.0;  ///< how long trials of a holder that cannot be seen from here stay its own, unrenewed
};

/// Starts a study in a new file. Throws `InputError` when the file exists already, `SystemError` when it cannot be
/// written; then no file is left behind.
std::unique_ptr<TrialStore> create_sqlite_store(const std::filesystem::path& path, const StudyRecord& study,
                                                const SqliteStoreOptions& options = {});

/// Opens the study of an existing file; one that an older version of the program wrote is brought to the present form.
/// Throws `InputError` when there is no file, when it holds no study, or when a newer version of the program wrote it.
std::unique_ptr<TrialStore> open_sqlite_store(const std::filesystem::path& path,
                                              const SqliteStoreOptions& options = {});

/// Opens the study of the file, or starts `study` in it where there is none: of several processes that do this at the
/// same moment one starts it and the others open that. Whether what was found is what was meant is the caller's to
/// check.
std::unique_ptr<TrialStore> open_or_create_sqlite_store(const std::filesystem::path& path, const StudyRecord& study,
                                                        const SqliteStoreOptions& options = {});

}  // namespace nascent
