#include "nascent/training/image_classifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "nascent/architecture/morphism.h"
#include "nascent/core/error.h"
#include "nascent/learner/image_family.h"
#include "support/seed.h"
#include "support/temporary_folder.h"
#include "training/image_problem.h"

namespace nascent {
namespace {

using ::testing::HasSubstr;
using testing::quarter_images;
using testing::quarter_schema;
using testing::row_range;
using testing::TemporaryFolder;

const NetworkTask kTask{.input = {1, 8, 8}, .outputs = 4, .count = 400};

NetworkSpaceOptions small_space() {
  return {.kind = "macro", .settings = {{"stages", 2}, {"layers", 1}, {"filters", {16, 32}}}};
}

ImageClassifier classifier_of(const Configuration& configuration, ImageClassifierOptions options = {}) {
  return ImageClassifier(make_network_space(small_space(), kTask).build(configuration, {}),
                         NetworkTraining::from_configuration(configuration), quarter_schema(), options);
}

ImageClassifier tiny_classifier(ImageClassifierOptions options = {}) {
  Configuration configuration = image_family(small_space(), kTask).first.front();
  configuration.set("batch_size", ChoiceValue{"64", {}});
  return classifier_of(configuration, std::move(options));
}

ImageFitContext budget(double samples, std::uint64_t seed = 1) {
  ImageFitContext context;
  context.seed = seed;
  context.samples = samples;
  return context;
}

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "(no Error)";
}

class ImageClassifierTest : public ::testing::Test {
 protected:
  ImageSet images_ = quarter_images(600, 5);
  std::vector<std::uint32_t> training_ = row_range(0, 400);
  std::vector<std::uint32_t> validation_ = row_range(400, 600);

  ImageClassifier fitted(double samples = 1200, Precision precision = Precision::kFloat32) const {
    ImageClassifier classifier = tiny_classifier({.precision = precision});
    classifier.fit(images_, training_, validation_, budget(samples));
    return classifier;
  }
};

TEST_F(ImageClassifierTest, LearnsWhichQuarterIsBrightInBothPrecisions) {
  for (const Precision precision : {Precision::kFloat32, Precision::kBfloat16}) {
    ImageClassifier classifier = tiny_classifier({.precision = precision});
    const Json details = classifier.fit(images_, training_, validation_, budget(4000));
    // Guessing gives 0.25; the quarters differ by ten standard deviations of their means.
    EXPECT_GT(details["validation"]["accuracy"].get<double>(), 0.9);
    EXPECT_EQ(details["cut"], false);
    EXPECT_EQ(details["samples"].get<double>(), 63 * 64) << "63 batches of 64 are the first to reach 4,000";
    EXPECT_EQ(details["parameters"], classifier.architecture().parameters());
  }
}

TEST_F(ImageClassifierTest, LearnsEveryKindOfConfigurationOfItsFamily) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const Family family = image_family(small_space(), kTask);
  for (int i = 0; i < 12; ++i) {
    const Configuration configuration = family.space.sample(random);
    SCOPED_TRACE(configuration.to_json().dump());
    ImageClassifier classifier = classifier_of(configuration);
    const Json details = classifier.fit(images_, training_, validation_, budget(300, seed));
    EXPECT_TRUE(std::isfinite(details["validation"]["accuracy"].get<double>()));
    EXPECT_EQ(NetworkTraining::from_json(classifier.training().to_json()).to_json(), classifier.training().to_json());
  }
}

TEST_F(ImageClassifierTest, TheSameSeedGivesTheSamePredictions) {
  const Matrix first = fitted().predict(images_, validation_);
  const Matrix second = fitted().predict(images_, validation_);
  EXPECT_EQ(first.values, second.values);
}

TEST_F(ImageClassifierTest, PredictsProbabilitiesAndAveragesOverTheMirrorImage) {
  const ImageClassifier classifier = fitted();
  const Matrix plain = classifier.predict(images_, validation_);
  const Matrix both = classifier.predict(images_, validation_, true);
  ASSERT_EQ(plain.rows, validation_.size());
  ASSERT_EQ(plain.columns, 4U);
  for (std::size_t r = 0; r < plain.rows; ++r) {
    float sum = 0.0F;
    for (const float p : both.row(r)) sum += p;
    ASSERT_NEAR(sum, 1.0F, 1e-5F);  // four float32 numbers
  }
  EXPECT_NE(plain.values, both.values) << "left and right are different classes here";
}

TEST_F(ImageClassifierTest, KeepsThePredictionsOfTheLastValidation) {
  const ImageClassifier classifier = fitted();
  EXPECT_EQ(classifier.validation_predictions().values, classifier.predict(images_, validation_).values);
}

