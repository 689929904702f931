#include "nascent/data/task.h"

#include "nascent/core/error.h"

namespace nascent {

std::string_view name_of(TaskKind kind) {
  switch (kind) {
    case TaskKind::kBinary:
      return "binary";
    case TaskKind::kMulticlass:
      return "multiclass";
    case TaskKind::kRegression:
      return "regression";
  }
  throw InternalError("a task kind without a name");
}

TaskKind task_kind_of(std::string_view name) {
  for (const TaskKind kind : {TaskKind::kBinary, TaskKind::kMulticlass, TaskKind::kRegression}) {
    if (name == name_of(kind)) return kind;
  }
  throw InputError("there is no task \"" + std::string(name) + "\"; use binary, multiclass or regression");
}

Json Task::to_json() const {
  return Json{{"kind", std::string(name_of(kind))}, {"target", target}, {"classes", classes}};
}

Task Task::from_json(const Json& json) {
  try {
    return Task{.kind = task_kind_of(json.at("kind").get<std::string>()),
                .target = json.at("target").get<std::string>(),
                .classes = json.at("classes").get<std::vector<std::string>>()};
  } catch (const Json::exception& error) {
    throw InputError(std::string("the description of a task is damaged: ") + error.what());
  }
}

}  // namespace nascent
