#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "nascent/space/search_space.h"

namespace nascent {

/// How a table of recorded evaluations is to be read. Names of columns may end in `*`, which stands for all columns
/// that begin so: "layer_*".
struct RecordedTableOptions {
  std::filesystem::path path;
  std::vector<std::string> inputs;      ///< what is searched
  std::vector<std::string> objectives;  ///< several: the same evaluation under several seeds
  bool maximize = false;
  std::string regret = {};                    ///< what the regret is measured on; empty for the mean of the objectives
  std::string cost = {};                      ///< seconds of an evaluation; empty: each takes one second
  std::vector<std::string> categorical = {};  ///< inputs of numbers whose order means nothing
  std::vector<std::string> ordered = {};      ///< inputs of text whose order, as first met in the file, means something
  std::optional<SearchSpace> space = {};      ///< instead of the one made from the inputs

  // Learning curves: what was recorded at several fidelities (epochs) of one training.
  std::string fidelity = {};  ///< the column; rows with the same inputs make a curve
  /// Instead of rows, columns: "12:accuracy_12:seconds_12", fidelity, objective and seconds since the start. The
  /// seconds may be left out.
  std::vector<std::string> fidelity_columns = {};
  std::string curve = {};          ///< the column that names the curve, instead of inputs
  std::string elapsed = {};        ///< seconds since the start of the training
  std::string epoch_seconds = {};  ///< seconds for each unit of fidelity; without both of them it is one
  /// What stands at each fidelity is a training of its own, planned for that length: none can be continued, and none
  /// says on its way what stands at a lower one.
  bool separate = false;

  bool has_fidelity() const { return !fidelity.empty() || !fidelity_columns.empty(); }
};

/// One row of the table, or one of its cells where the fidelities are columns.
struct RecordedRow {
  std::size_t row = 0;  ///< of the file
  double fidelity = 1.0;
  double seconds = 1.0;  ///< as they stand there; NaN where they are missing
  std::vector<double> values = {};
  double measure = 0.0;
};

/// What was recorded of a training at one fidelity.
struct RecordedStep {
  double fidelity = 1.0;
  double seconds = 1.0;        ///< since the start of the training
  std::vector<double> values;  ///< one for each objective column
  double mean = 0.0;           ///< of them; finite
};

/// What was recorded of one point.
struct RecordedPoint {
  /// By fidelity; without curves one, at fidelity 1, or none when it is not finite. What is missing or not finite
  /// between two steps is left out; after the last it is where the training failed.
  std::vector<RecordedStep> steps;
  double mean = 0.0;          ///< at the highest fidelity of the table; NaN where that was not reached
  double measure = 0.0;       ///< what the regret is measured on, there
  double cost_seconds = 1.0;  ///< to the highest fidelity, or to the failure
  std::size_t rows = 0;       ///< of the table: each number above is the mean over those of equal fidelity
};

/// What lies in the table: over all its points with a finite number.
struct RecordedRange {
  double best = 0.0;
  double median = 0.0;
  double worst = 0.0;
};

/// A table in which every configuration of a space has been evaluated, so that a search can be replayed at no cost
/// (a tabular benchmark: Klein & Hutter, arXiv:1905.04970; Dong & Yang, arXiv:2001.00326). Immutable; safe to read from
/// several threads.
///
/// The space has a parameter for each input column that holds more than one value: ordered categories, in ascending
/// order, where all cells are numbers; categories without an order for text. The names of the categories are the cells
/// as they stand in the file. Rows that are the same point (equal inputs, or an equal key of the space's traits) count
/// as one, with the means of their numbers.
///
/// With a fidelity, each point has a learning curve. Where the inputs are no grid (less than a tenth of the
/// combinations: configurations drawn at random), the space is the list of them: one parameter "curve" with a category
/// for each, without an order.
class RecordedTable {
 public:
  /// Throws `InputError` naming file and column or line: an unknown column (with near matches), a number that is none,
  /// no input that varies, a space that does not fit the columns, less than a tenth of the combinations recorded where
  /// there are no curves, seconds that fall along a curve.
  explicit RecordedTable(const RecordedTableOptions& options);

  const SearchSpace& space() const { return space_; }
  /// Marks configurations as the same, or describes them; rows that share a key are joined. For the traits of a cell.
  void set_traits(const SpaceTraits& traits);

  /// Null where the table does not have the point.
  const RecordedPoint* find(const Configuration& configuration) const;
  std::size_t points() const { return points_.size(); }

  /// The names of the objective columns.
  const std::vector<std::string>& objectives() const { return objectives_; }
  bool maximize() const { return maximize_; }
  bool better(double a, double b) const { return maximize_ ? a > b : a < b; }
  /// Of the mean over the objective columns: what is searched for.
  const RecordedRange& objective() const { return objective_; }
  /// Of the column that the regret is measured on.
  const RecordedRange& measure() const { return measure_; }

  /// The name of what the curves run along ("epochs"); empty when there are none.
  const std::string& fidelity_axis() const { return axis_; }
  /// Of all curves, ascending: where something was recorded. {1} without curves.
  const std::vector<double>& fidelities() const { return fidelities_; }
  bool separate_trainings() const { return separate_; }
  /// The mean over the points.
  double mean_cost_seconds() const;

  /// Sentences for people: inputs left out, rows joined, combinations that are missing, gaps.
  std::vector<std::string> notes() const;

 private:
  void join_rows();
  void add_curve(RecordedPoint& point, std::vector<RecordedRow>&& joined);
  void find_ranges();

  SearchSpace space_;
  std::vector<std::string> objectives_;
  bool maximize_;
  bool separate_;
  bool each_epoch_;  ///< the seconds are those of an epoch
  std::string axis_;
  std::vector<std::string> notes_of_inputs_;
  std::vector<Configuration> configurations_;  ///< one a row of the file
  std::vector<RecordedRow> rows_;
  std::size_t different_ = 0;  ///< rows of different points or fidelities
  std::size_t gaps_ = 0;
  std::size_t without_seconds_ = 0;
  std::vector<double> fidelities_;
  std::vector<RecordedPoint> points_;
  std::unordered_map<std::uint64_t, std::size_t> index_;  ///< of points, by the key of the space
  RecordedRange objective_;
  RecordedRange measure_;
};

}  // namespace nascent
