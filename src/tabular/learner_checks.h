#pragma once

#include <string_view>

#include "nascent/learner/learner.h"

/// What every learner of this room checks and stores in the same way.
namespace nascent {

/// Throws `Error` when there is nothing to learn from or the deadline has passed; `label` names the family.
void require_start(const LabelledRows& training, const FitContext& context, std::string_view label);

/// Whether the fit has to end: the deadline has passed, or someone asked.
bool has_to_stop(const FitContext& context);

/// Throws `Error` when a prediction is not a finite number.
void require_finite(const Matrix& predictions, std::string_view label);

/// The learner's own small facts, beside what its library writes.
void write_facts(const std::filesystem::path& folder, const Json& facts);
Json read_facts(const std::filesystem::path& folder);

/// rows x 1 probabilities of the second class → rows x 2.
Matrix with_both_classes(const Matrix& second);

/// Divides each row by its sum after clipping to at least zero; a row of nothing becomes uniform.
void normalise_rows(Matrix& probabilities);

}  // namespace nascent
