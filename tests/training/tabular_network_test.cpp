// The network for tables: the contract of all learners, its gradients, and what its training promises.
#include "training/tabular_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "contract/learner_contract.h"
#include "nascent/learner/family.h"
#include "training/runtime.h"
#include "training/tabular_loss.h"
#include "training/tabular_module.h"
#include "training/value_ranks.h"

namespace nascent::testing {
namespace {

Family family_for(TaskKind kind) {
  for (Family& family : table_families({.task = make_task(kind),
                        .rows = 200,
                        .numeric_features = kNumberColumns,
                        .categorical_features = 1,
                        .largest_cardinality = 20},
                                       true)) {
    if (family.name == kNeuralNetwork) return std::move(family);
  }
  throw InternalError("the family of neural networks is not among those for tables");
}

Configuration periodic(Configuration configuration) {
  Configuration branch;
  branch.set("sigma", 0.1);
  branch.set("size", std::int64_t{4});
  configuration.set("numeric_embedding", ChoiceValue{"periodic", branch});
  return configuration;
}

Configuration with(Configuration configuration, const std::string& name, Value value) {
  configuration.set(name, std::move(value));
  return configuration;
}

LearnerCase case_of(std::string name, TaskKind kind, bool codes, Configuration configuration) {
  return {.name = std::move(name),
          .kind = kind,
          .make = [configuration](const Task& task) { return make_tabular_network(configuration, task); },
          .style = {.missing_numbers = false, .codes = codes}};
}

std::vector<LearnerCase> cases() {
  prepare_torch_worker();
  std::vector<LearnerCase> all;
  for (const TaskKind kind : {TaskKind::kBinary, TaskKind::kMulticlass, TaskKind::kRegression}) {
    const Configuration first = with(family_for(kind).first.front(), "epochs", std::int64_t{24});
    all.push_back(case_of("plain", kind, false, first));
    all.push_back(case_of("periodic_and_codes", kind, true, periodic(first)));
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(TabularNetwork, LearnerContract, ::testing::ValuesIn(cases()), learner_case_name);

Configuration small_configuration(TaskKind kind, std::int64_t epochs) {
  return with(with(family_for(kind).first.front(), "units", std::int64_t{32}), "epochs", epochs);
}

double validation_score(const Learner& learner, const LearnerProblem& problem, const std::string& metric) {
  return score(metric_named(metric, problem.task.kind), problem.task, problem.validation.target,
               learner.predict(problem.validation.features));
}

// ---- the module ----

double loss_of(TabularModule& network, const FeatureRows& features, std::span<const std::uint32_t> rows,
               const std::vector<std::int32_t>& labels, torch::Tensor* gradient) {
  Random unused(1);
  const torch::Tensor& output = network.forward_training(features, rows, 0.0, unused);
  torch::Tensor slope = torch::empty_like(output);
  const double loss = softmax_loss(output.data_ptr<float>(), output.size(0), output.size(1), labels.data(), 0.1,
                                   slope.data_ptr<float>());
  if (gradient != nullptr) *gradient = slope;
  return loss;
}

class TabularGradients : public ::testing::TestWithParam<const char*> {};

TEST_P(TabularGradients, AreTheSlopesOfTheLoss) {
  Random random(3);
  const LabelledRows rows = draw_rows(TaskKind::kMulticlass, {.codes = true}, 16, random);
  TabularModule network({.numbers = kNumberColumns,
                         .cardinalities = rows.features.cardinalities,
                         .embedding = 3,
                         .periodic_columns = {0, 2},
                         .periodic_size = 4,
                         .layers = 2,
                         .units = 8,
                         .outputs = 3,
                         .activation = activation_of(GetParam())});
  network.initialise(rows.features, 0.3, random);
  FlatOptimizer optimizer(network.members(), AdamWOptions{});
  {
    const torch::NoGradGuard no_grad;
    for (torch::Tensor& parameter : network.parameters()) {
      // The output starts at zero, which would hide the gradients below it.
      for (std::int64_t i = 0; i < parameter.numel(); ++i) {
        parameter.data_ptr<float>()[i] += static_cast<float>(0.3 * random.normal());
      }
    }
  }
  std::vector<std::uint32_t> order(16);
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  const std::vector<std::int32_t> labels(rows.target.begin(), rows.target.end());
  torch::Tensor slope;
  loss_of(network, rows.features, order, labels, &slope);
  network.backward(slope);

  for (auto& item : network.named_parameters()) {
    const torch::Tensor gradient = item.value().grad().clone().flatten();
    auto* values = item.value().data_ptr<float>();
    double error = 0.0;
    double size = 0.0;
    for (std::int64_t i = 0; i < item.value().numel(); ++i) {
      constexpr float kStep = 2e-3F;
      const float before = values[i];
      values[i] = before + kStep;
      const double above = loss_of(network, rows.features, order, labels, nullptr);
      values[i] = before - kStep;
      const double below = loss_of(network, rows.features, order, labels, nullptr);
      values[i] = before;
      const double expected = (above - below) / (2.0 * kStep);
      error += std::pow(gradient[i].item<double>() - expected, 2);
      size += expected * expected;
    }
    // Float32 losses near 1 are exact to about 1e-7, so a difference over 4e-3 is to about 3e-5; a gradient that is
    // wrong anywhere is wrong by its own size.
    EXPECT_LT(std::sqrt(error), 0.03 * std::sqrt(size) + 1e-3) << item.key();
    EXPECT_GT(size, 0.0) << item.key();
  }
}

INSTANTIATE_TEST_SUITE_P(Smooth, TabularGradients, ::testing::Values("silu", "mish", "selu"));

TEST(Activation, IsWhatLibtorchHasWithAndWithoutSlopes) {
  const torch::Tensor x = torch::linspace(-30.0, 30.0, 4001);
  for (const char* name : {"relu", "silu", "mish", "selu"}) {
    torch::Tensor leaf = x.clone().requires_grad_(true);
    const std::string_view view = name;
    const torch::Tensor expected = view == "relu"   ? torch::relu(leaf)
                                   : view == "silu" ? torch::silu(leaf)
                                   : view == "mish" ? torch::mish(leaf)
                                                    : torch::selu(leaf);
    expected.sum().backward();
    torch::Tensor plain = x.clone();
    torch::Tensor values = x.clone();
    torch::Tensor slopes = torch::empty_like(x);
    activate(activation_of(name), plain.data_ptr<float>(), x.numel());
    activate_for_training(activation_of(name), {}, values.data_ptr<float>(), slopes.data_ptr<float>(), x.numel());
    // A few units of the last place of numbers up to 30.
    EXPECT_LT((plain - expected).abs().max().item<float>(), 2e-5F) << name;
    EXPECT_TRUE(torch::equal(plain, values)) << name;
    EXPECT_LT((slopes - leaf.grad()).abs().max().item<float>(), 2e-5F) << name;
  }
}

TEST(Activation, KeepsNotANumberSoThatADivergingLossIsSeen) {
  for (const Activation activation : {Activation::kSilu, Activation::kMish, Activation::kSelu}) {
    float value = std::numeric_limits<float>::quiet_NaN();
    activate(activation, &value, 1);
    EXPECT_TRUE(std::isnan(value)) << name_of(activation);
  }
}

TEST(Activation, DropsTheShareAskedForAndKeepsTheMean) {
  std::vector<float> values(200'000, 1.0F);
  std::vector<float> slopes(values.size());
  activate_for_training(Activation::kRelu, {.probability = 0.3, .key = 12345}, values.data(), slopes.data(),
                        static_cast<std::int64_t>(values.size()));
  const auto dropped = static_cast<double>(std::count(values.begin(), values.end(), 0.0F));
  // Five standard deviations of a share of 200,000 draws: 5 * sqrt(0.3 * 0.7 / 200000) = 0.005.
  EXPECT_NEAR(dropped / static_cast<double>(values.size()), 0.3, 0.005);
  EXPECT_FLOAT_EQ(*std::max_element(values.begin(), values.end()), 1.0F / 0.7F);
  EXPECT_EQ(values, slopes);
}

TEST(ValueRanks, SpreadTheDifferentValuesEvenlyWhateverTheirScaleAndFrequency) {
  Matrix numbers(8, 2);
  const float rare[] = {0, 0, 0, 0, 0, 10, 20, 99'999};
  for (std::size_t r = 0; r < 8; ++r) numbers(r, 0) = rare[r];
  numbers(3, 1) = 1.0F;  // 0 and 1 have no ranks worth telling
  const ValueRanks ranks(numbers);
  ASSERT_EQ(ranks.columns(), std::vector<std::int64_t>{0});
  Matrix asked(5, 2);
  const float values[] = {-5, 0, 15, 99'999, 1e9F};
  for (std::size_t r = 0; r < 5; ++r) asked(r, 0) = values[r];
  const Matrix out = ValueRanks::from_json(Json::parse(ranks.to_json().dump())).appended_to(asked);
  ASSERT_EQ(out.columns, 3U);
  const float expected[] = {-1.0F, -1.0F, 0.0F, 1.0F, 1.0F};
  for (std::size_t r = 0; r < 5; ++r) {
    EXPECT_EQ(out(r, 0), values[r]);
    EXPECT_NEAR(out(r, 2), expected[r], 1e-6F) << values[r];
  }
}

TEST(ValueRanks, StayAscendingForMoreValuesThanAreKept) {
  Matrix numbers(5000, 1);
  for (std::size_t r = 0; r < 5000; ++r) numbers(r, 0) = static_cast<float>((r * 37) % 5000);
  const Matrix out = ValueRanks(numbers).appended_to(numbers);
  for (std::size_t r = 0; r < 5000; ++r) {
    // The values are evenly spread already, so their ranks are linear in them, to a 256th of the way.
    EXPECT_NEAR(out(r, 1), 2.0F * numbers(r, 0) / 4999.0F - 1.0F, 2.0F / 256.0F);
  }
}

// ---- the training ----

TEST(TabularNetwork, LearnsATaskOfCategoriesAlone) {
  // 64 categories, each with a class drawn at random: nothing but its own embedding says which.
  Random random(5);
  std::vector<double> class_of(65);
  for (double& label : class_of) label = static_cast<double>(random.below(2));
  LearnerProblem problem{.task = make_task(TaskKind::kBinary), .training = {}, .validation = {}};
  for (LabelledRows* rows : {&problem.training, &problem.validation}) {
    rows->features.numbers = Matrix(1000, 0);
    rows->features.cardinalities = {65};
    for (int r = 0; r < 1000; ++r) {
      const auto code = static_cast<std::int32_t>(random.integer(1, 64));
      rows->features.codes.push_back(code);
      rows->target.push_back(class_of[static_cast<std::size_t>(code)]);
    }
  }
  const std::unique_ptr<Learner> learner =
      make_tabular_network(small_configuration(TaskKind::kBinary, 40), problem.task);
  learner->fit(problem.training, {.task = problem.task, .seed = 1, .validation = &problem.validation});
  EXPECT_GT(validation_score(*learner, problem, "accuracy"), 0.99);
}

TEST(TabularNetwork, PredictsNumbersWithinTheRangeSeenAndALittleMore) {
  LearnerProblem problem = make_learner_problem(TaskKind::kRegression, {}, 400, 2);
  const std::unique_ptr<Learner> learner =
      make_tabular_network(small_configuration(TaskKind::kRegression, 30), problem.task);
  learner->fit(problem.training, {.task = problem.task, .seed = 1, .validation = &problem.validation});
  for (float& value : problem.validation.features.numbers.values) value *= 1000.0F;
  const Matrix far = learner->predict(problem.validation.features);
  const auto [low, high] = std::minmax_element(problem.training.target.begin(), problem.training.target.end());
  const double margin = 0.05 * (*high - *low);
  const auto [lowest, highest] = std::minmax_element(far.values.begin(), far.values.end());
  EXPECT_GE(*lowest, *low - margin);
  EXPECT_LE(*highest, *high + margin);
  // The clamp is reached: without it the test would say nothing.
  EXPECT_LT(*lowest, *low);
  EXPECT_GT(*highest, *high);
}

TEST(TabularNetwork, PredictsWithTheEpochThatDidBestAndSaysWhich) {
  // Labels without any sense: every epoch makes the validation loss worse than the first ones left it.
  LearnerProblem problem = make_learner_problem(TaskKind::kBinary, {}, 300, 4);
  Random random(9);
  for (LabelledRows* rows : {&problem.training, &problem.validation}) {
    for (double& label : rows->target) label = static_cast<double>(random.below(2));
  }
  const Configuration configuration = small_configuration(TaskKind::kBinary, 60);
  const std::unique_ptr<Learner> learner = make_tabular_network(configuration, problem.task);
  const Json details =
      learner->fit(problem.training, {.task = problem.task, .seed = 1, .validation = &problem.validation});
  const int best = details.at("rounds");
  EXPECT_LT(best, details.at("epochs").get<int>());
  // The same fit to its end, without looking at the validation rows, has learned the noise by heart.
  const std::unique_ptr<Learner> blind = make_tabular_network(configuration, problem.task);
  blind->fit(problem.training, {.task = problem.task, .seed = 1});
  EXPECT_LT(validation_score(*learner, problem, "log_loss"), validation_score(*blind, problem, "log_loss"));
  EXPECT_LT(validation_score(*learner, problem, "log_loss"), 0.8);  // ln 2 = 0.69 is what can be had
}

TEST(TabularNetwork, TrainsForTheRoundsGivenWithoutValidationRows) {
  const LearnerProblem problem = make_learner_problem(TaskKind::kRegression, {}, 200, 6);
  const std::unique_ptr<Learner> learner =
      make_tabular_network(small_configuration(TaskKind::kRegression, 40), problem.task);
  const Json details = learner->fit(problem.training, {.task = problem.task, .seed = 1, .rounds = 11});
  EXPECT_EQ(details.at("rounds"), 11);
  EXPECT_EQ(details.at("epochs"), 11);
  EXPECT_EQ(details.at("cut"), false);
}

TEST(TabularNetwork, EndsWithAUsableModelWhenTheDeadlineComesFirst) {
  const LearnerProblem problem = make_learner_problem(TaskKind::kMulticlass, {}, 3000, 8);
  // So many epochs that the time always ends first.
  const std::unique_ptr<Learner> learner =
      make_tabular_network(small_configuration(TaskKind::kMulticlass, 1'000'000), problem.task);
  const Json details =
      learner->fit(problem.training,
                   {.task = problem.task, .seed = 1, .deadline = Deadline::in(0.5), .validation = &problem.validation});
  EXPECT_EQ(details.at("cut"), true);
  EXPECT_LE(details.at("rounds").get<int>(), details.at("epochs").get<int>());
  EXPECT_LT(details.at("epochs").get<int>(), 1'000'000);
  // A schedule of a million epochs would still be at the start of its first rise; one that was fitted into the time
  // has learned. Guessing gives 1.1.
  EXPECT_LT(validation_score(*learner, problem, "log_loss"), 0.6);
}

TEST(TabularNetwork, SaysThatItDiverged) {
  LearnerProblem problem = make_learner_problem(TaskKind::kRegression, {}, 100, 3);
  problem.training.features.numbers(5, 1) = std::numeric_limits<float>::quiet_NaN();
  const std::unique_ptr<Learner> learner =
      make_tabular_network(small_configuration(TaskKind::kRegression, 20), problem.task);
  try {
    learner->fit(problem.training, {.task = problem.task, .seed = 1, .validation = &problem.validation});
    FAIL() << "no error was thrown";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("diverged"), std::string::npos) << error.what();
  }
}

TEST(TabularNetwork, NamesTheFileOfASavedModelThatIsDamaged) {
  const LearnerProblem problem = make_learner_problem(TaskKind::kBinary, {}, 100, 3);
  const std::unique_ptr<Learner> learner =
      make_tabular_network(small_configuration(TaskKind::kBinary, 16), problem.task);
  learner->fit(problem.training, {.task = problem.task, .seed = 1});
  const TemporaryFolder folder;
  learner->save(folder.path());
  std::filesystem::resize_file(folder / "network.json", 10);
  try {
    learner->load(folder.path(), problem.task);
    FAIL() << "no error was thrown";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("network.json is damaged"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace nascent::testing
