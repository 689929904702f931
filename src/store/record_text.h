#pragma once

#include <map>
#include <string>
#include <string_view>

#include "nascent/trial/trial_store.h"
#include "store/sqlite.h"

/// Records as the texts and bytes that stand in the columns of the database.
namespace nascent {

/// Bytes that are not UTF-8 (a worker may say anything) become the replacement character.
std::string text_of(const Json& json);

/// Numbers by name, as bytes; empty for none.
Blob blob_of(const std::map<std::string, double>& numbers);
std::map<std::string, double> numbers_from_blob(std::string_view bytes);
/// As the JSON of schema version 1, in which NaN and infinity are "nan", "inf" and "-inf".
std::map<std::string, double> numbers_from(const std::string& text);

std::string text_of(const StudyRecord& study);
StudyRecord study_from(const std::string& text);

}  // namespace nascent
