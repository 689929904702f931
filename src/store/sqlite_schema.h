#pragma once

#include <filesystem>

#include "nascent/trial/trial_store.h"
#include "store/sqlite.h"

/// The tables of a study and their versions.
namespace nascent {

/// Writes the tables and the study into an empty database.
void write_new_study(Database& database, const StudyRecord& study);

/// Checks that the file is a study, and brings one that an older version of the program wrote to the present tables, in
/// one transaction. Throws `InputError` for a file of another kind or of a newer version.
void open_schema(Database& database, const std::filesystem::path& path);

/// The study's record. Throws `InputError` when there is none.
StudyRecord read_study(Database& database, const std::filesystem::path& path);

}  // namespace nascent
