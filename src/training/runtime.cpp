#include "training/runtime.h"

#include <dlfcn.h>
#include <malloc.h>

#include <cstdlib>
#include <limits>
#include <mutex>

#include "nascent/core/deadline.h"
#include "training/torch.h"

namespace nascent {
namespace {

/// Calls `name(threads)` in whatever library of this process has it: OpenMP and the BLAS are loaded by libtorch and not
/// linked by us.
void set_threads(const char* name, int threads) {
  if (void* set = dlsym(RTLD_DEFAULT, name)) reinterpret_cast<void (*)(int)>(set)(threads);
}

void keep_freed_memory() {
  // Blocks up to 1 GiB come from the heap, which grows in steps of 64 MiB and is not trimmed by itself.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_TOP_PAD, 64 << 20);
}

}  // namespace

void prepare_torch_worker() {
  static std::once_flag once;
  std::call_once(once, [] {
    keep_freed_memory();
    use_threads(1);
    at::set_num_interop_threads(1);
    // Numbers too small for the normal format slow a processor down a hundredfold and carry nothing.
    at::globalContext().setFlushDenormal(true);
  });
}

void use_threads(int threads) {
  set_threads("omp_set_num_threads", threads);
  set_threads("openblas_set_num_threads", threads);
  at::set_num_threads(threads);
}

std::optional<std::string> warning_about_blas() {
  const torch::NoGradGuard no_grad;
  constexpr int kSide = 256;
  const torch::Tensor a = torch::ones({kSide, kSide});
  double best = std::numeric_limits<double>::infinity();
  torch::mm(a, a);
  for (int i = 0; i < 3; ++i) {
    const Stopwatch watch;
    torch::mm(a, a);
    best = std::min(best, watch.seconds());
  }
  const double gigaflops = 2e-9 * kSide * kSide * kSide / best;
  // The reference BLAS reaches 1 to 5, an optimised one 40 and more; a busy machine halves that.
  if (gigaflops > 8.0) return std::nullopt;
  return "matrix products are slow here (" + std::to_string(static_cast<int>(gigaflops)) +
         " GFLOP/s on one thread): libtorch seems to use the reference BLAS; install the package libopenblas0-openmp";
}

void release_memory() { malloc_trim(0); }

bool has_cuda() { return torch::cuda::is_available(); }

bool has_fast_bfloat16() {
#if defined(__x86_64__) && defined(__GNUC__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

}  // namespace nascent
