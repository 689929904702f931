#include "training/weights_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "nascent/core/error.h"

namespace nascent {
namespace {

torch::OrderedDict<std::string, torch::Tensor> all_tensors(const torch::nn::Module& module) {
  torch::OrderedDict<std::string, torch::Tensor> tensors;
  for (const auto& entry : module.named_parameters()) tensors.insert(entry.key(), entry.value());
  for (const auto& entry : module.named_buffers()) tensors.insert(entry.key(), entry.value());
  return tensors;
}

torch::serialize::InputArchive open_archive(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) throw InputError(fmt::format("{}: no such file", path.string()));
  torch::serialize::InputArchive archive;
  try {
    archive.load_from(path.string(), torch::Device(torch::kCPU));
  } catch (const c10::Error&) {
    throw InputError(fmt::format("{} is damaged: it cannot be read as a libtorch archive", path.string()));
  }
  return archive;
}

}  // namespace

void save_weights(const torch::nn::Module& module, const std::filesystem::path& path, const OptimizerState& state) {
  torch::serialize::OutputArchive archive;
  for (const auto& entry : all_tensors(module)) {
    // A copy: the parameters are views of one buffer, and an archive would store all of it for each of them.
    archive.write(entry.key(), entry.value().detach().cpu().clone(), true);
  }
  for (const auto& [name, tensor] : state) archive.write(name, tensor.cpu(), true);
  try {
    archive.save_to(path.string());
  } catch (const c10::Error&) {
    throw SystemError(fmt::format("cannot write the weights to {}; is the disk full?", path.string()));
  }
}

void load_weights(torch::nn::Module& module, const std::filesystem::path& path) {
  const torch::NoGradGuard no_grad;
  torch::serialize::InputArchive archive = open_archive(path);
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

OptimizerState load_optimizer_state(const std::filesystem::path& path) {
  torch::serialize::InputArchive archive = open_archive(path);
  OptimizerState state;
  for (const std::string& name : archive.keys()) {
    // Weights have no such sign in front of a known word.
    const std::size_t sign = name.rfind('#');
    if (sign == std::string::npos) continue;
    const std::string kind = name.substr(sign);
    if (name != kOptimizerSteps && std::ranges::find(kOptimizerMoments, kind) == kOptimizerMoments.end()) continue;
    archive.read(name, state[name], true);
  }
  return state;
}

}  // namespace nascent
