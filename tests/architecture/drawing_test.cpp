#include "nascent/architecture/drawing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "nascent/architecture/macro_space.h"
#include "support/seed.h"

namespace nascent {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Empty if every tag is closed in order and every attribute is quoted; otherwise what is wrong and where.
std::string complaint_about_xml(const std::string& text) {
  std::vector<std::string> open;
  for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at)) {
    const std::size_t end = text.find('>', at);
    if (end == std::string::npos) return "a tag is not closed";
    const std::string tag = text.substr(at + 1, end - at - 1);
    const std::string name = tag.substr(0, tag.find_first_of(" /", 1));
    if (tag.find('<') != std::string::npos) return "a < within <" + tag;
    if (tag.front() == '/') {
      if (open.empty() || open.back() != tag.substr(1)) return "</" + tag + " closes nothing";
      open.pop_back();
    } else {
      if (std::count(tag.begin(), tag.end(), '"') % 2 != 0) return "quotes of <" + tag;
      if (tag.back() != '/') open.push_back(name);
    }
    at = end;
  }
  return open.empty() ? "" : "<" + open.back() + "> is never closed";
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(Drawing, SaysWhatEachLayerDoesItsShapeAndItsParameters) {
  const ImageTraits traits{.channels = 1, .height = 28, .width = 28, .classes = 10};
  const std::string svg =
      to_svg(build_macro(first_macro_networks(traits)[1], {1, 28, 28}, 10), {.title = "Best <one>"});
  EXPECT_THAT(svg, HasSubstr("Best &lt;one&gt;"));
  EXPECT_THAT(svg, HasSubstr(">Convolution 3 × 3<"));
  EXPECT_THAT(svg, HasSubstr(">32 filters · stride 2 · batch norm · ReLU<"));
  EXPECT_THAT(svg, HasSubstr(">32 × 14 × 14<"));
  EXPECT_THAT(svg, HasSubstr(">36,992 parameters<"));
  EXPECT_THAT(svg, HasSubstr(">Stage 3<"));
  EXPECT_THAT(svg, HasSubstr(">3 stages, 16-32-64 filters, 121,274 parameters<"));
  EXPECT_THAT(svg, HasSubstr("stage-2/block-1/convolution-1")) << "names are shown on hovering";
  EXPECT_EQ(count(svg, "url(#skip)"), 3U) << "one skip for each block";
}

TEST(Drawing, IsWellFormedForEveryNetworkOfTheSpace) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const SearchSpace space = macro_space({.channels = 3, .height = 32, .width = 32});
  for (int i = 0; i < 30; ++i) {
    const Architecture net = build_macro(space.sample(random), {3, 32, 32}, 4);
    const std::string svg = to_svg(net);
    ASSERT_EQ(complaint_about_xml(svg), "");
    ASSERT_THAT(svg, Not(HasSubstr("nan")));
    std::size_t adds = 0;
    for (const Node& node : net.nodes()) adds += std::holds_alternative<Add>(node.operation) ? 1U : 0U;
    ASSERT_EQ(count(svg, "url(#skip)"), adds);
  }
}

TEST(Drawing, SkipsThatOverlapGetLanesOfTheirOwn) {
  Architecture net({4, 8, 8});
  const int a = net.append("a", Convolution{.filters = 4}, 0);
  const int b = net.append("b", Convolution{.filters = 4}, a);
  const int c = net.append("c", Convolution{.filters = 4}, b);
  const int d = net.append("d", Add{}, {c, a});
  net.append("e", Concatenate{}, {d, 0});
  const std::string svg = to_svg(net);
  EXPECT_EQ(complaint_about_xml(svg), "");
  EXPECT_EQ(count(svg, "url(#skip)"), 2U);
  EXPECT_THAT(svg, HasSubstr(">add<"));
  EXPECT_THAT(svg, HasSubstr(">concatenate<"));
}

}  // namespace
}  // namespace nascent
