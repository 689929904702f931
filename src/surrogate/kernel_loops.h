#pragma once

#include <cstddef>
#include <cstdint>

/// The inner loops of the Parzen estimator, over arrays with one entry for each kernel. Single precision: a kernel's
/// term matters only where it is near the largest, and there it is known to 1e-5.
///
/// Compiled for AVX2 beside the basic instruction set and chosen at run time. Both give the same bits on every
/// processor: sums are kept in eight lanes whatever the width of the registers, and nothing is fused.
namespace nascent {

/// terms[k] -= ((x - mean[k]) * scale[k])².
void subtract_squares(float x, const float* mean, const float* scale, float* terms, std::size_t count);

/// terms[k] -= ((x - mean[k]) * scale[k])² * (1 - a * scale[k]²) + b * scale[k]².
void subtract_cell_squares(float x, float a, float b, const float* mean, const float* scale, float* terms,
                           std::size_t count);

/// terms[k] += key[k] == x ? hit : miss.
void add_matches(float x, float hit, float miss, const float* key, float* terms, std::size_t count);

/// sums[k] = table[row[k]].
void look_up(const float* table, const std::uint32_t* row, float* sums, std::size_t count);

/// terms[k] += added[k].
void add_terms(const float* added, float* terms, std::size_t count);

/// The largest of `count` > 0 terms.
float largest_term(const float* terms, std::size_t count);

/// Σ_k weights[k] * exp(terms[k] - shift), where no term is larger than the shift. Each exponential has a relative
/// error below 3e-7 (plus that of the subtraction); below exp(-70) it is taken for exp(-70).
double sum_of_exponentials(const float* terms, const float* weights, float shift, std::size_t count);

}  // namespace nascent
