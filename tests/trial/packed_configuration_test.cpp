#include "nascent/trial/packed_configuration.h"

#include <gtest/gtest.h>

#include <limits>

#include "contract/example_spaces.h"
#include "nascent/core/error.h"
#include "nascent/trial/bytes.h"
#include "support/seed.h"

namespace nascent {
namespace {

template <typename Exception>
std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(PackedConfiguration, comes_back_as_it_was_with_every_kind_of_parameter) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  const SearchSpace space = testing::every_kind_of_parameter();
  Random random(seed);
  for (int i = 0; i < 300; ++i) {
    const Configuration configuration = space.sample(random);
    EXPECT_EQ(unpack(space, pack(space, configuration)), configuration) << configuration.canonical();
  }
}

TEST(PackedConfiguration, keeps_identities_of_elements_and_extreme_numbers) {
  SearchSpace space;
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  constexpr std::int64_t kLeast = -kMost;
  space.add_int("n", kLeast, kMost).add_float("x", -1e300, 1e300);
  space.add_repeat("layers", 0, 3, SearchSpace().add_int("w", -5, 5));
  for (const std::int64_t n : {kLeast, std::int64_t{-1}, std::int64_t{0}, std::int64_t{64}, kMost}) {
    Configuration configuration;
    configuration.set("n", n);
    configuration.set("x", n == 0 ? std::numeric_limits<double>::denorm_min() : -1.0 / static_cast<double>(n));
    std::vector<Element> layers(2);
    layers[0].identity = std::numeric_limits<std::uint64_t>::max();
    layers[1].identity = 3;
    for (Element& layer : layers) layer.values.set("w", std::int64_t{-5});
    configuration.set("layers", layers);
    EXPECT_EQ(unpack(space, pack(space, configuration)), configuration) << n;
  }
}

TEST(PackedConfiguration, takes_eight_bytes_for_a_float_and_one_for_a_category) {
  SearchSpace space;
  for (int i = 0; i < 20; ++i) space.add_float("parameter_" + std::to_string(i), 0.0, 1.0);
  Random random(1);
  EXPECT_EQ(pack(space, space.sample(random)).size(), 1u + 20u * 8u);
  SearchSpace cell;
  for (int i = 0; i < 6; ++i) cell.add_categorical("edge_" + std::to_string(i), {"none", "skip_connect", "conv_3x3"});
  EXPECT_EQ(pack(cell, cell.sample(random)).size(), 1u + 6u);
}

TEST(PackedConfiguration, names_the_value_that_does_not_belong_to_the_space) {
  SearchSpace space;
  space.add_float("lr", 0.0, 1.0).add_categorical("kind", {"a", "b"});
  const auto packing = [&](const Configuration& configuration) {
    return error_of<InternalError>([&] { pack(space, configuration); });
  };
  Configuration configuration;
  configuration.set("lr", 0.5);
  EXPECT_NE(packing(configuration).find("\"kind\""), std::string::npos);
  configuration.set("kind", ChoiceValue{"c", {}});
  EXPECT_NE(packing(configuration).find("\"kind\""), std::string::npos);
  configuration.set("kind", ChoiceValue{"a", {}});
  configuration.set("width", 1.0);
  EXPECT_NE(packing(configuration).find("\"width\""), std::string::npos);
}

TEST(PackedConfiguration, refuses_bytes_that_are_damaged_or_newer) {
  const SearchSpace space = testing::every_kind_of_parameter();
  Random random(3);
  const std::string bytes = pack(space, space.sample(random));
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_THROW(unpack(space, bytes.substr(0, length)), SystemError) << length;
  EXPECT_THROW(unpack(space, bytes + "x"), SystemError);
  EXPECT_EQ(error_of<InputError>([&] { unpack(space, "\x07" + bytes.substr(1)); }),
            "a configuration was recorded by a newer version of the program (form 7, this one knows 1); use that "
            "version");
}

TEST(Bytes, numbers_of_any_size_come_back) {
  std::string bytes;
  ByteWriter out(bytes);
  const std::uint64_t naturals[] = {0, 1, 127, 128, 16383, 16384, std::numeric_limits<std::uint64_t>::max()};
  for (const std::uint64_t value : naturals) out.natural(value);
  out.numbers({{"loss", 0.1}, {"", -1.0}});
  ByteReader in(bytes);
  for (const std::uint64_t value : naturals) EXPECT_EQ(in.natural(), value);
  EXPECT_EQ(in.numbers(), (std::map<std::string, double>{{"", -1.0}, {"loss", 0.1}}));
  EXPECT_TRUE(in.empty());
}

}  // namespace
}  // namespace nascent
