#include "automl/prepare.h"

#include <fmt/format.h>

#include <algorithm>

#include "nascent/core/error.h"
#include "nascent/data/csv.h"
#include "nascent/data/metric.h"

namespace nascent {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFewestRows = 10;
constexpr int kUsualFolds = 5;
/// More validation images than this measure no better than the differences between networks need.
constexpr double kMostValidationImages = 6000.0;
/// Every candidate predicts all validation images: with little time there must be fewer, or nothing is left for
/// training.
double validation_images(std::optional<double> seconds) {
  return seconds ? std::min(kMostValidationImages, 500.0 + 15.0 * *seconds) : kMostValidationImages;
}

std::string plural(std::size_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string describe_task(const Task& task) {
  if (!task.is_classification()) return fmt::format("regression of \"{}\"", task.target);
  if (task.kind == TaskKind::kBinary)
    return fmt::format("binary classification of \"{}\" ({} or {})", task.target, task.classes[0], task.classes[1]);
  return fmt::format("classification of \"{}\" into {} classes", task.target, task.classes.size());
}

/// Column names by what they were taken for, for the report and a note.
OrderedJson summarize_columns(const TableSchema& schema, std::vector<std::string>& notes) {
  OrderedJson columns = OrderedJson::array();
  std::size_t numbers = 0;
  std::size_t categories = 0;
  std::size_t dates = 0;
  for (const ColumnSchema& column : schema.columns) {
    OrderedJson entry{{"name", column.name}, {"kind", name_of(column.kind)}, {"used", is_used(column.kind)}};
    if (!column.categories.empty() && column.kind != ColumnKind::kTarget)
      entry["categories"] = column.categories.size();
    if (!column.note.empty()) entry["note"] = column.note;
    columns.push_back(std::move(entry));
    if (column.kind == ColumnKind::kNumber) ++numbers;
    if (column.kind == ColumnKind::kCategory || column.kind == ColumnKind::kBoolean) ++categories;
    if (column.kind == ColumnKind::kDateTime) ++dates;
    if (!is_used(column.kind) && column.kind != ColumnKind::kTarget)
      notes.push_back(fmt::format("column \"{}\" is left out: {}", column.name,
                                  column.note.empty() ? std::string(name_of(column.kind)) : column.note));
  }
  std::string used = plural(numbers, "number");
  used += categories == 1 ? ", 1 category" : fmt::format(", {} categories", categories);
  if (dates > 0) used += ", " + plural(dates, "date");
  notes.insert(notes.begin(), "columns: " + used);
  return columns;
}

void note_rare_classes(const Task& task, std::span<const double> target, std::vector<std::string>& notes) {
  if (!task.is_classification()) return;
  std::vector<std::size_t> counts(task.classes.size(), 0);
  for (const double value : target)
    if (value >= 0.0) ++counts[static_cast<std::size_t>(value)];
  std::vector<std::string> rare;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] < 5) rare.push_back(fmt::format("\"{}\" ({})", task.classes[i], counts[i]));
  if (rare.empty()) return;
  std::string list;
  for (std::size_t i = 0; i < rare.size() && i < 5; ++i) list += (i == 0 ? "" : ", ") + rare[i];
  if (rare.size() > 5) list += ", ...";
  notes.push_back(fmt::format("{} with fewer than 5 rows cannot be validated well: {}",
                              rare.size() == 1 ? std::string("1 class") : fmt::format("{} classes", rare.size()),
                              list));
}

OrderedJson describe_split(const Split& split) {
  OrderedJson json;
  json["kind"] = split.is_holdout() ? "holdout" : "cross-validation";
  if (!split.is_holdout()) json["folds"] = split.folds();
  if (split.repeats > 1) json["repeats"] = split.repeats;
  json["stratified"] = true;
  json["training_rows"] = split.training_rows(0).size();
  json["validation_rows"] = split.validation_rows(0).size();
  return json;
}

void append(std::vector<std::string>& notes, const std::vector<std::string>& more) {
  notes.insert(notes.end(), more.begin(), more.end());
}

Split split_of(const FitOptions& options, const Task& task, std::span<const double> target) {
  if (options.holdout != 0.0 && (options.folds != 0 || options.repeats != 1))
    throw InputError("--holdout validates on one part of the rows, --folds and --repeats on all in turn; keep one");
  if (options.holdout != 0.0) return make_holdout(task, target, options.holdout, options.seed);
  if (options.folds != 0 || options.repeats != 1)
    return make_cross_validation(task, target, options.folds != 0 ? options.folds : kUsualFolds, options.seed,
                                 options.repeats);
  return make_default_split(task, target, options.seed);
}

