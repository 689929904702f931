#include "nascent/space/encoding.h"

#include <gtest/gtest.h>

#include <cmath>

#include "contract/example_spaces.h"
#include "nascent/core/error.h"
#include "support/seed.h"

namespace nascent {
namespace {

using testing::every_kind_of_parameter;
using testing::small_finite_space;

const Dimension& dimension(const Encoding& encoding, const std::string& path) {
  for (const Dimension& candidate : encoding.dimensions())
    if (candidate.path == path) return candidate;
  throw InternalError("no dimension " + path);
}

int index_of(const Encoding& encoding, const std::string& path) {
  return static_cast<int>(&dimension(encoding, path) - encoding.dimensions().data());
}

TEST(Encoding, ListsEveryDimensionWithItsConditionParentsFirst) {
  const Encoding encoding(every_kind_of_parameter());
  const auto& dimensions = encoding.dimensions();
  // model, layers, 3 * (filters, kind, kernel), dropout, depth, subsample, lr, batch, momentum, fixed
  ASSERT_EQ(dimensions.size(), 18u);
  for (std::size_t i = 0; i < dimensions.size(); ++i) EXPECT_LT(dimensions[i].parent, static_cast<int>(i));

  const Dimension& kernel = dimension(encoding, "model=network/layers[2].kind=conv/kernel");
  EXPECT_EQ(kernel.parent, index_of(encoding, "model=network/layers[2].kind"));
  EXPECT_EQ(kernel.condition, 0);
  const Dimension& kind = dimension(encoding, "model=network/layers[2].kind");
  EXPECT_EQ(kind.parent, index_of(encoding, "model=network/layers"));
  EXPECT_EQ(kind.condition, 2);
  EXPECT_EQ(kind.categories(), 2);
  EXPECT_EQ(dimension(encoding, "model=trees/depth").condition, 1);
  EXPECT_EQ(dimension(encoding, "lr").parent, -1);
  EXPECT_DOUBLE_EQ(dimension(encoding, "lr").low, std::log(1e-5));
}

TEST(Encoding, EndsAtTheLastValueThatTheStepReaches) {
  const Encoding encoding(SearchSpace().add_int("n", 2, 9, {.step = 3}).add_float("x", 0.0, 0.35, {.step = 0.1}));
  EXPECT_EQ(encoding.dimensions()[0].high, 8.0);
  EXPECT_EQ(encoding.dimensions()[1].high, 0.3);
}

TEST(Encoding, DecodesWhatItEncoded) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const SearchSpace space = every_kind_of_parameter();
  const Encoding encoding(space);
  for (int i = 0; i < 200; ++i) {
    const Configuration original = space.sample(random);
    const EncodedPoint point = encoding.encode(original);
    const Configuration decoded = encoding.decode(point.values);
    ASSERT_NO_THROW(space.validate(decoded));
    const EncodedPoint again = encoding.encode(decoded);
    EXPECT_EQ(again.active, point.active);
    for (std::size_t d = 0; d < point.values.size(); ++d) {
      // exp(log(x)) may differ from x in the last bits; the logarithms here are below 12 in size.
      EXPECT_NEAR(again.values[d], point.values[d], 1e-13) << encoding.dimensions()[d].path;
      EXPECT_TRUE(point.active[d] || point.values[d] == 0.0) << encoding.dimensions()[d].path;
    }
  }
}

TEST(Encoding, KeepsEveryPointOfAFiniteSpaceExactly) {
  const SearchSpace space = small_finite_space();
  const Encoding encoding(space);
  for (std::uint64_t i = 0; i < *space.size(); ++i)
    EXPECT_EQ(encoding.decode(encoding.encode(space.point(i)).values), space.point(i));
}

TEST(Encoding, DecodesAnyNumbersToAValidPoint) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const SearchSpace space = every_kind_of_parameter();
  const Encoding encoding(space);
  for (int i = 0; i < 200; ++i) {
    std::vector<double> values(encoding.dimensions().size());
    for (double& value : values) value = random.normal() * 20.0;
    EXPECT_NO_THROW(space.validate(encoding.decode(values)));
  }
  EXPECT_THROW(encoding.decode({1.0}), InternalError);
}

TEST(Encoding, SnapsToTheAllowedValues) {
  SearchSpace space;
  space.add_float("x", 0.0, 1.0).add_float("step", 0.0, 1.0, {.step = 0.25}).add_int("n", 1, 9, {.step = 2});
  space.add_int("log", 1, 100, {.log = true}).add_categorical("c", {"a", "b", "c"});
  const Encoding encoding(space);
  const auto& d = encoding.dimensions();
  EXPECT_EQ(Encoding::snap(d[0], 1.5), 1.0);
  EXPECT_EQ(Encoding::snap(d[0], 0.123), 0.123);
  EXPECT_EQ(Encoding::snap(d[1], 0.6), 0.5);
  EXPECT_EQ(Encoding::snap(d[2], 5.9), 5.0);
  EXPECT_EQ(Encoding::snap(d[2], 99.0), 9.0);
  EXPECT_DOUBLE_EQ(Encoding::snap(d[3], std::log(7.3)), std::log(7.0));
  EXPECT_EQ(Encoding::snap(d[4], 1.4), 1.0);
  EXPECT_EQ(Encoding::snap(d[4], -3.0), 0.0);
}

}  // namespace
}  // namespace nascent
