#include "training/onnx_export.h"

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cstring>
#include <opencv2/dnn.hpp>

#include "nascent/architecture/custom_operation.h"
#include "nascent/core/error.h"
#include "nascent/training/custom_module.h"
#include "support/seed.h"
#include "training/network.h"
#include "training/random_network.h"

namespace nascent {
namespace {

constexpr int kClasses = 4;
const Task kTask{.kind = TaskKind::kMulticlass, .target = "class", .classes = {"a", "b", "c", "d"}};

/// A network as it could be after training: nothing in it is exactly one or zero.
std::shared_ptr<Network> trained(const Architecture& architecture, Random& random) {
  auto network = std::make_shared<Network>(architecture, random);
  const torch::NoGradGuard no_grad;
  for (auto& parameter : network->parameters()) parameter.add_(0.1 * torch::randn_like(parameter));
  for (auto& buffer : network->buffers()) buffer.add_(0.3 * torch::rand_like(buffer));
  network->eval();
  return network;
}

torch::Tensor random_images(const Shape& shape, int count) {
  return torch::randint(0, 256, {count, shape.channels, shape.height, shape.width}).to(torch::kFloat32);
}

/// What the members predict together, by libtorch.
torch::Tensor predicted(const std::vector<OnnxMember>& members, const torch::Tensor& images) {
  const torch::NoGradGuard no_grad;
  torch::Tensor mean = torch::zeros({images.size(0), kClasses});
  for (const OnnxMember& member : members) {
    const torch::Tensor x = (images - torch::tensor(member.pixels.mean).view({1, -1, 1, 1})) /
                            torch::tensor(member.pixels.deviation).view({1, -1, 1, 1});
    Network network = *member.network;
    torch::Tensor result = network.forward(x, Precision::kFloat32).softmax(1);
    if (member.mirror_average) {
      result = (result + network.forward(x.flip({3}), Precision::kFloat32).softmax(1)) / 2.0;
    }
    mean += member.weight * result;
  }
  return mean;
}

/// The same by OpenCV, from the bytes of the file.
torch::Tensor predicted_by_opencv(const std::string& model, const torch::Tensor& images) {
  cv::dnn::Net net = cv::dnn::readNetFromONNX(model.data(), model.size());
  std::vector<int> sizes(images.sizes().begin(), images.sizes().end());
  const cv::Mat blob(sizes, CV_32F, images.data_ptr());
  net.setInput(blob, "image");
  const cv::Mat output = net.forward("probabilities");
  const torch::Tensor result = torch::empty({images.size(0), kClasses});
  if (output.dims != 2 || output.size[0] != images.size(0) || output.size[1] != kClasses || !output.isContinuous()) {
    throw std::runtime_error("OpenCV gives another shape");
  }
  std::memcpy(result.data_ptr(), output.data, result.nbytes());
  return result;
}

double largest_difference(const std::vector<OnnxMember>& members, const torch::Tensor& images) {
  const torch::Tensor other = predicted_by_opencv(onnx_model(members, kTask, "accuracy"), images);
  return (predicted(members, images) - other).abs().max().item<double>();
}

OnnxMember member(const Network& network, const std::string& name = "network") {
  const int channels = network.architecture().input_shape().channels;
  OnnxMember result{.name = name, .network = &network};
  for (int c = 0; c < channels; ++c) {
    result.pixels.mean.push_back(110.0F + 7.0F * static_cast<float>(c));
    result.pixels.deviation.push_back(60.0F + 11.0F * static_cast<float>(c));
  }
  return result;
}

/// A convolution, the operation on its feature maps, and a dense layer.
Architecture around(const Operation& operation, const Shape& input) {
  Architecture net(input);
  const int maps = net.append("maps", Convolution{.filters = 6}, net.last());
  const bool joins = std::holds_alternative<Add>(operation) || std::holds_alternative<Concatenate>(operation);
  int x = 0;
  if (joins) {
    const int more = net.append("more", Convolution{.filters = 6, .kernel = 5, .bias = true}, 0);
    x = net.append("operation", operation, {maps, more, maps});
  } else {
    x = net.append("operation", operation, maps);
  }
  if (!net.node(x).shape.is_flat()) x = net.append("flat", Flatten{}, x);
  net.append("classes", Dense{.units = kClasses}, x);
  return net;
}

/// The same on a vector.
Architecture after_pooling(const Operation& operation, const Shape& input) {
  Architecture net(input);
  int x = net.append("maps", Convolution{.filters = 6}, net.last());
  x = net.append("vector", GlobalAveragePool{}, x);
  x = net.append("dense", Dense{.units = 7}, x);
  x = net.append("operation", operation, x);
  net.append("classes", Dense{.units = kClasses, .bias = false}, x);
  return net;
}

class OnnxExport : public ::testing::Test {
 protected:
  OnnxExport() { torch::manual_seed(seed_); }
  void expect_same(const Architecture& architecture, int batch = 3) {
    const auto network = trained(architecture, random_);
    const std::vector<OnnxMember> members{member(*network)};
    const torch::Tensor images = random_images(architecture.input_shape(), batch);
    try {
      EXPECT_LT(largest_difference(members, images), 1e-4) << architecture.to_json().dump();
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what() << "\n" << architecture.to_json().dump();
    }
  }