TEST_F(ImageClassifierTest, PredictsTheSameAfterSavingAndLoading) {
  const ImageClassifier classifier = fitted();
  const TemporaryFolder folder;
  classifier.save(folder.path());
  const ImageClassifier loaded = ImageClassifier::load(folder.path());
  EXPECT_EQ(loaded.predict(images_, validation_).values, classifier.predict(images_, validation_).values);
  EXPECT_EQ(loaded.architecture(), classifier.architecture());
  EXPECT_EQ(loaded.schema().task.classes, classifier.schema().task.classes);
  EXPECT_LT(std::filesystem::file_size(folder / "weights.pt"), 200'000U)
      << "each tensor is stored once, and not the buffer it is a view of";
}

TEST_F(ImageClassifierTest, GoesOnFromItsWeights) {
  const auto first_loss = [&](ImageClassifier& classifier) {
    ImageFitContext context = budget(400);
    double loss = 0.0;
    context.on_report = [&](const ImageReport& report) { return loss = report.training_loss, true; };
    classifier.fit(images_, training_, validation_, context);
    return loss;
  };
  ImageClassifier fresh = tiny_classifier();
  const double fresh_loss = first_loss(fresh);
  const TemporaryFolder folder;
  fitted(4000).save(folder.path());
  ImageClassifier loaded = ImageClassifier::load(folder.path());
  EXPECT_LT(first_loss(loaded), 0.8 * fresh_loss);
}

TEST_F(ImageClassifierTest, ReportsEveryEpochAndTheEnd) {
  ImageClassifier classifier = tiny_classifier();
  std::vector<ImageReport> reports;
  ImageFitContext context = budget(1000);
  context.on_report = [&](const ImageReport& report) { return reports.push_back(report), true; };
  classifier.fit(images_, training_, validation_, context);
  ASSERT_EQ(reports.size(), 3U) << "two whole epochs of 400, and what is left";
  for (std::size_t i = 0; i < reports.size(); ++i) {
    EXPECT_EQ(reports[i].step, static_cast<std::int64_t>(i) + 1);
    EXPECT_GT(reports[i].training_loss, 0.0);
    EXPECT_GE(reports[i].validation, 0.0);
  }
  EXPECT_NEAR(reports[0].epochs, 1.0, 64.0 / 400.0);
  EXPECT_EQ(reports[2].samples, 1024.0);
}

TEST_F(ImageClassifierTest, EndsWhenAReportOrAStopIsRefused) {
  ImageClassifier classifier = tiny_classifier();
  ImageFitContext context = budget(100'000);
  context.on_report = [](const ImageReport& report) { return report.step < 2; };
  Json details = classifier.fit(images_, training_, validation_, context);
  EXPECT_EQ(details["cut"], true);
  EXPECT_LT(details["epochs"].get<double>(), 2.5);

  context = budget(100'000);
  int asked = 0;
  context.should_stop = [&] { return ++asked > 3; };
  details = classifier.fit(images_, training_, validation_, context);
  EXPECT_EQ(details["cut"], true);
  EXPECT_EQ(details["steps"], 3);
  EXPECT_TRUE(details.contains("validation")) << "without any validation there would be no result";
}

TEST_F(ImageClassifierTest, TheTimeAloneCanBeTheBudget) {
  ImageClassifier classifier = tiny_classifier();
  ImageFitContext context;
  context.deadline = Deadline::in(0.5);
  const Json details = classifier.fit(images_, training_, validation_, context);
  EXPECT_GT(details["steps"].get<int>(), 0);
  EXPECT_EQ(details["cut"], false) << "the schedule was completed";
}

TEST_F(ImageClassifierTest, TrainsOnEverythingWithoutValidation) {
  ImageClassifier classifier = tiny_classifier();
  const Json details = classifier.fit(images_, training_, {}, budget(128));
  EXPECT_FALSE(details.contains("validation"));
}

TEST_F(ImageClassifierTest, LeavesOutImagesWithoutAKnownClass) {
  ImageSet unknown = quarter_images(200, 3);
  std::vector<std::int32_t> labels(unknown.labels().begin(), unknown.labels().end());
  std::vector<std::uint8_t> pixels(unknown.pixels().begin(), unknown.pixels().end());
  for (std::size_t i = 0; i < 150; ++i) labels[i] = -1;
  unknown = ImageSetBuilder::own({.channels = 1, .height = 8, .width = 8}, pixels, labels);
  ImageClassifier classifier = tiny_classifier();
  EXPECT_EQ(classifier.fit(unknown, row_range(0, 200), {}, budget(50))["samples"], 50);
  EXPECT_THAT(error_of([&] { classifier.fit(unknown, row_range(0, 150), {}, budget(50)); }),
              HasSubstr("no training image"));
}

TEST_F(ImageClassifierTest, AFitWithoutTimeIsAnErrorInASentence) {
  ImageClassifier classifier = tiny_classifier();
  ImageFitContext context = budget(1000);
  context.deadline = Deadline::in(-1.0);
  EXPECT_EQ(error_of([&] { classifier.fit(images_, training_, validation_, context); }),
            "there was no time for a single batch");
}

TEST_F(ImageClassifierTest, DivergenceIsAnErrorThatSaysWhenAndWhatMayHelp) {
  Architecture net({1, 8, 8});
  net.append("flat", Flatten{}, 0);
  net.append("classes", Dense{.units = 4}, 1);
  ImageClassifier classifier(net, {.learning_rate = 1e30, .batch_size = 64, .augmentation = "none"}, quarter_schema());
  const std::string text = error_of([&] { classifier.fit(images_, training_, validation_, budget(4000)); });
  EXPECT_THAT(text, HasSubstr("diverged: the loss became NaN at epoch 0."));
  EXPECT_THAT(text, HasSubstr("a smaller learning rate may help"));
}

TEST_F(ImageClassifierTest, ErrorsNameWhatDoesNotFit) {
  EXPECT_THAT(error_of([] { tiny_classifier({.device = "gpu"}); }), HasSubstr("'gpu' is no device"));
  const ImageClassifier classifier = fitted(64);
  const ImageSet larger = quarter_images(4, 1, 10);
  EXPECT_THAT(error_of([&] { classifier.predict(larger, row_range(0, 4)); }), HasSubstr("1 x 10 x 10"));
  Architecture wrong({1, 8, 8});
  wrong.append("flat", Flatten{}, 0);
  EXPECT_THAT(error_of([&] { ImageClassifier(wrong, {}, quarter_schema()); }), HasSubstr("into 64 numbers"));
}

TEST_F(ImageClassifierTest, LoadingNamesTheFileThatIsMissingOrDamaged) {
  const TemporaryFolder folder;
  const auto load = [&] { return error_of([&] { ImageClassifier::load(folder.path()); }); };
  EXPECT_THAT(load(), HasSubstr("image_classifier.json"));
  fitted(64).save(folder.path());
  std::filesystem::resize_file(folder / "weights.pt", 1000);
  EXPECT_THAT(load(), HasSubstr("weights.pt is damaged"));
  std::filesystem::remove(folder / "weights.pt");
  EXPECT_THAT(load(), HasSubstr("weights.pt: no such file"));
  std::ofstream(folder / "image_classifier.json") << "{";
  EXPECT_THAT(load(), HasSubstr("image_classifier.json is damaged"));
}

TEST_F(ImageClassifierTest, AChildStartsAsTheSameFunctionAsItsParentAndLearnsOn) {
  const ImageClassifier parent = fitted(4000);
  const TemporaryFolder folder;
  parent.save(folder.path());
  const Matrix expected = parent.predict(images_, validation_);
  for (const Morphism& morphism : morphisms_of(parent.architecture())) {
    SCOPED_TRACE(std::string(name_of(morphism.kind)) + " " + morphism.node);
    const std::optional<Morphed> morphed = apply(parent.architecture(), morphism);
    ASSERT_TRUE(morphed.has_value());
    ImageClassifier child(morphed->architecture, parent.training(), quarter_schema());
    const Json report = child.inherit(folder.path(), 5, morphed->origins);
    EXPECT_NE(report["exactness"], "approximate") << report["why_not_exact"];
    EXPECT_GT(report["inherited_share"].get<double>(), 0.2);
    const Matrix predicted = child.predict(images_, validation_);
    for (std::size_t i = 0; i < expected.values.size(); ++i) {
      // The morphisms keep the outputs up to 1e-5 of their size, and these are a few at most.
      ASSERT_NEAR(predicted.values[i], expected.values[i], 1e-4F);
    }
    double first_loss = 0.0;
    ImageFitContext context = budget(400);
    context.on_report = [&](const ImageReport& told) { return first_loss = told.training_loss, true; };
    child.fit(images_, training_, validation_, context);
    EXPECT_LT(first_loss, 1.0) << "guessing costs log 4 = 1.39";
  }
}

TEST_F(ImageClassifierTest, ALostOrDamagedParentLeavesTheChildToStartFromScratch) {
  const TemporaryFolder folder;
  ImageClassifier child = tiny_classifier();
  EXPECT_THROW(child.inherit(folder.path(), 1), InputError);
  fitted(64).save(folder.path());
  std::filesystem::resize_file(folder / "weights.pt", 1000);
  EXPECT_THROW(child.inherit(folder.path(), 1), InputError);
  child.fit(images_, training_, validation_, budget(1200));
  EXPECT_EQ(child.predict(images_, validation_).values, fitted().predict(images_, validation_).values);
}

}  // namespace
}  // namespace nascent
