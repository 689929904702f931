#include "evaluation/prediction_output.h"

#include <gtest/gtest.h>

#include "nascent/core/files.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

TEST(PredictionOutput, ClassesComeWithTheirProbabilities) {
  const testing::TemporaryFolder folder;
  const Task task{.kind = TaskKind::kMulticlass, .target = "kind", .classes = {"a", "b, or not", "c"}};
  Matrix predictions(2, 3);
  predictions.values = {0.25F, 0.5F, 0.25F, 0.7F, 0.2F, 0.1F};
  write_predictions_csv(folder / "p.csv", task, predictions, {});
  EXPECT_EQ(read_file(folder / "p.csv"),
            "prediction,probability_a,\"probability_b, or not\",probability_c\n"
            "\"b, or not\",0.250000,0.500000,0.250000\n"
            "a,0.700000,0.200000,0.100000\n");
}

TEST(PredictionOutput, ImagesAreNamedAndNumbersKeepTheirDigits) {
  const testing::TemporaryFolder folder;
  const Task task{.kind = TaskKind::kRegression, .target = "price", .classes = {}};
  Matrix predictions(2, 1);
  predictions.values = {48213.25F, 1e-7F};
  write_predictions_csv(folder / "p.csv", task, predictions, {"one.png", "two, too.png"});
  EXPECT_EQ(read_file(folder / "p.csv"), "name,prediction\none.png,48213.25\n\"two, too.png\",1e-07\n");
}

}  // namespace
}  // namespace nascent
