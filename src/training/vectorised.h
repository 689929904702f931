#pragma once

/// Marks a function whose loops are worth compiling for several generations of processors; the fitting one is chosen
/// when the program starts. (The rest of the program is compiled for the oldest.)
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define NASCENT_VECTORISED __attribute__((target_clones("arch=skylake-avx512", "arch=haswell", "default")))
#else
#define NASCENT_VECTORISED
#endif
