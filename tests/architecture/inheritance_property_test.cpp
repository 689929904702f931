#include <fmt/format.h>
#include <gtest/gtest.h>

#include "architecture/network_draft.h"
#include "architecture/reference_network.h"
#include "nascent/architecture/inheritance.h"
#include "nascent/architecture/morphism.h"
#include "nascent/architecture/network_space.h"
#include "nascent/space/variation.h"
#include "support/seed.h"

namespace nascent {
namespace {

using testing::NetworkDraft;

Operation random_operation(Random& random, int channels) {
  const int filters = static_cast<int>(random.integer(1, 3)) * 2;
  switch (random.below(15)) {
    case 0:
      return Convolution{.filters = filters, .kernel = random.chance(0.5) ? 1 : 3, .bias = random.chance(0.3)};
    case 1:
      return Convolution{.filters = channels, .kernel = 3, .groups = channels};
    case 2:
      return Convolution{.filters = 2 * filters, .kernel = 3, .groups = 2};
    case 3:
      return Convolution{.filters = filters, .kernel = 3, .stride = 1 + static_cast<int>(random.below(2))};
    case 4:
      return Convolution{.filters = filters, .kernel = 3, .dilation = 2};
    case 5:
    case 6:
      return BatchNorm{};
    case 7:
      return LayerNorm{};
    case 8:
      return Activation{};
    case 9:
      return Activation{static_cast<ActivationKind>(random.below(5))};
    case 10:
      return random.chance(0.5) ? Operation(MaxPool{3, 1, 1}) : Operation(AveragePool{3, 1, 1});
    case 11:
      return SqueezeExcite{static_cast<int>(random.integer(1, 2))};
    case 12:
      return random.chance(0.5) ? Operation(Dropout{0.1}) : Operation(Identity{});
    case 13:
      return Zero{};
    default:
      return Scale{};
  }
}

/// The lines in front of one, the input among them.
std::string earlier(const NetworkDraft& draft, std::size_t before, Random& random) {
  const std::uint64_t i = random.below(before + 1);
  return i == 0 ? "input" : draft.lines[i - 1].name;
}

/// Tries to insert, and leaves the draft alone where the shapes do not fit.
bool try_edit(NetworkDraft& draft, const std::function<void(NetworkDraft&)>& edit) {
  NetworkDraft edited = draft;
  edit(edited);
  if (!edited.try_build()) return false;
  draft = std::move(edited);
  return true;
}

/// A layer, a sum or a concatenation behind a random line, perhaps a whole branch.
void grow(NetworkDraft& draft, Random& random, int& names) {
  const auto name = [&] { return fmt::format("n{}", names++); };
  try_edit(draft, [&](NetworkDraft& edited) {
    const std::size_t place = random.below(edited.lines.size());
    const std::string behind = edited.lines[place].name;
    const int channels = edited.build().node(static_cast<int>(place) + 1).shape.channels;
    if (random.chance(0.6)) {
      edited.insert_behind(behind, name(), random_operation(random, channels));
      return;
    }
    // behind -> join(behind, branch of an earlier line)
    std::string end = random.chance(0.7) ? behind : earlier(edited, place, random);
    std::vector<NetworkDraft::Line> branch;
    for (std::uint64_t k = random.below(4); k > 0; --k) {
      branch.push_back({name(), random_operation(random, channels), {end}});
      end = branch.back().name;
    }
    const std::string joined = name();
    edited.insert_behind(behind, joined, random.chance(0.6) ? Operation(Add{}) : Operation(Concatenate{}));
    edited.line(joined).inputs = random.chance(0.5) ? std::vector{behind, end} : std::vector{end, behind};
    edited.lines.insert(edited.lines.begin() + static_cast<std::ptrdiff_t>(place) + 1, branch.begin(), branch.end());
  });
}

/// A change of one line: more or fewer filters, another kernel, other settings, another place in a list of inputs.
void change(NetworkDraft& draft, Random& random) {
  try_edit(draft, [&](NetworkDraft& edited) {
    NetworkDraft::Line& line = edited.lines[random.below(edited.lines.size() - 1)];
    if (auto* conv = std::get_if<Convolution>(&line.operation)) {
      switch (random.below(5)) {
        case 0:
          conv->kernel += 2;
          break;
        case 1:
          conv->kernel = 1;
          break;
        case 2:
          conv->bias = !conv->bias;
          break;
        case 3:
          conv->groups = conv->filters % 2 == 0 ? 2 : 1;
          break;
        default:
          conv->filters += static_cast<int>(random.integer(-2, 4));
      }
    } else if (auto* dense = std::get_if<Dense>(&line.operation)) {
      dense->units += static_cast<int>(random.integer(-1, 3));
    } else if (auto* squeeze = std::get_if<SqueezeExcite>(&line.operation)) {
      squeeze->units += 1;
    } else if (line.inputs.size() > 1) {
      random.shuffle(line.inputs);
      if (random.chance(0.3)) line.inputs.push_back(line.inputs[0]);
    } else if (std::holds_alternative<Activation>(line.operation)) {
      line.operation = Activation{static_cast<ActivationKind>(random.below(5))};
    }
  });
}

void remove(NetworkDraft& draft, Random& random) {
  try_edit(draft, [&](NetworkDraft& edited) {
    const std::size_t place = random.below(edited.lines.size() - 1);
    const NetworkDraft::Line line = edited.lines[place];
    edited.lines.erase(edited.lines.begin() + static_cast<std::ptrdiff_t>(place));
    for (auto& other : edited.lines) std::ranges::replace(other.inputs, line.name, line.inputs[0]);
  });
}

/// All filters more or fewer at once: sums keep fitting.
void widen_all(NetworkDraft& draft, Random& random) {
  const int more = static_cast<int>(random.integer(1, 2)) * 2;
  try_edit(draft, [&](NetworkDraft& edited) {
    for (std::size_t i = 0; i + 1 < edited.lines.size(); ++i) {
      auto* conv = std::get_if<Convolution>(&edited.lines[i].operation);
      if (conv == nullptr) continue;
      const bool depthwise = conv->groups > 2;
      conv->filters += more;
      if (depthwise) conv->groups = conv->filters;
    }
  });
}

NetworkDraft random_network(Random& random, int& names) {
  NetworkDraft draft{.input = {2, 5, 5}, .lines = {}};
  draft.add("first", Convolution{.filters = 4, .kernel = 3});
  if (random.chance(0.7)) draft.add("norm", BatchNorm{}).add("relu", Activation{});
  if (random.chance(0.5))
    draft.add("flatten", Flatten{});
  else
    draft.add("pool", GlobalAveragePool{});
  if (random.chance(0.5)) draft.add("dense", Dense{.units = 4}).add("dense-relu", Activation{});
  draft.add("classes", Dense{.units = 3});
  for (std::uint64_t k = random.below(8); k > 0; --k) grow(draft, random, names);
  return draft;
}

/// Carries the plan out, holds the networks to what it claims, and returns that.
Exactness checked(const Architecture& parent, const Architecture& child, const Origins& origins, Random& random) {
  const InheritancePlan plan = plan_inheritance(parent, child, origins);
  EXPECT_EQ(plan.why_not_exact.empty(), plan.exactness != Exactness::kApproximate);
  EXPECT_LE(plan.inherited_parameters, child.parameters());
  const auto weights = testing::random_weights(parent, random);
  // Carried out whatever it claims: no index may be out of range.
  const auto inherited = testing::inherit(parent, weights, child, plan, random);
  const auto batch = testing::random_batch(parent.input_shape(), 4, random);
  for (const bool training : {false, true}) {
    if (plan.exactness < (training ? Exactness::kTraining : Exactness::kInference)) continue;
    const double apart = testing::difference(testing::evaluate(parent, weights, batch, training),
                                             testing::evaluate(child, inherited, batch, training));
    EXPECT_LT(apart, training ? 1e-7 : 1e-9) << parent.to_json().dump() << "\n" << child.to_json().dump();
  }
  return plan.exactness;
}

TEST(InheritanceProperty, WhatAPlanClaimsHolds) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  int kept = 0;
  int kept_in_training = 0;
  constexpr int kPairs = 600;
  for (int pair = 0; pair < kPairs && !::testing::Test::HasFailure(); ++pair) {
    int names = 0;
    const NetworkDraft parent_draft = random_network(random, names);
    NetworkDraft child_draft = parent_draft;
    for (std::uint64_t k = random.below(4); k > 0; --k) {
      const double kind = random.uniform();
      if (kind < 0.5)
        grow(child_draft, random, names);
      else if (kind < 0.8)
        change(child_draft, random);
      else if (kind < 0.9)
        widen_all(child_draft, random);
      else
        remove(child_draft, random);
    }
    const Exactness exactness = checked(parent_draft.build(), child_draft.build(), {}, random);
    kept += exactness != Exactness::kApproximate ? 1 : 0;
    kept_in_training += exactness == Exactness::kTraining ? 1 : 0;
  }
  RecordProperty("kept", kept);
  EXPECT_GT(kept, kPairs / 4) << "the plans claim too little to be tested";
  EXPECT_GT(kept_in_training, kPairs / 8);
}

TEST(InheritanceProperty, MorphismsKeepTheFunctionOfGraphsWithZeros) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  for (int i = 0; i < 150 && !::testing::Test::HasFailure(); ++i) {
    int names = 0;
    NetworkDraft draft = random_network(random, names);
    draft.insert_behind(draft.lines[random.below(draft.lines.size() - 1)].name, "zero", Zero{});
    const Architecture parent = draft.build();
    const std::optional<Morphism> morphism = draw_morphism(parent, random);
    ASSERT_TRUE(morphism);
    const std::optional<Morphed> morphed = apply(parent, *morphism);
    ASSERT_TRUE(morphed);
    SCOPED_TRACE(std::string(name_of(morphism->kind)) + " at " + morphism->node);
    EXPECT_NE(checked(parent, morphed->architecture, morphed->origins, random), Exactness::kApproximate);
  }
}