PreparedData prepare_table(const FitOptions& options) {
  if (options.target.empty())
    throw InputError("a table needs the column to predict: --target NAME (the columns are in the first line of " +
                     options.data.string() + ")");
  PreparedData data;
  const CsvTable csv = read_csv(options.data);
  const TableSchema schema = infer_schema(csv, {.target = options.target,
                                                .task = options.task,
                                                .drop = options.drop,
                                                .categorical = options.categorical,
                                                .numeric = options.numeric});
  EncodingReport encoding;
  data.table = encode_table(csv, schema, {.require_target = true}, encoding);
  if (data.table.rows() < kFewestRows)
    throw InputError(fmt::format("{}: {} with a target are too few to learn from; at least {} are needed",
                                 options.data.string(), plural(data.table.rows(), "row"), kFewestRows));
  FitPlan& plan = data.plan;
  plan.kind = DataKind::kTable;
  plan.task = schema.task;
  plan.table = schema;
  plan.split = split_of(options, plan.task, data.table.target());

  OrderedJson columns = summarize_columns(schema, data.notes);
  data.notes.insert(data.notes.begin(),
                    fmt::format("{}: {} by {}; {}", options.data.filename().string(), plural(data.table.rows(), "row"),
                                plural(csv.names().size(), "column"), describe_task(plan.task)));
  append(data.notes, encoding.sentences);
  note_rare_classes(plan.task, data.table.target(), data.notes);
  plan.source = {{"path", fs::absolute(options.data).string()},
                 {"rows", data.table.rows()},
                 {"features", data.table.features().size()},
                 {"rows_without_target", encoding.rows_without_target},
                 {"columns", std::move(columns)}};

  if (!options.test.empty()) {
    EncodingReport test_encoding;
    data.test_table = encode_table(read_csv(options.test), schema, {.require_target = true}, test_encoding);
    if (data.test_table.target().empty())
      throw InputError(
          fmt::format("{}: there is no column \"{}\" to score against", options.test.string(), options.target));
    if (data.test_table.rows() == 0) throw InputError(options.test.string() + ": no row has a target to score against");
    for (const std::string& sentence : test_encoding.sentences) data.notes.push_back("test: " + sentence);
    plan.source["test"] = {{"path", fs::absolute(options.test).string()}, {"rows", data.test_table.rows()}};
  }
  return data;
}

/// An option that would be ignored silently would be believed to have worked.
void refuse_what_is_for_the_other_kind(const FitOptions& options, bool images) {
  const FitOptions usual;
  const std::vector<std::pair<const char*, bool>> for_images{
      {"--device", options.device != usual.device},
      {"--precision", options.precision != usual.precision},
      {"--largest-side", options.largest_side != usual.largest_side},
      {"--epochs", options.epochs != usual.epochs},
      {"--trial-epochs", options.trial_epochs != usual.trial_epochs},
      {"--no-inherit", options.inherit != usual.inherit},
      {"--thin", options.thin != usual.thin}};
  const std::vector<std::pair<const char*, bool>> for_tables{{"--target", !options.target.empty()},
                                                             {"--task", options.task.has_value()},
                                                             {"--drop", !options.drop.empty()},
                                                             {"--categorical", !options.categorical.empty()},
                                                             {"--numeric", !options.numeric.empty()},
                                                             {"--folds", options.folds != usual.folds},
                                                             {"--repeats", options.repeats != usual.repeats}};
  for (const auto& [name, given] : images ? for_tables : for_images)
    if (given)
      throw InputError(images ? fmt::format("{} is for tables, and {} is a folder of images; leave it out", name,
                                            options.data.string())
                              : fmt::format("{} is for networks for images, and {} is a table; leave it out", name,
                                            options.data.string()));
}

PreparedData prepare_images(const FitOptions& options) {
  if (!options.test.empty())
    throw InputError(
        "--test is for tables; the test images of a folder are found by themselves (t10k-... files, or a "
        "sub-folder \"test\"), and others can be scored later: nascent evaluate RUN FOLDER");
  PreparedData data;
  ImageData read = read_images(options.data, options.largest_side);
  data.images = std::move(read.training);
  data.test_images = std::move(read.test);
  FitPlan& plan = data.plan;
  plan.kind = DataKind::kImages;
  plan.task = read.schema.task;
  plan.images = read.schema;
  const std::vector<double> labels(data.images.labels().begin(), data.images.labels().end());
  const double usual = std::min(labels.size() < 5000 ? 0.2 : 0.1,
                                validation_images(options.time_seconds) / static_cast<double>(labels.size()));
  const double share = options.holdout != 0.0 ? options.holdout : usual;
  plan.split = make_holdout(plan.task, labels, share, options.seed);

  data.notes.push_back(fmt::format(
      "{}: {} of {} x {} pixels, {}, {} classes{}", options.data.filename().string(),
      plural(data.images.count(), "image"), data.images.width(), data.images.height(),
      data.images.channels() == 1 ? "grey" : "colour", plan.task.classes.size(),
      data.test_images.count() > 0 ? fmt::format("; {} to test on", plural(data.test_images.count(), "image")) : ""));
  append(data.notes, read.notes);
  note_rare_classes(plan.task, labels, data.notes);
  plan.source = {{"path", fs::absolute(options.data).string()},
                 {"rows", data.images.count()},
                 {"channels", data.images.channels()},
                 {"height", data.images.height()},
                 {"width", data.images.width()}};
  if (data.test_images.count() > 0) plan.source["test"] = {{"rows", data.test_images.count()}};
  return data;
}

}  // namespace

PreparedData prepare(const FitOptions& options) {
  if (!fs::exists(options.data))
    throw InputError("there is no file or folder " + options.data.string() + "; check the path");
  const bool images = fs::is_directory(options.data);
  refuse_what_is_for_the_other_kind(options, images);
  PreparedData data = images ? prepare_images(options) : prepare_table(options);
  FitPlan& plan = data.plan;
  plan.seed = options.seed;
  plan.device = options.device;
  plan.metric = options.metric.empty() ? metrics_for(plan.task.kind).front().name
                                       : metric_named(options.metric, plan.task.kind).name;
  plan.source["split"] = describe_split(plan.split);
  plan.source["notes"] = data.notes;
  return data;
}

void save_data(const PreparedData& data, const fs::path& training, const fs::path& test) {
  if (data.plan.kind == DataKind::kTable) {
    data.table.save(training);
    if (data.has_test()) data.test_table.save(test);
  } else {
    data.images.save(training);
    if (data.has_test()) data.test_images.save(test);
  }
}

}  // namespace nascent
