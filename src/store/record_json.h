#pragma once

#include <string>

#include "nascent/trial/trial_store.h"

/// Records as the text that stands in the columns of the database.
namespace nascent {

/// Bytes that are not UTF-8 (a worker may say anything) become the replacement character.
std::string text_of(const Json& json);

/// Numbers by name. JSON knows no NaN and no infinity; they are written as "nan", "inf" and "-inf".
std::string text_of(const std::map<std::string, double>& numbers);
std::map<std::string, double> numbers_from(const std::string& text);

std::string text_of(const StudyRecord& study);
StudyRecord study_from(const std::string& text);

}  // namespace nascent
