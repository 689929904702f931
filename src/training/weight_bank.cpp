#include "training/weight_bank.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "nascent/core/error.h"

namespace nascent {
namespace {

using torch::Tensor;
using Sizes = std::vector<std::int64_t>;

constexpr double kMomentum = 0.9;
/// Value, velocity and gradient of a float.
constexpr std::int64_t kBytes = 3 * static_cast<std::int64_t>(sizeof(float));

/// What the names of tensors do not say of them.
struct Roles {
  std::set<std::string> norm_scales;
  std::map<std::string, std::string> groupings;  ///< of the weights of convolutions in groups

  explicit Roles(const Architecture& net) {
    for (int i = 0; i <= net.last(); ++i) {
      const Node& node = net.node(i);
      const std::string weight = tensor_name(node.name, "weight");
      if (std::holds_alternative<BatchNorm>(node.operation) || std::holds_alternative<LayerNorm>(node.operation)) {
        norm_scales.insert(weight);
      } else if (const auto* conv = std::get_if<Convolution>(&node.operation); conv && conv->groups > 1) {
        const bool depthwise = conv->groups == net.input_shapes(i)[0].channels;
        groupings[weight] = depthwise ? "depthwise" : fmt::format("{} groups", conv->groups);
      }
    }
  }
  /// The name in the bank. The number of dimensions belongs to it: a node may be another operation elsewhere.
  std::string key(const std::string& name, at::IntArrayRef sizes) const {
    const auto grouping = groupings.find(name);
    return fmt::format("{} {}d{}", name, sizes.size(), grouping == groupings.end() ? "" : " " + grouping->second);
  }
};

/// The part of a tensor that a network of these sizes uses.
Tensor slice(Tensor tensor, at::IntArrayRef sizes) {
  for (std::int64_t d = 0; d < tensor.dim(); ++d) {
    const std::int64_t all = tensor.size(d);
    const std::int64_t part = sizes[static_cast<std::size_t>(d)];
    if (all != part) tensor = tensor.narrow(d, d < 2 ? 0 : (all - part) / 2, part);
  }
  return tensor;
}

Sizes combined(at::IntArrayRef a, at::IntArrayRef b, bool larger) {
  Sizes sizes(a.begin(), a.end());
  for (std::size_t d = 0; d < sizes.size(); ++d) sizes[d] = larger ? std::max(a[d], b[d]) : std::min(a[d], b[d]);
  return sizes;
}

bool covers(at::IntArrayRef outer, at::IntArrayRef inner) { return combined(outer, inner, true) == outer; }

/// Copies the part that both have.
void copy_common(const Tensor& to, const Tensor& from) {
  const Sizes sizes = combined(to.sizes(), from.sizes(), false);
  slice(to, sizes).copy_(slice(from, sizes));
}

/// Of larger sizes, filled with copies side by side.
Tensor tiled(const Tensor& tensor, const Sizes& sizes) {
  Sizes repeats;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    const std::int64_t size = tensor.size(static_cast<std::int64_t>(d));
    repeats.push_back((sizes[d] + size - 1) / size);
  }
  return slice(tensor.repeat(repeats), sizes).contiguous();
}

}  // namespace

const WeightBank::Entry* WeightBank::find(const std::string& key) const {
  const auto at = entries_.find(key);
  return at == entries_.end() ? nullptr : &at->second;
}

TensorSource WeightBank::source(const Architecture& architecture) const {
  return [this, roles = Roles(architecture)](const std::string& name, at::IntArrayRef sizes,
                                             const std::function<Tensor()>& draw) {
    const torch::NoGradGuard no_grad;
    const Entry* entry = find(roles.key(name, sizes));
    // Every network has a tensor object of its own, with its own gradient, on the memory of the bank.
    if (entry != nullptr && covers(entry->value.sizes(), sizes)) return slice(entry->value, sizes).detach();
    Tensor fresh = draw();
    // A start at zero is for blocks that stand in one network only.
    if (roles.norm_scales.contains(name)) fresh.fill_(1.0);
    if (entry != nullptr) copy_common(fresh, entry->value);
    return fresh;
  };
}

