#include "data/target_task.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/category_index.h"
#include "data/cells.h"
#include "data/column_profile.h"
#include "nascent/core/error.h"

namespace nascent {
namespace {

constexpr std::size_t kGrades = 10;
constexpr std::size_t kRowsPerGrade = 4;
constexpr std::size_t kCodes = 50;
constexpr std::size_t kRowsPerCode = 20;
constexpr std::size_t kRarestCode =
    10;  // a code has at least this part of the average code's rows; tails of counts do not
constexpr std::size_t kFewRows = 20;  // with fewer, as many classes as rows may be all that there is
constexpr double kNearlyAll = 0.9;

bool are_classes(const ColumnProfile& profile, const Cells& cells, const DistinctCells& distinct) {
  if (!is_mostly_numbers(profile, cells)) return true;
  const std::size_t d = distinct.size();
  const std::size_t n = profile.present();
  if (d == 2) return true;
  if (!profile.whole || profile.others > 0) return false;
  if (d <= kGrades) return n >= kRowsPerGrade * d;
  const bool without_gap = profile.highest - profile.lowest + 1.0 == static_cast<double>(d);
  const std::size_t rarest = std::ranges::min(distinct.counts);
  return d <= kCodes && n >= kRowsPerCode * d && without_gap && rarest * kRarestCode * d >= n;
}

}  // namespace

Task infer_task(const CsvTable& csv, std::size_t column, std::optional<TaskKind> wanted, ColumnSchema& target) {
  const Cells& cells = csv.column(column);
  const ColumnProfile profile = profile_column(cells);
  const DistinctCells distinct = distinct_cells(cells);
  const std::string subject = fmt::format("the target \"{}\" of {} ", target.name, csv.path().string());
  if (profile.present() == 0) throw InputError(subject + "is missing in every row; choose another column");

  Task task{.kind = TaskKind::kRegression, .target = target.name, .classes = {}};
  const std::vector<std::string> classes = sorted_categories(distinct.texts);
  if (classes.size() == 1) {
    throw InputError(subject +
                     fmt::format("has the one value \"{}\" in every row, so there is nothing to learn; choose "
                                 "another column",
                                 classes.front()));
  }
  if (profile.missing > 0) {
    target.note =
        count_and_share(profile.missing, profile.rows) +
        (profile.missing == 1 ? " is missing; that row is left out" : " are missing; those rows are left out");
  }

  const bool classifies = wanted ? *wanted != TaskKind::kRegression : are_classes(profile, cells, distinct);
  if (!classifies) {
    const bool is_number = profile.others == 0 || is_mostly_numbers(profile, cells);
    if (!is_number) {
      throw InputError(subject +
                       fmt::format("cannot be predicted as a number: line {} holds \"{}\"; leave the task out "
                                   "or ask for classes",
                                   csv.line(profile.first_other), trimmed(cells[profile.first_other])));
    }
    if (profile.others > 0) {
      target.note += (target.note.empty() ? "" : "; ") +
                     fmt::format("{} no number (the first, \"{}\", in line {}); those rows are left out",
                                 count_and_share(profile.others, profile.rows) + (profile.others == 1 ? " is" : " are"),
                                 trimmed(cells[profile.first_other]), csv.line(profile.first_other));
    }
    target.decimal_comma = profile.decimal_comma;
    return task;
  }

  if (wanted == TaskKind::kBinary && classes.size() > 2) {
    throw InputError(subject + fmt::format("has {} classes (\"{}\", \"{}\", \"{}\"{}), not two; ask for multiclass",
                                           classes.size(), classes[0], classes[1], classes[2],
                                           classes.size() > 3 ? ", ..." : ""));
  }
  const auto n = static_cast<double>(profile.present());
  if (profile.present() > kFewRows && static_cast<double>(classes.size()) >= kNearlyAll * n) {
    throw InputError(subject + fmt::format("has {} different values in {} rows, which are no classes; choose another "
                                           "column{}",
                                           classes.size(), profile.present(),
                                           profile.others == 0 ? " or ask for regression" : ""));
  }
  task.kind = classes.size() == 2 ? TaskKind::kBinary : TaskKind::kMulticlass;
  task.classes = classes;
  return task;
}

}  // namespace nascent
