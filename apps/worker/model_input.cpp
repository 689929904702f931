#include "model_input.h"

#include <algorithm>

#include "nascent/core/error.h"
#include "nascent/data/csv.h"
#include "nascent/data/images.h"
#include "nascent/data/table.h"

namespace nascent::app {
namespace {

ModelOutput run_on_table(const FittedModel& model, const std::filesystem::path& input, bool need_truth) {
  const TableSchema& schema = *model.manifest().table;
  const CsvTable csv = read_csv(input);
  if (need_truth && csv.find(schema.task.target) == csv.names().size())
    throw InputError(input.string() + ": there is no column \"" + schema.task.target +
                     "\" to score against; to predict, use nascent predict");
  EncodingReport report;
  const Table table = encode_table(csv, schema, {.require_target = need_truth}, report);
  if (table.rows() == 0) throw InputError(input.string() + ": no row has a value in \"" + schema.task.target + "\"");
  ModelOutput output;
  output.predictions = model.predict(table);
  output.truth.assign(table.target().begin(), table.target().end());
  output.sentences = report.sentences;
  return output;
}

ModelOutput run_on_images(const FittedModel& model, const std::filesystem::path& input, bool need_truth) {
  ModelOutput output;
  const ImageSet images = read_images_as(input, *model.manifest().images, output.names);
  const auto labels = images.labels();
  if (need_truth && (labels.empty() || std::all_of(labels.begin(), labels.end(), [](int label) { return label < 0; })))
    throw InputError(input.string() +
                     ": the images have no known class to score against; put them into one sub-folder for "
                     "each class");
  output.predictions = model.predict(images);
  output.truth.assign(labels.begin(), labels.end());
  return output;
}

}  // namespace

ModelOutput run_model(const FittedModel& model, const std::filesystem::path& input, bool need_truth) {
  if (!std::filesystem::exists(input))
    throw InputError("there is no file or folder " + input.string() + "; check the path");
  return model.manifest().kind == DataKind::kTable ? run_on_table(model, input, need_truth)
                                                   : run_on_images(model, input, need_truth);
}

}  // namespace nascent::app
