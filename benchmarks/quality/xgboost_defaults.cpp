// The rival of `nascent fit` on tables: XGBoost as it comes (100 rounds, rate 0.3, depth 6; categories one-hot, missing
// numbers left to it), on all training rows. Prints one JSON line.
//
//     bench_xgboost_defaults train.csv target test.csv
#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "nascent/data/metric.h"
#include "nascent/core/deadline.h"
#include "nascent/data/csv.h"
#include "nascent/data/table.h"
#include "tabular/pipeline.h"
#include "tabular/preprocessor.h"
#include "tabular/xgboost_model.h"

namespace nascent {
namespace {

XgboostModel::Parameters defaults_for(const Task& task) {
  XgboostModel::Parameters parameters{{"tree_method", "hist"}, {"nthread", "2"}};
  if (task.kind == TaskKind::kBinary) parameters.emplace_back("objective", "binary:logistic");
  if (task.kind == TaskKind::kRegression) parameters.emplace_back("objective", "reg:squarederror");
  if (task.kind == TaskKind::kMulticlass) {
    parameters.emplace_back("objective", "multi:softprob");
    parameters.emplace_back("num_class", std::to_string(task.classes.size()));
  }
  return parameters;
}

/// A binary objective gives the probability of the second class only.
Matrix probabilities(const Task& task, Matrix predictions) {
  if (task.kind != TaskKind::kBinary || predictions.columns == 2) return predictions;
  Matrix both(predictions.rows, 2);
  for (std::size_t row = 0; row < predictions.rows; ++row) {
    both(row, 1) = predictions(row, 0);
    both(row, 0) = 1.0F - predictions(row, 0);
  }
  return both;
}

void run(const std::string& train_path, const std::string& target, const std::string& test_path) {
  constexpr int kRounds = 100;
  const CsvTable csv = read_csv(train_path);
  const TableSchema schema = infer_schema(csv, {.target = target});
  EncodingReport report;
  const Table train = encode_table(csv, schema, {}, report);
  const Table test = encode_table(read_csv(test_path), schema, {}, report);

  const Stopwatch watch;
  Preprocessor preprocessor({.categories = Preprocessing::Categories::kOneHot, .rare_rows = 1}, schema.task);
  XgboostRows rows(preprocessor.fit_transform(train, all_rows(train.rows()), 0));
  rows.set_labels(std::vector<float>(train.target().begin(), train.target().end()));
  XgboostModel model(defaults_for(schema.task), {&rows});
  for (int round = 0; round < kRounds; ++round) model.update(round, rows);
  const double seconds = watch.seconds();
  const XgboostRows test_rows(preprocessor.transform(test, all_rows(test.rows())));
  const Matrix predictions = probabilities(schema.task, model.predict(test_rows));
  const std::vector<double> truth(test.target().begin(), test.target().end());
  const OrderedJson line{{"benchmark", "fit_scores"},
                         {"program", "xgboost defaults"},
                         {"data", train_path},
                         {"seconds", seconds},
                         {"test", score_all(schema.task, truth, predictions)}};
  fmt::print("{}\n", line.dump());
}

}  // namespace
}  // namespace nascent

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("bench_xgboost_defaults train.csv target test.csv\n", stderr);
    return 2;
  }
  try {
    nascent::run(argv[1], argv[2], argv[3]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
