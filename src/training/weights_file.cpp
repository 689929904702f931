#include "training/weights_file.h"

#include <fmt/format.h>

#include "nascent/core/error.h"

namespace nascent {
namespace {

torch::OrderedDict<std::string, torch::Tensor> all_tensors(const torch::nn::Module& module) {
  torch::OrderedDict<std::string, torch::Tensor> tensors;
  for (const auto& entry : module.named_parameters()) tensors.insert(entry.key(), entry.value());
  for (const auto& entry : module.named_buffers()) tensors.insert(entry.key(), entry.value());
  return tensors;
}

}  // namespace

void save_weights(const torch::nn::Module& module, const std::filesystem::path& path) {
  torch::serialize::OutputArchive archive;
  for (const auto& entry : all_tensors(module)) {
    // A copy: the parameters are views of one buffer, and an archive would store all of it for each of them.
    archive.write(entry.key(), entry.value().detach().cpu().clone(), true);
  }
  try {
    archive.save_to(path.string());
  } catch (const c10::Error&) {
    throw SystemError(fmt::format("cannot write the weights to {}; is the disk full?", path.string()));
  }
}

void load_weights(torch::nn::Module& module, const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) throw InputError(fmt::format("{}: no such file", path.string()));
  const torch::NoGradGuard no_grad;
  torch::serialize::InputArchive archive;
  try {
    archive.load_from(path.string(), torch::Device(torch::kCPU));
  } catch (const c10::Error&) {
    throw InputError(fmt::format("{} is damaged: it cannot be read as a libtorch archive", path.string()));
  }
  for (auto& entry : all_tensors(module)) {
    torch::Tensor stored;
    if (!archive.try_read(entry.key(), stored, true)) {
      throw InputError(fmt::format("{} does not hold the weights '{}' of this network", path.string(), entry.key()));
    }
    if (stored.sizes() != entry.value().sizes()) {
      throw InputError(
          fmt::format("{}: the weights '{}' have another shape than in this network", path.string(), entry.key()));
    }
    entry.value().copy_(stored);
  }
}

}  // namespace nascent
