#pragma once

#include <cstdint>
#include <filesystem>

namespace nascent {

/// Where everything of one fit lies. Coordinator and workers find each other's files through it.
///
///     study.db          the record of all trials
///     plan.json         what is fitted, and how (`FitPlan`)
///     data/             the encoded data, mapped by every worker
///     trials/000012/    what trial 12 left behind: predictions and fitted models, while they are among the best
///     supernet/         weights that all networks share, where candidates are scored by them
///     model/            the final model: all that prediction needs
///     network.svg       a drawing of the best network, when images were fitted
///     leaderboard.csv, report.json, logs/
class RunFolder {
 public:
  explicit RunFolder(std::filesystem::path root) : root_(std::move(root)) {}

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path study() const { return root_ / "study.db"; }
  std::filesystem::path plan() const { return root_ / "plan.json"; }
  std::filesystem::path data() const { return root_ / "data"; }
  std::filesystem::path training_data() const { return data() / "training.bin"; }
  std::filesystem::path test_data() const { return data() / "test.bin"; }
  std::filesystem::path trials() const { return root_ / "trials"; }
  std::filesystem::path trial(std::int64_t number) const;
  std::filesystem::path predictions(std::int64_t number) const { return trial(number) / "predictions.bin"; }
  /// What the member of the final model that came from this trial predicts for the test data.
  std::filesystem::path test_predictions(std::int64_t number) const;
  std::filesystem::path supernet() const { return root_ / "supernet"; }
  std::filesystem::path model() const { return root_ / "model"; }
  std::filesystem::path drawing() const { return root_ / "network.svg"; }
  std::filesystem::path report() const { return root_ / "report.json"; }
  std::filesystem::path leaderboard() const { return root_ / "leaderboard.csv"; }
  std::filesystem::path logs() const { return root_ / "logs"; }

 private:
  std::filesystem::path root_;
};

}  // namespace nascent