  const std::uint64_t seed_ = testing::test_seed();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, testing::seed_note(seed_)};
  Random random_{seed_};
};

TEST_F(OnnxExport, EveryOperationOnFeatureMapsComputesTheSameElsewhere) {
  const std::vector<Operation> operations = {Convolution{.filters = 5, .kernel = 3, .stride = 2},
                                             Convolution{.filters = 4, .kernel = 5, .groups = 2, .bias = true},
                                             Convolution{.filters = 6, .kernel = 3, .groups = 6},
                                             Convolution{.filters = 4, .kernel = 3, .dilation = 2},
                                             Convolution{.filters = 4, .kernel = 1},
                                             BatchNorm{},
                                             LayerNorm{},
                                             Activation{ActivationKind::kRelu},
                                             Activation{ActivationKind::kSilu},
                                             Activation{ActivationKind::kGelu},
                                             Activation{ActivationKind::kSelu},
                                             Activation{ActivationKind::kTanh},
                                             MaxPool{},
                                             MaxPool{.size = 3, .stride = 1, .padding = 1},
                                             MaxPool{.size = 3, .stride = 2, .padding = 1},
                                             AveragePool{},
                                             AveragePool{.size = 3, .stride = 1, .padding = 1},
                                             AveragePool{.size = 3, .stride = 2, .padding = 1},
                                             GlobalAveragePool{},
                                             Add{},
                                             Concatenate{},
                                             Dropout{0.3},
                                             Flatten{},
                                             SqueezeExcite{.units = 3},
                                             Scale{},
                                             Identity{},
                                             Zero{}};
  for (const Operation& operation : operations) expect_same(around(operation, {3, 9, 7}));
}

TEST_F(OnnxExport, EveryOperationOnVectorsComputesTheSameElsewhere) {
  const std::vector<Operation> operations = {BatchNorm{},
                                             LayerNorm{},
                                             Activation{ActivationKind::kRelu},
                                             Activation{ActivationKind::kSilu},
                                             Activation{ActivationKind::kGelu},
                                             Activation{ActivationKind::kSelu},
                                             Activation{ActivationKind::kTanh},
                                             Dropout{0.3},
                                             Flatten{},
                                             Scale{},
                                             Identity{},
                                             Zero{},
                                             Dense{.units = 5}};
  for (const Operation& operation : operations) expect_same(after_pooling(operation, {1, 8, 8}));
}

TEST_F(OnnxExport, ABatchNormalizationOfAVectorComputesTheSameAfterASumOrAProduct) {
  for (const Operation& before : {Operation{Activation{ActivationKind::kSilu}}, Operation{Add{}}}) {
    Architecture net({1, 6, 6});
    const int vector = net.append("vector", Flatten{}, 0);
    std::vector<int> inputs{vector};
    if (std::holds_alternative<Add>(before))
      inputs.push_back(net.append("tanh", Activation{ActivationKind::kTanh}, vector));
    net.append("norm", BatchNorm{}, net.append("before", before, inputs));
    net.append("classes", Dense{.units = kClasses}, net.last());
    expect_same(net);
  }
}

TEST_F(OnnxExport, RandomNetworksComputeTheSameElsewhere) {
  for (int i = 0; i < 40; ++i) {
    const Shape input{random_.chance(0.5) ? 1 : 3, static_cast<int>(random_.integer(6, 12)),
                      static_cast<int>(random_.integer(6, 12))};
    expect_same(testing::random_network(input, kClasses, random_), static_cast<int>(random_.integer(1, 5)));
  }
}

TEST_F(OnnxExport, AnEnsembleIsTheWeightedMeanOfItsMembersAndTheirMirrorImages) {
  const Shape input{3, 9, 8};
  const auto first = trained(testing::random_network(input, kClasses, random_), random_);
  const auto second = trained(around(Scale{}, input), random_);
  const auto third = trained(around(MaxPool{}, input), random_);
  std::vector<OnnxMember> members{member(*first, "a"), member(*second, "b"), member(*third, "c")};
  members[0].weight = 0.5;
  members[1].weight = 0.3;
  members[2].weight = 0.2;
  members[1].mirror_average = true;
  const torch::Tensor images = random_images(input, 5);
  EXPECT_LT(largest_difference(members, images), 1e-4);
  const torch::Tensor mirrored = predicted(members, images);
  members[1].mirror_average = false;
  EXPECT_GT((predicted(members, images) - mirrored).abs().max().item<double>(), 1e-4) << "the mirror image counts";
}

TEST_F(OnnxExport, AMirroredNetworkIsStoredOnce) {
  const auto network = trained(around(BatchNorm{}, {1, 16, 16}), random_);
  OnnxMember alone = member(*network);
  OnnxMember both = alone;
  both.mirror_average = true;
  EXPECT_LT(largest_difference({both}, random_images({1, 16, 16}, 2)), 1e-4);
  const std::size_t weights = 4 * static_cast<std::size_t>(network->architecture().parameters());
  EXPECT_LT(onnx_model({both}, kTask, "accuracy").size(), onnx_model({alone}, kTask, "accuracy").size() + weights / 2);
}

TEST_F(OnnxExport, TellsTheClassesTheMetricAndTheShapes) {
  const auto network = trained(around(Identity{}, {3, 8, 6}), random_);
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(onnx_model({member(*network)}, kTask, "log_loss")));
  ASSERT_EQ(model.metadata_props_size(), 2);
  EXPECT_EQ(model.metadata_props(0).key(), "classes");
  EXPECT_EQ(Json::parse(model.metadata_props(0).value()), Json(kTask.classes));
  EXPECT_EQ(model.metadata_props(1).value(), "log_loss");
  const auto& input = model.graph().input(0).type().tensor_type().shape();
  EXPECT_EQ(input.dim(0).dim_param(), "N");
  EXPECT_EQ(input.dim(1).dim_value(), 3);
  EXPECT_EQ(input.dim(2).dim_value(), 8);
  EXPECT_EQ(input.dim(3).dim_value(), 6);
  EXPECT_EQ(model.graph().output(0).type().tensor_type().shape().dim(1).dim_value(), kClasses);
}

struct Doubled : CustomModule {
  torch::Tensor forward(const std::vector<torch::Tensor>& inputs) override { return 2.0 * inputs[0]; }
};

TEST_F(OnnxExport, AnOperationOfAProgramIsRefusedByName) {
  register_operation("doubled", {.shape = [](const Json&, std::span<const Shape> inputs) { return inputs[0]; }});
  register_module("doubled", [](const Json&, std::span<const Shape>) { return std::make_shared<Doubled>(); });
  const auto network = trained(around(Custom{.kind = "doubled"}, {1, 6, 6}), random_);
  try {
    onnx_model({member(*network)}, kTask, "accuracy");
    FAIL() << "expected an error";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("node 'operation'"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("'doubled'"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace nascent