void WeightBank::make_room(const std::string& key, const Tensor& fresh) {
  const Entry* old = find(key);
  const Sizes sizes = old == nullptr ? fresh.sizes().vec() : combined(old->value.sizes(), fresh.sizes(), true);
  Entry entry{.value = tiled(fresh, sizes), .velocity = torch::zeros(sizes), .gradient = torch::zeros(sizes)};
  const std::int64_t parameters = parameters_ + entry.value.numel() - (old == nullptr ? 0 : old->value.numel());
  if (kBytes * parameters > largest_bytes_) {
    throw InputError(
        fmt::format("the shared weights would take more than {} MB with '{}'; use a smaller space, or allow them more",
                    largest_bytes_ >> 20, key));
  }
  if (old != nullptr) {
    copy_common(entry.value, old->value);
    copy_common(entry.velocity, old->velocity);
    copy_common(entry.gradient, old->gradient);
    entry.touched = old->touched;
    entry.uses = old->uses;
  }
  parameters_ = parameters;
  entries_[key] = std::move(entry);
}

void WeightBank::adopt(Network& network) {
  const torch::NoGradGuard no_grad;
  const Roles roles(network.architecture());
  for (auto& item : network.named_parameters()) {
    Tensor& parameter = item.value();
    const Sizes sizes = parameter.sizes().vec();
    const std::string key = roles.key(item.key(), sizes);
    const Entry* known = find(key);
    if (known == nullptr || !covers(known->value.sizes(), sizes)) make_room(key, parameter.detach());
    Entry& entry = entries_.at(key);
    parameter.set_data(slice(entry.value, sizes));
    parameter.mutable_grad() = slice(entry.gradient, sizes);
    entry.touched = entry.uses == 0 ? sizes : combined(entry.touched, sizes, true);
    ++entry.uses;
  }
}

std::int64_t WeightBank::unknown_parameters(const Network& network) const {
  const Roles roles(network.architecture());
  std::int64_t unknown = 0;
  for (const auto& item : network.named_parameters()) {
    const Tensor& parameter = item.value();
    unknown += parameter.numel();
    if (const Entry* entry = find(roles.key(item.key(), parameter.sizes()))) {
      unknown -= slice(entry->value, combined(entry->value.sizes(), parameter.sizes(), false)).numel();
    }
  }
  return unknown;
}

void WeightBank::step(double learning_rate, double weight_decay) {
  const torch::NoGradGuard no_grad;
  for (auto& [key, entry] : entries_) {
    if (entry.uses == 0) continue;
    const Tensor value = slice(entry.value, entry.touched);
    const Tensor velocity = slice(entry.velocity, entry.touched);
    const Tensor gradient = slice(entry.gradient, entry.touched);
    if (entry.uses > 1) gradient.div_(entry.uses);
    if (value.dim() > 1) gradient.add_(value, weight_decay);
    velocity.mul_(kMomentum).add_(gradient);
    value.sub_(gradient.add_(velocity, kMomentum), learning_rate);
    gradient.zero_();
    entry.uses = 0;
  }
}

void WeightBank::save(const std::filesystem::path& path) const {
  torch::serialize::OutputArchive archive;
  std::int64_t index = 0;
  const auto put = [&](const char* what, const c10::IValue& value) {
    archive.write(fmt::format("{}_{}", what, index), value);
  };
  archive.write("count", c10::IValue(static_cast<std::int64_t>(entries_.size())));
  for (const auto& [key, entry] : entries_) {
    put("key", key);
    put("value", entry.value);
    put("velocity", entry.velocity);
    ++index;
  }
  try {
    archive.save_to(path.string());
  } catch (const c10::Error&) {
    throw SystemError(fmt::format("cannot write the shared weights to {}; is the disk full?", path.string()));
  }
}

void WeightBank::load(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) throw InputError(fmt::format("{}: no such file", path.string()));
  std::map<std::string, Entry> entries;
  std::int64_t parameters = 0;
  try {
    torch::serialize::InputArchive archive;
    archive.load_from(path.string(), torch::Device(torch::kCPU));
    c10::IValue read;
    archive.read("count", read);
    const std::int64_t count = read.toInt();
    for (std::int64_t i = 0; i < count; ++i) {
      Entry entry;
      archive.read(fmt::format("key_{}", i), read);
      const std::string key = read.toStringRef();
      archive.read(fmt::format("value_{}", i), read);
      entry.value = read.toTensor();
      archive.read(fmt::format("velocity_{}", i), read);
      entry.velocity = read.toTensor();
      entry.gradient = torch::zeros_like(entry.value);
      parameters += entry.value.numel();
      entries[key] = std::move(entry);
    }
  } catch (const c10::Error&) {
    throw InputError(fmt::format("{} is damaged: it cannot be read as shared weights", path.string()));
  }
  if (kBytes * parameters > largest_bytes_) {
    throw InputError(fmt::format("{}: these shared weights take {} MB, more than the {} MB allowed", path.string(),
                                 (kBytes * parameters) >> 20, largest_bytes_ >> 20));
  }
  entries_ = std::move(entries);
  parameters_ = parameters;
}

}  // namespace nascent
