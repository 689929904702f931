#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "nascent/architecture/network_space.h"
#include "nascent/core/json.h"
#include "nascent/data/task.h"
#include "nascent/trial/trial.h"

/// The main job: data in, the best model that could be found in the time given out.
namespace nascent {

/// What is asked for. Everything but `data` and `out` has a default.
struct FitOptions {
  std::filesystem::path data;  ///< a CSV file, or a folder of images
  std::filesystem::path out;   ///< the run folder: created; must not hold a study yet
  std::filesystem::path test;  ///< a CSV file to score the final model on; never used for choosing; may be empty

  // Tables
  std::string target;
  std::optional<TaskKind> task;
  std::vector<std::string> drop;
  std::vector<std::string> categorical;
  std::vector<std::string> numeric;

  // Validation; where nothing is said, what suits the number of rows (`make_default_split`)
  int folds = 0;         ///< of a cross-validation of a table, 2 to 50
  int repeats = 1;       ///< of it, with other folds; their predictions are averaged
  double holdout = 0.0;  ///< the share of the rows or images that validates, in place of folds

  // Designed networks
  /// A kind of space (`network_space_kinds`) or a file (docs/formats/network_space.md). Empty: macro for images; for
  /// tables no network is designed. On a table the networks are dense ones, of kind macro, and the only model family.
  std::string space;
  NetworkLimits limits;  ///< of each network; what is not 0 goes before the limits of the space's file
  /// A candidate that was derived from an earlier one starts from the weights of that; for images.
  bool inherit = true;

  // Networks for images
  std::string device = "cpu";      ///< "cpu" or "cuda"
  std::string precision = "auto";  ///< "auto", "float32" or "bfloat16"
  int largest_side = 64;           ///< larger pictures are scaled down to it
  double epochs = 0.0;             ///< passes over the data in a full training; 0: 12, or what the time allows
  double trial_epochs = 0.0;       ///< of a candidate, if only the best are to be trained fully; 0: all are

  // Search
  std::optional<double> time_seconds;  ///< the whole fit ends within it; without it and without `trials`: one minute
  std::optional<std::int64_t> trials;  ///< at most so many trials
  std::string metric;                  ///< empty: accuracy for classes, RMSE for numbers
  std::string strategy;                ///< empty: what suits the data (`default_strategy`)
  /// How candidates are estimated. "full": each gets all. "auto": the same; with `trial_epochs` each gets these, and
  /// the best few are then trained fully. "shared": images by weights that all networks share, and the best few
  /// trained. Or a scheduler (`schedulers`), maybe with options behind its name.
  std::string estimation = "auto";
  /// Images: "naswot:0.3" leaves out, before their training, candidates whose zero-cost score is among the lowest three
  /// in ten of those seen so far (`kZeroCostScores`). Empty: none.
  std::string thin;
  /// Configurations that a scheduler that starts small begins with, to see whether the least ranks as the most does; a
  /// fidelity that does not is dropped. 0: trust it.
  int pilots = 4;
  std::string fidelity;  ///< the range of a scheduler that starts small: "epochs=0.5:6"; empty: what suits the data
  std::uint64_t seed = 0;
  std::vector<std::string> models;   ///< only these families; empty: all that fit the data
  int ensemble_size = 10;            ///< at most so many trials are combined; 1: the single best
  bool first_configurations = true;  ///< try each family's good first configuration before the strategy is asked

  // Machine
  int workers = 0;                       ///< processes, one thread each; 0: one for each core
  std::uint64_t memory_bytes = 0;        ///< cap for each worker; 0: an equal share of 80 % of what is free
  std::filesystem::path worker_program;  ///< nascent-worker
  std::string command;                   ///< as the user typed it, for the report
};

/// Changes to a study that is taken up again; what is not given stays as it was.
struct ResumeOptions {
  std::optional<double> time_seconds;  ///< from now; otherwise what the study had left of its time
  std::optional<std::int64_t> trials;
  std::optional<int> workers;
  std::optional<std::uint64_t> memory_bytes;
  std::filesystem::path worker_program;
};

/// How a fit stands; for live views.
struct FitProgress {
  std::string phase;  ///< "reading", "searching", "training the best", "combining", "testing"
  double elapsed_seconds = 0.0;
  std::optional<double> total_seconds;
  std::optional<std::int64_t> total_trials;
  std::int64_t done = 0;
  std::int64_t running = 0;
  std::int64_t failed = 0;
  std::string metric;
  std::optional<double> best_score;
  std::string best_description;
  std::vector<std::string> running_descriptions;
};

/// Told how a fit goes on. Called from the thread that called `fit`.
class FitObserver {
 public:
  virtual ~FitObserver() = default;
  virtual void note(const std::string&) {}      ///< a sentence worth knowing: what was found in the data
  virtual void progress(const FitProgress&) {}  ///< several times a second, and at every change
  virtual bool interrupted() { return false; }  ///< true: finish now with the best so far
};

/// The strategy of a fit that names none: for tables "tpe"; for images evolution that starts from the space's own
/// starting points, the smallest network first, and edits the best from then on.
std::string default_strategy(bool images);

/// Finds a model, saves it in the run folder with a leaderboard and a report, and returns the report (as
/// `report.json`).
///
/// Throws `InputError` before anything is written when an option or the data cannot be used; `SystemError` when the
/// machine refuses on the way (a full disk): the trials recorded by then stay valid and can be gone on with.
OrderedJson fit(const FitOptions& options, FitObserver& observer);

/// Goes on with a fit that was killed, interrupted or ended; finished trials are kept.
OrderedJson resume(const std::filesystem::path& run, const ResumeOptions& options, FitObserver& observer);

/// One line of the leaderboard.
struct LeaderboardEntry {
  std::int64_t trial = 0;
  std::string description;  ///< the configuration: "boosted_trees: learning_rate 0.08, max_depth 6"
  std::string summary;      ///< the same, but of a designed network its size in place of its layers
  TrialState state = TrialState::kRunning;
  std::optional<double> score;       ///< on the validation rows, in the metric of the study
  Fidelity fidelity;                 ///< what the trial was given; empty for all
  std::optional<std::int64_t> from;  ///< the trial whose weights it started from
  double inherited_share = 0.0;      ///< the share of its parameters that came from there
  double seconds = 0.0;
  double weight = 0.0;  ///< in the final model
  std::string reason;
};

struct Leaderboard {
  std::string metric;  ///< as in `Metric::name`
  std::string label;   ///< for people
  bool maximize = false;
  std::vector<LeaderboardEntry> entries;  ///< best first; full fidelity before lower, then failed ones
};

/// Reads the leaderboard of a run folder, finished or not. Throws `InputError` when it is not one.
Leaderboard read_leaderboard(const std::filesystem::path& run);

}  // namespace nascent
