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
};

/// What was recorded of one point.
struct RecordedPoint {
  std::vector<double> values;  ///< one for each objective column; NaN where it was not recorded or is not finite
  double mean = 0.0;           ///< of the values; NaN when one is
  double measure = 0.0;        ///< what the regret is measured on
  double cost_seconds = 1.0;
  std::size_t rows = 0;  ///< of the table: each number above is the mean over them
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
class RecordedTable {
 public:
  /// Throws `InputError` naming file and column or line: an unknown column (with near matches), a number that is none,
  /// no input that varies, a space that does not fit the columns, less than a tenth of the combinations recorded.
  explicit RecordedTable(const RecordedTableOptions& options);

  const SearchSpace& space() const { return space_; }
  /// Marks configurations as the same, or describes them; rows that share a key are joined. For the traits of a cell.
  void set_traits(const SpaceTraits& traits);

  /// Null where the table does not have the point.
  const RecordedPoint* find(const Configuration& configuration) const;
  std::size_t points() const { return points_.size(); }
  std::size_t rows() const { return rows_.size(); }

  /// The names of the objective columns.
  const std::vector<std::string>& objectives() const { return objectives_; }
  bool maximize() const { return maximize_; }
  bool better(double a, double b) const { return maximize_ ? a > b : a < b; }
  /// Of the mean over the objective columns: what is searched for.
  const RecordedRange& objective() const { return objective_; }
  /// Of the column that the regret is measured on.
  const RecordedRange& measure() const { return measure_; }

  /// Sentences for people: inputs left out, rows joined, combinations that are missing.
  std::vector<std::string> notes() const;

 private:
  void join_rows();

  SearchSpace space_;
  std::vector<std::string> objectives_;
  bool maximize_;
  std::vector<std::string> constant_;
  std::vector<Configuration> configurations_;  ///< one a row of the file
  std::vector<RecordedPoint> rows_;
  std::vector<RecordedPoint> points_;
  std::unordered_map<std::uint64_t, std::size_t> index_;  ///< of points, by the key of the space
  RecordedRange objective_;
  RecordedRange measure_;
};

}  // namespace nascent
