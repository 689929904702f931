#include "nascent/space/configuration.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>

#include "contract/example_spaces.h"
#include "nascent/core/error.h"
#include "support/seed.h"

namespace nascent {
namespace {

Configuration small_configuration() {
  Configuration branch;
  branch.set("momentum", 0.9);
  Configuration first, second;
  first.set("width", std::int64_t{8});
  second.set("width", std::int64_t{16});
  Configuration configuration;
  configuration.set("lr", 0.1);
  configuration.set("depth", std::int64_t{3});
  configuration.set("optimizer", ChoiceValue{"sgd", branch});
  configuration.set("act", ChoiceValue{"relu", {}});
  configuration.set("layers", std::vector<Element>{{4, first}, {9, second}});
  return configuration;
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Configuration, GivesItsValuesByNameAndType) {
  const Configuration configuration = small_configuration();
  EXPECT_EQ(configuration.number("lr"), 0.1);
  EXPECT_EQ(configuration.number("depth"), 3.0);
  EXPECT_EQ(configuration.integer("depth"), 3);
  EXPECT_EQ(configuration.choice("optimizer"), "sgd");
  EXPECT_EQ(configuration.branch("optimizer").number("momentum"), 0.9);
  EXPECT_EQ(configuration.elements("layers").at(1).values.integer("width"), 16);
  EXPECT_EQ(configuration.find("absent"), nullptr);
}

TEST(Configuration, NamesAValueThatIsMissingOrOfAnotherType) {
  const Configuration configuration = small_configuration();
  EXPECT_EQ(message_of([&] { configuration.number("width"); }),
            "the configuration has no value \"width\", only: lr, depth, optimizer, act, layers");
  EXPECT_NE(message_of([&] { configuration.integer("lr"); }).find("\"lr\" of the configuration is not an integer"),
            std::string::npos);
  EXPECT_NE(message_of([&] { configuration.elements("act"); }).find("is not a list"), std::string::npos);
}

TEST(Configuration, ReplacesAValueOfTheSameNameInItsPlace) {
  Configuration configuration = small_configuration();
  configuration.set("lr", 0.2);
  EXPECT_EQ(configuration.values().size(), 5u);
  EXPECT_EQ(configuration.values().front().first, "lr");
  EXPECT_EQ(configuration.number("lr"), 0.2);
}

TEST(Configuration, IsWrittenAsPlainJsonWithIdentities) {
  EXPECT_EQ(small_configuration().to_json().dump(),
            R"({"act":"relu","depth":3,"layers":[{"#":4,"width":8},{"#":9,"width":16}],"lr":0.1,)"
            R"("optimizer":{"sgd":{"momentum":0.9}}})");
}

TEST(Configuration, HasACanonicalFormWithoutOrderAndIdentities) {
  Configuration reordered;
  const Configuration original = small_configuration();
  for (auto entry = original.values().rbegin(); entry != original.values().rend(); ++entry) {
    Value value = entry->second;
    if (auto* elements = std::get_if<std::vector<Element>>(&value))
      for (Element& element : *elements) element.identity += 100;
    reordered.set(entry->first, value);
  }
  EXPECT_EQ(reordered.canonical(), original.canonical());
  EXPECT_EQ(reordered.hash(), original.hash());
  EXPECT_FALSE(reordered == original);
  EXPECT_EQ(
      original.canonical(),
      R"({"act":"relu","depth":3,"layers":[{"width":8},{"width":16}],"lr":0.1,"optimizer":{"sgd":{"momentum":0.9}}})");
}

TEST(Configuration, TakesMinusZeroForZero) {
  Configuration plus, minus;
  plus.set("x", 0.0);
  minus.set("x", -0.0);
  EXPECT_EQ(plus.hash(), minus.hash());
}

// Strategies on different machines tell configurations apart by it. The expected values come from a second program that
// computes them from the definition.
TEST(Configuration, HasTheSameHashOnEveryMachine) {
  EXPECT_EQ(Configuration().canonical(), "{}");
  EXPECT_EQ(Configuration().hash(), 0x0ULL);
  EXPECT_EQ(small_configuration().hash(), 0xc6143a3210442160ULL);
  Configuration negative;
  negative.append("a name of more than eight bytes", std::int64_t{-3});
  EXPECT_EQ(negative.hash(), 0x1d7fa16d41b11869ULL);
}

TEST(Configuration, HasOneHashForEachCanonicalForm) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  for (const SearchSpace& space :
       {testing::every_kind_of_parameter(), testing::small_finite_space(), testing::constrained_space()}) {
    std::map<std::string, std::uint64_t> hashes;
    std::set<std::uint64_t> distinct;
    for (int i = 0; i < 2000; ++i) {
      const Configuration configuration = space.sample(random);
      const auto [known, added] = hashes.emplace(configuration.canonical(), configuration.hash());
      EXPECT_EQ(known->second, configuration.hash());
      distinct.insert(configuration.hash());
    }
    // Two of 2000 forms share a hash with a probability of 1e-13.
    EXPECT_EQ(distinct.size(), hashes.size());
  }
}

TEST(Configuration, DistinguishesTheOrderOfElements) {
  Configuration a = small_configuration();
  Configuration b = a;
  std::vector<Element> swapped = a.elements("layers");
  std::swap(swapped[0], swapped[1]);
  b.set("layers", swapped);
  EXPECT_NE(a.hash(), b.hash());
}

}  // namespace
}  // namespace nascent
