#include "tabular/pipeline.h"

#include <numeric>

#include "nascent/core/error.h"
#include "nascent/core/files.h"
#include "tabular/configuration_json.h"

namespace nascent {

namespace {

constexpr const char* kPipelineFile = "pipeline.json";
constexpr const char* kLearnerFolder = "learner";

std::vector<double> target_of(const Table& table, std::span<const std::uint32_t> rows) {
  std::vector<double> target;
  target.reserve(rows.size());
  for (const std::uint32_t row : rows) target.push_back(table.target()[row]);
  return target;
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) throw SystemError("Cannot make the folder " + folder.string() + ": " + failure.message() + ".");
}

}  // namespace

Pipeline::Pipeline(std::string family, Configuration configuration, Task task, const LearnerFactory& factory)
    : family_(std::move(family)),
      configuration_(std::move(configuration)),
      task_(std::move(task)),
      preprocessor_(preprocessing_of(family_, configuration_), task_),
      learner_(factory(family_, configuration_, task_)) {}

Json Pipeline::fit(const Table& table, const PipelineFit& fit) {
  LabelledRows training{.features = preprocessor_.fit_transform(table, fit.training_rows, fit.seed),
                        .target = target_of(table, fit.training_rows)};
  LabelledRows validation;
  if (!fit.validation_rows.empty()) {
    validation = {.features = preprocessor_.transform(table, fit.validation_rows),
                  .target = target_of(table, fit.validation_rows)};
  }
  return learner_->fit(training, {.task = task_,
                                  .seed = fit.seed,
                                  .deadline = fit.deadline,
                                  .should_stop = fit.should_stop,
                                  .validation = fit.validation_rows.empty() ? nullptr : &validation,
                                  .rounds = fit.rounds,
                                  .most_trees = fit.most_trees,
                                  .metric = fit.metric});
}

Matrix Pipeline::predict(const Table& table, std::span<const std::uint32_t> rows) const {
  return learner_->predict(preprocessor_.transform(table, rows));
}

void Pipeline::save(const std::filesystem::path& folder) const {
  make_folder(folder / kLearnerFolder);
  learner_->save(folder / kLearnerFolder);
  write_file(folder / kPipelineFile, Json{{"family", family_},
                                                     {"configuration", configuration_.to_json()},
                                                     {"task", task_.to_json()},
                                                     {"preprocessor", preprocessor_.to_json()}}
                                                    .dump());
}

Pipeline Pipeline::load(const std::filesystem::path& folder, const LearnerFactory& factory) {
  const std::filesystem::path path = folder / kPipelineFile;
  const std::string text = read_file(path);
  try {
    const Json json = Json::parse(text);
    Pipeline pipeline(json.at("family"), configuration_from_plain_json(json.at("configuration")),
                      Task::from_json(json.at("task")), factory);
    pipeline.preprocessor_ = Preprocessor::from_json(json.at("preprocessor"), pipeline.task_);
    pipeline.learner_->load(folder / kLearnerFolder, pipeline.task_);
    return pipeline;
  } catch (const Json::exception&) {
    throw InputError("The model file " + path.string() + " is damaged; fit the model again.");
  }
}

std::vector<std::uint32_t> all_rows(std::size_t rows) {
  std::vector<std::uint32_t> indices(rows);
  std::iota(indices.begin(), indices.end(), 0U);
  return indices;
}

}  // namespace nascent
