#include "nascent/architecture/drawing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "nascent/core/files.h"
#include "support/macro_networks.h"
#include "support/seed.h"
#include "support/temporary_folder.h"

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
    at = end;
    if (tag.starts_with("!--")) continue;
    if (tag.front() == '/') {
      if (open.empty() || open.back() != tag.substr(1)) return "</" + tag + " closes nothing";
      open.pop_back();
    } else {
      if (std::count(tag.begin(), tag.end(), '"') % 2 != 0) return "quotes of <" + tag;
      if (tag.back() != '/') open.push_back(name);
    }
  }
  return open.empty() ? "" : "<" + open.back() + "> is never closed";
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(Drawing, SaysWhatEachLayerDoesItsShapeAndItsParameters) {
  const std::string svg = to_svg(testing::first_macro_network({1, 28, 28}, 10, 2), {.title = "Best <one>"});
  EXPECT_THAT(svg, HasSubstr("Best &lt;one&gt;"));
  EXPECT_THAT(svg, HasSubstr(">Convolution 3 × 3<"));
  EXPECT_THAT(svg, HasSubstr(">32 filters · stride 2 · batch norm · ReLU<"));
  EXPECT_THAT(svg, HasSubstr(">32 × 14 × 14<"));
  EXPECT_THAT(svg, HasSubstr(">36,992 parameters<"));
  EXPECT_THAT(svg, HasSubstr(">Stage 3<"));
  EXPECT_THAT(svg, HasSubstr(">3 stages, 16-32-64 filters, 121,274 parameters<"));
  EXPECT_THAT(svg, HasSubstr("stage-2/layer-1/convolution")) << "names are shown on hovering";
  EXPECT_EQ(count(svg, "url(#skip)"), 3U) << "one skip for each block";
}

TEST(Drawing, IsWellFormedForEveryNetworkOfTheSpace) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const NetworkSpace networks = testing::macro_networks({3, 32, 32}, 4);
  for (int i = 0; i < 30; ++i) {
    const Architecture net = networks.build(networks.space.sample(random), {});
    const std::string svg = to_svg(net);
    ASSERT_EQ(complaint_about_xml(svg), "");
    ASSERT_THAT(svg, Not(HasSubstr("nan")));
    std::size_t joins = 0;
    for (const Node& node : net.nodes()) joins += node.inputs.size() > 1 ? 1U : 0U;
    ASSERT_GE(count(svg, "url(#skip)"), joins) << "one of the inputs of each at least does not come from the box above";
  }
}

/// A convolution that follows its activation, as in cells.
int layer(Architecture& net, const std::string& scope, const Convolution& convolution, int input) {
  int at = net.append(scope + "/activation", Activation{}, input);
  at = net.append(scope + "/convolution", convolution, at);
  return net.append(scope + "/norm", BatchNorm{}, at);
}

/// Three stages of cells with two parallel paths, as in NAS-Bench-201.
Architecture cell_network(int cells) {
  Architecture net({3, 32, 32});
  int at = net.append("stem", Convolution{.filters = 16}, 0);
  int number = 0;
  for (int stage = 1, filters = 16; stage <= 3; ++stage, filters *= 2) {
    const std::string name = "stage-" + std::to_string(stage);
    if (stage > 1) {
      const int main = layer(net, name + "/entry", {.filters = filters, .stride = 2}, at);
      const int pool = net.append(name + "/entry/pool", AveragePool{}, at);
      const int side = net.append(name + "/entry/projection", Convolution{.filters = filters, .kernel = 1}, pool);
      at = net.append(name + "/entry/add", Add{}, {main, side});
    }
    for (int i = 0; i < cells; ++i) {
      const std::string cell = name + "/cell-" + std::to_string(++number);
      const int one = layer(net, cell + "/0-1", {.filters = filters}, at);
      const int pool = net.append(cell + "/0-2/pool", AveragePool{.size = 3, .stride = 1, .padding = 1}, at);
      const int two_a = layer(net, cell + "/1-2", {.filters = filters, .kernel = 1}, one);
      const int two = net.append(cell + "/2", Add{}, {pool, two_a});
      const int last = layer(net, cell + "/2-3", {.filters = filters}, two);
      at = net.append(cell + "/3", Add{}, {at, one, last});
    }
  }
  net.append("pool", GlobalAveragePool{}, at);
  net.append("classes", Dense{.units = 10}, net.last());
  return net;
}

