// The median stopping rule. See docs/methods/median.md.
//
// Golovin, Solnik, Moitra, Kochanski, Karro, Sculley: Google Vizier: A service for black-box optimization. KDD 2017.

#include <fmt/format.h>

#include <algorithm>

#include "estimation/ranked.h"
#include "estimation/stopping.h"

namespace nascent {
namespace {

class MedianStopping : public StoppingScheduler {
 public:
  explicit MedianStopping(const SchedulerSetup& setup)
      : StoppingScheduler(setup),
        startup_(static_cast<std::size_t>(setup.option("startup"))),
        warmup_(setup.option("warmup") > 0.0 ? setup.option("warmup") : setup.least),
        interval_(static_cast<std::int64_t>(setup.option("interval"))) {}

  std::string_view name() const override { return "median"; }

 protected:
  Decision judge(const Trial& trial) override {
    const std::int64_t step = trial.reports.back().step;
    const auto past_warmup = static_cast<std::int64_t>(static_cast<double>(step) - warmup_);
    if (static_cast<double>(step) < warmup_ || past_warmup % interval_ != 0) return {};
    Standing own = standing_of(trial.number, trial.reports.back().metrics, setup());
    if (!own.has_result()) return stop_without_result(trial);
    const auto others = means_.find(step);
    if (others == means_.end() || others->second.size() < startup_) return {};
    for (const Report& report : trial.reports) {
      const Standing earlier = standing_of(trial.number, report.metrics, setup());
      for (std::size_t i = 0; i < earlier.losses.size(); ++i)
        own.losses[i] = std::min(own.losses[i], earlier.losses[i]);
    }
    const std::size_t before = others->second.count_before(own);
    const std::size_t count = others->second.size();
    if (2 * before <= count) return {};
    return stop(trial,
                fmt::format("its best so far is worse than the mean until there of {} of {} others", before, count));
  }

  /// The mean of its results until each of its reports. Those that are no number are left out.
  void learn(const Trial& trial) override {
    std::vector<double> sums(setup().objectives.size(), 0.0);
    double count = 0.0;
    for (const Report& report : trial.reports) {
      Standing mean = standing_of(trial.number, report.metrics, setup());
      if (!mean.has_result()) continue;
      count += 1.0;
      for (std::size_t i = 0; i < sums.size(); ++i) mean.losses[i] = (sums[i] += mean.losses[i]) / count;
      means_[report.step].add(std::move(mean));
    }
  }

 private:
  std::size_t startup_;
  double warmup_;
  std::int64_t interval_;
  std::map<std::int64_t, Ranked> means_;  ///< of the trials that have ended, by step
};

}  // namespace

std::unique_ptr<Scheduler> make_median(const SchedulerSetup& setup) { return std::make_unique<MedianStopping>(setup); }

}  // namespace nascent
