#include "nascent/architecture/operation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "architecture/error_text.h"

namespace nascent {
namespace {

using ::nascent::testing::input_error_of;
using ::testing::AllOf;
using ::testing::HasSubstr;

Shape after(const Operation& operation, std::vector<Shape> inputs) { return output_shape(operation, inputs, "n"); }

std::string error_of(const Operation& operation, std::vector<Shape> inputs) {
  return input_error_of([&] { output_shape(operation, inputs, "block/conv"); });
}

TEST(Operation, AConvolutionOfStrideOneKeepsHeightAndWidthForEveryOddKernel) {
  for (const int kernel : {1, 3, 5, 7}) {
    EXPECT_EQ(after(Convolution{.filters = 8, .kernel = kernel}, {{3, 11, 6}}), (Shape{8, 11, 6})) << kernel;
  }
}

TEST(Operation, AConvolutionOfStrideTwoRoundsUp) {
  EXPECT_EQ(after(Convolution{.filters = 4, .kernel = 3, .stride = 2}, {{3, 7, 8}}), (Shape{4, 4, 4}));
  EXPECT_EQ(after(Convolution{.filters = 4, .kernel = 1, .stride = 2}, {{3, 7, 8}}), (Shape{4, 4, 4}));
}

TEST(Operation, PoolingDropsAnOddRest) {
  EXPECT_EQ(after(MaxPool{}, {{3, 7, 8}}), (Shape{3, 3, 4}));
  EXPECT_EQ(after(AveragePool{.size = 3, .stride = 1}, {{3, 7, 8}}), (Shape{3, 5, 6}));
}

TEST(Operation, FeatureMapsBecomeAVectorByPoolingOrFlattening) {
  EXPECT_EQ(after(GlobalAveragePool{}, {{3, 7, 8}}), (Shape{3, 0, 0}));
  EXPECT_EQ(after(Flatten{}, {{3, 7, 8}}), (Shape{168, 0, 0}));
}

TEST(Operation, ConcatenationAddsChannelsAndAdditionKeepsThem) {
  EXPECT_EQ(after(Concatenate{}, {{3, 4, 4}, {5, 4, 4}, {1, 4, 4}}), (Shape{9, 4, 4}));
  EXPECT_EQ(after(Add{}, {{3, 4, 4}, {3, 4, 4}}), (Shape{3, 4, 4}));
}

TEST(Operation, CountsTheParametersOfEachKind) {
  const std::vector<Shape> maps = {{6, 10, 10}};
  EXPECT_EQ(parameter_count(Convolution{.filters = 4, .kernel = 3}, maps), 4 * 6 * 9);
  EXPECT_EQ(parameter_count(Convolution{.filters = 4, .kernel = 3, .groups = 2, .bias = true}, maps), 4 * 3 * 9 + 4);
  EXPECT_EQ(parameter_count(BatchNorm{}, maps), 12);
  EXPECT_EQ(parameter_count(Dense{.units = 5}, std::vector<Shape>{{7, 0, 0}}), 5 * 7 + 5);
  EXPECT_EQ(parameter_count(MaxPool{}, maps), 0);
}

TEST(Operation, CountsMultiplyAddsOfTheOutputsPositions) {
  EXPECT_EQ(multiply_add_count(Convolution{.filters = 4, .kernel = 3, .stride = 2}, std::vector<Shape>{{6, 10, 10}}),
            4 * 5 * 5 * 6 * 9);
  EXPECT_EQ(multiply_add_count(Dense{.units = 5}, std::vector<Shape>{{7, 0, 0}}), 35);
}

TEST(Operation, ErrorsNameTheNodeAndWhatIsWrong) {
  const Shape maps{6, 4, 4};
  const Shape vector{6, 0, 0};
  EXPECT_THAT(error_of(Convolution{.filters = 4}, {vector}),
              AllOf(HasSubstr("'block/conv'"), HasSubstr("vector of 6")));
  EXPECT_THAT(error_of(Convolution{.filters = 0}, {maps}), HasSubstr("at least one filter"));
  EXPECT_THAT(error_of(Convolution{.filters = 4, .kernel = 2}, {maps}), HasSubstr("odd number of pixels, not 2"));
  EXPECT_THAT(error_of(Convolution{.filters = 4, .groups = 4}, {maps}), HasSubstr("4 groups must divide"));
  EXPECT_THAT(error_of(MaxPool{.size = 5}, {maps}), HasSubstr("5 x 5 does not fit into 4 x 4"));
  EXPECT_THAT(error_of(Add{}, {maps, {6, 2, 2}}), HasSubstr("cannot add 6 × 4 × 4 and 6 × 2 × 2"));
  EXPECT_THAT(error_of(Add{}, {maps}), HasSubstr("two or more nodes, but 1 are given"));
  EXPECT_THAT(error_of(Concatenate{}, {maps, {6, 2, 2}}), HasSubstr("height and width must be the same"));
  EXPECT_THAT(error_of(Dense{.units = 3}, {maps}), HasSubstr("flatten or pool it first"));
  EXPECT_THAT(error_of(Dropout{1.0}, {maps}), HasSubstr("less than 1"));
  EXPECT_THAT(error_of(BatchNorm{}, {maps, maps}), HasSubstr("exactly one node, but 2 are given"));
}

TEST(Operation, EveryKindComesBackFromJson) {
  const std::vector<Operation> operations = {
      Input{{1, 28, 28}},
      Input{{12, 0, 0}},
      Convolution{.filters = 8, .kernel = 5, .stride = 2, .groups = 4, .bias = true},
      BatchNorm{},
      Activation{ActivationKind::kSelu},
      MaxPool{.size = 3, .stride = 1},
      AveragePool{.size = 2, .stride = 2},
      GlobalAveragePool{},
      Add{},
      Concatenate{},
      Dropout{0.25},
      Flatten{},
      Dense{.units = 10, .bias = false},
      Identity{}};
  for (const Operation& operation : operations) {
    EXPECT_EQ(operation_from_json(to_json(operation), "n"), operation) << name_of(operation);
  }
}

TEST(Operation, ReadingJsonNamesWhatIsMissingOrUnknown) {
  const auto read = [](const char* text) {
    return input_error_of([&] { operation_from_json(Json::parse(text), "n"); });
  };
  EXPECT_THAT(read(R"({"op": "convolution", "filters": 3})"), HasSubstr("'kernel' is missing"));
  EXPECT_THAT(read(R"({"op": "dense", "units": "many", "bias": true})"), HasSubstr("wrong type"));
  EXPECT_THAT(read(R"({"op": "convolutoin"})"), HasSubstr("did you mean \"convolution\""));
  EXPECT_THAT(input_error_of([] { activation_kind_of("rleu"); }), HasSubstr("relu"));
}

}  // namespace
}  // namespace nascent
