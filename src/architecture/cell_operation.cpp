#include "nascent/architecture/cell_operation.h"

#include <fmt/format.h>

#include <algorithm>

#include "nascent/core/error.h"

namespace nascent {
namespace {

int channels_of(const Architecture& net, int node) { return net.node(node).shape.channels; }

int relu(Architecture& net, const std::string& scope, int input) {
  return net.append(scope + "/relu", Activation{}, input);
}

/// Rectifier, convolution, batch normalization.
int convolution(Architecture& net, const std::string& scope, int input, int kernel, int stride) {
  int end = relu(net, scope, input);
  end = net.append(scope + "/convolution",
                   Convolution{.filters = channels_of(net, input), .kernel = kernel, .stride = stride}, end);
  return net.append(scope + "/norm", BatchNorm{}, end);
}

/// Rectifier, depthwise and pointwise convolution, batch normalization.
int separable(Architecture& net, const std::string& scope, int input, int kernel, int stride, int dilation) {
  const int channels = channels_of(net, input);
  int end = relu(net, scope, input);
  end = net.append(
      scope + "/depthwise",
      Convolution{.filters = channels, .kernel = kernel, .stride = stride, .groups = channels, .dilation = dilation},
      end);
  end = net.append(scope + "/pointwise", Convolution{.filters = channels, .kernel = 1}, end);
  return net.append(scope + "/norm", BatchNorm{}, end);
}

CellOperation plain_convolution(std::string name, int kernel) {
  return {std::move(name), [kernel](Architecture& net, const std::string& scope, int input, int stride) {
            return convolution(net, scope, input, kernel, stride);
          }};
}

CellOperation twice_separable(std::string name, int kernel) {
  return {std::move(name), [kernel](Architecture& net, const std::string& scope, int input, int stride) {
            const int first = separable(net, scope + "/first", input, kernel, stride, 1);
            return separable(net, scope + "/second", first, kernel, 1, 1);
          }};
}

CellOperation dilated(std::string name, int kernel) {
  return {std::move(name), [kernel](Architecture& net, const std::string& scope, int input, int stride) {
            return separable(net, scope, input, kernel, stride, 2);
          }};
}

template <typename Pool>
CellOperation pooling(std::string name) {
  return {std::move(name), [](Architecture& net, const std::string& scope, int input, int stride) {
            return net.append(scope + "/pool", Pool{.size = 3, .stride = stride, .padding = 1}, input);
          }};
}

int skip_connect(Architecture& net, const std::string& scope, int input, int stride) {
  return stride == 1 ? input : convolution(net, scope, input, 1, stride);
}

int squeeze(Architecture& net, const std::string& scope, int input, int stride) {
  const int end = skip_connect(net, scope, input, stride);
  return net.append(scope + "/squeeze", SqueezeExcite{.units = std::max(4, channels_of(net, end) / 4)}, end);
}

std::vector<CellOperation>& table() {
  static std::vector<CellOperation> operations{
      {"none", {}},
      {"skip_connect", skip_connect},
      plain_convolution("nor_conv_1x1", 1),
      plain_convolution("nor_conv_3x3", 3),
      pooling<AveragePool>("avg_pool_3x3"),
      pooling<MaxPool>("max_pool_3x3"),
      twice_separable("sep_conv_3x3", 3),
      twice_separable("sep_conv_5x5", 5),
      dilated("dil_conv_3x3", 3),
      dilated("dil_conv_5x5", 5),
      {"squeeze", squeeze},
  };
  return operations;
}

}  // namespace

const std::vector<CellOperation>& cell_operations() { return table(); }

void register_cell_operation(CellOperation operation) {
  if (operation.name.empty()) throw InputError("an operation of cells needs a name");
  for (const CellOperation& known : table())
    if (known.name == operation.name)
      throw InputError(
          fmt::format("there is an operation of cells called \"{}\" already; choose another name", operation.name));
  table().push_back(std::move(operation));
}

}  // namespace nascent