TEST(Drawing, ACellThatIsRepeatedIsDrawnOnce) {
  const std::string svg = to_svg(cell_network(5));
  EXPECT_EQ(complaint_about_xml(svg), "");
  EXPECT_EQ(count(svg, ">Cell × 5<"), 3U) << "one box for the cells of each stage";
  EXPECT_EQ(count(svg, ">Cell<"), 1U) << "one drawing of what they have in common";
  EXPECT_EQ(count(svg, "Average pooling 3 × 3"), 1U);
  EXPECT_EQ(count(svg, ">ReLU · 16 filters · batch norm<"), 3U) << "an activation stands before its convolution";
  EXPECT_THAT(svg, HasSubstr("stage-2/cell-6 to stage-2/cell-10")) << "names are shown on hovering";
  EXPECT_THAT(svg, HasSubstr(">3 stages with 15 cells, 16-32-64 filters, "));
  const std::string dot = to_dot(cell_network(5));
  EXPECT_EQ(count(dot, "Cell × 5"), 3U);
  EXPECT_EQ(count(dot, "Average pooling 3 × 3"), 1U);
}

/// Sets a variable of the environment as long as it lives.
class EnvironmentChange {
 public:
  EnvironmentChange(const char* name, const std::string& value) : name_(name), before_(std::getenv(name)) {
    ::setenv(name, value.c_str(), 1);
  }
  ~EnvironmentChange() { ::setenv(name_, before_.c_str(), 1); }

 private:
  const char* name_;
  std::string before_;
};

TEST(Drawing, GraphvizDrawsNetworksWithParallelPathsAndIsNotNeeded) {
  const testing::TemporaryFolder folder;
  const auto written = [&](const Architecture& net) {
    write_drawing(net, folder.path() / "network.svg", {.title = "A & B"});
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1) << "nothing else is left";
    return read_file(folder.path() / "network.svg");
  };
  const Architecture net = cell_network(5);
  if (std::system("dot -V >/dev/null 2>&1") == 0) {
    const std::string svg = written(net);
    EXPECT_THAT(svg, HasSubstr("class=\"graph\""));
    EXPECT_EQ(complaint_about_xml(svg), "");
    EXPECT_THAT(svg, HasSubstr("A &amp; B"));
    EXPECT_THAT(svg, HasSubstr("3 stages with 15 cells"));
    EXPECT_THAT(svg, HasSubstr("Average pooling 3 × 3"));
  }
  Architecture chain({3, 8, 8});
  chain.append("a", Convolution{.filters = 4}, 0);
  EXPECT_EQ(written(chain), to_svg(chain, {.title = "A & B"})) << "a chain needs no Graphviz";

  const EnvironmentChange nowhere("PATH", folder.path().string());
  EXPECT_EQ(written(net), to_svg(net, {.title = "A & B"}));
}

TEST(Drawing, AFailingGraphvizIsNoFailure) {
  const testing::TemporaryFolder folder;
  const testing::TemporaryFolder programs;
  write_file(programs.path() / "dot", "#!/bin/sh\necho nothing of use\nexit 3\n");
  std::filesystem::permissions(programs.path() / "dot", std::filesystem::perms::owner_all);
  const EnvironmentChange path("PATH", programs.path().string());
  const Architecture net = cell_network(2);
  write_drawing(net, folder.path() / "network.svg");
  EXPECT_EQ(read_file(folder.path() / "network.svg"), to_svg(net));
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
