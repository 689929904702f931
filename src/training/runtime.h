#pragma once

#include <optional>
#include <string>

namespace nascent {

/// Sets this process up for training on one thread: OpenMP, oneDNN, the BLAS and libtorch's own pools are told to use
/// one thread, and malloc to keep what is freed (its default gives large blocks back at once, and the page faults of
/// getting them again cost a quarter of the training time of a small network). Call it at the start of a worker, before
/// the first tensor is made. Calling it again does nothing.
void prepare_torch_worker();

/// Lets OpenMP, the BLAS and libtorch compute with so many threads, for a program that is alone on its machine. Call it
/// after `prepare_torch_worker`.
void use_threads(int threads);

/// A sentence when matrix products are far slower here than they should be, because libtorch found only the reference
/// BLAS; none when all is well. Takes some 10 ms.
std::optional<std::string> warning_about_blas();

/// Gives memory that malloc holds back to the system. Call it between trials: networks of changing shapes leave holes,
/// and up to 1 GB of them was seen after 200 trials.
void release_memory();

/// True if libtorch was built with CUDA and sees a device.
bool has_cuda();

/// True if this processor multiplies bfloat16 numbers natively.
bool has_fast_bfloat16();

}  // namespace nascent