class InheritanceInSpaces : public ::testing::TestWithParam<std::string> {
 protected:
  std::uint64_t seed_ = testing::test_seed();
  Random random_{seed_};
  /// Little: every network is computed by plain loops.
  NetworkSpace space_ = make_network_space({.kind = GetParam(), .settings = {{"filters", 4}, {"cells", 1}}},
                                           {.input = {2, 6, 6}, .outputs = 3});
};

TEST_P(InheritanceInSpaces, MorphismsKeepTheFunction) {
  SCOPED_TRACE(testing::seed_note(seed_));
  for (int i = 0; i < 40 && !HasFailure(); ++i) {
    const Architecture parent = space_.build(space_.space.sample(random_), {});
    const std::optional<Morphism> morphism = draw_morphism(parent, random_);
    ASSERT_TRUE(morphism);
    const std::optional<Morphed> morphed = apply(parent, *morphism);
    ASSERT_TRUE(morphed);
    SCOPED_TRACE(std::string(name_of(morphism->kind)) + " at " + morphism->node);
    EXPECT_NE(checked(parent, morphed->architecture, morphed->origins, random_), Exactness::kApproximate);
  }
}

TEST_P(InheritanceInSpaces, EditsKeepTheFunctionWhereThePlanSaysSo) {
  SCOPED_TRACE(testing::seed_note(seed_));
  int exact = 0;
  int pairs = 0;
  while (pairs < 150 && !HasFailure()) {
    const Configuration parent = space_.space.sample(random_);
    const std::optional<Configuration> child = mutate(space_.space, parent, random_);
    if (!child) continue;
    ++pairs;
    exact +=
        checked(space_.build(parent, {}), space_.build(*child, {}), {}, random_) != Exactness::kApproximate ? 1 : 0;
  }
  RecordProperty("exact", exact);
  EXPECT_GT(exact, 1) << "the plans claim too little to be tested";
}

INSTANTIATE_TEST_SUITE_P(Each, InheritanceInSpaces, ::testing::Values("cell", "nasnet"),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace nascent
