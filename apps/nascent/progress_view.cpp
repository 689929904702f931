#include "progress_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "nascent/core/deadline.h"
#include "nascent/core/quantity.h"
#include "terminal.h"

namespace nascent::app {
namespace {

std::string trials_text(const FitProgress& progress) {
  std::string text = fmt::format("{} done", progress.done);
  if (progress.total_trials) text += fmt::format(" of {}", *progress.total_trials);
  if (progress.running > 0) text += fmt::format(", {} running", progress.running);
  if (progress.failed > 0) text += fmt::format(", {} failed", progress.failed);
  return text;
}

std::string best_text(const FitProgress& progress) {
  if (!progress.best_score) return "none yet";
  return fmt::format("{} {}: {}", progress.metric, format_number(*progress.best_score), progress.best_description);
}

std::string time_text(const FitProgress& progress) {
  if (!progress.total_seconds) return format_duration(progress.elapsed_seconds);
  const double left = std::max(0.0, *progress.total_seconds - progress.elapsed_seconds);
  return fmt::format("{} left of {}", format_duration(left), format_duration(*progress.total_seconds));
}

/// A few lines that are drawn over again. Notes scroll above them.
class LiveView : public FitObserver {
 public:
  ~LiveView() override { erase(); }

  void note(const std::string& sentence) override {
    erase();
    fmt::print(stderr, "{}\n", sentence);
    std::fflush(stderr);
  }

  void progress(const FitProgress& progress) override {
    const bool same_phase = progress.phase == phase_;
    if (same_phase && drawn_.seconds() < 0.2) return;
    phase_ = progress.phase;
    drawn_ = Stopwatch();
    erase();
    if (progress.phase.empty()) return;
    const std::size_t width = progress_width();
    add_line(fmt::format("{:<10} {} {}", progress.phase, bar(progress, 30), time_text(progress)), width);
    if (progress.phase != "reading") {
      add_line("trials     " + trials_text(progress), width);
      add_line("best       " + best_text(progress), width);
      std::size_t shown = 0;
      for (const std::string& running : progress.running_descriptions) {
        if (++shown > 4) break;
        add_line((shown == 1 ? "running    " : "           ") + running, width);
      }
    }
    std::fputs(text_.c_str(), stderr);
    std::fflush(stderr);
    text_.clear();
  }

  bool interrupted() override { return was_interrupted(); }

 private:
  static std::string bar(const FitProgress& progress, int cells) {
    double share = 0.0;
    if (progress.total_seconds)
      share = progress.elapsed_seconds / *progress.total_seconds;
    else if (progress.total_trials)
      share =
          static_cast<double>(progress.done) / static_cast<double>(std::max<std::int64_t>(1, *progress.total_trials));
    const int full = std::clamp(static_cast<int>(share * cells), 0, cells);
    std::string text;
    for (int i = 0; i < cells; ++i) text += i < full ? "━" : "╌";
    return text;
  }

  void add_line(const std::string& line, std::size_t width) {
    // Only whole characters, and never so many that the terminal would wrap: the cursor must find its way back.
    std::size_t characters = 0;
    std::size_t end = 0;
    while (end < line.size() && characters + 1 < width) {
      ++end;
      while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) ++end;
      ++characters;
    }
    text_ += line.substr(0, end) + "\n";
    ++lines_;
  }

  void erase() {
    if (lines_ > 0) fmt::print(stderr, "\033[{}A\033[J", lines_);
    lines_ = 0;
    std::fflush(stderr);
  }

  std::string phase_;
  Stopwatch drawn_;
  std::string text_;
  int lines_ = 0;
};

/// A line when a phase begins, when the best improves (not more often than every two seconds) and every ten seconds.
class PlainLines : public FitObserver {
 public:
  void note(const std::string& sentence) override { fmt::print(stderr, "{}\n", sentence); }

  void progress(const FitProgress& progress) override {
    if (progress.phase.empty() || progress.phase == "reading") return;
    const bool new_phase = progress.phase != phase_;
    const bool improved = progress.best_score != best_ && since_.seconds() > 2.0;
    if (!new_phase && !improved && since_.seconds() < 10.0) return;
    phase_ = progress.phase;
    best_ = progress.best_score;
    since_ = Stopwatch();
    std::string line = fmt::format("[{:>6.1f} s] {}", progress.elapsed_seconds, progress.phase);
    if (progress.done + progress.running + progress.failed > 0) line += "; trials: " + trials_text(progress);
    if (progress.best_score) line += "; best " + best_text(progress);
    fmt::print(stderr, "{}\n", line);
    std::fflush(stderr);
  }

  bool interrupted() override { return was_interrupted(); }

 private:
  std::string phase_;
  std::optional<double> best_;
  Stopwatch since_;
};

class Quiet : public FitObserver {
 public:
  bool interrupted() override { return was_interrupted(); }
};

}  // namespace

std::unique_ptr<FitObserver> make_progress_view(bool quiet) {
  if (quiet) return std::make_unique<Quiet>();
  if (progress_is_interactive()) return std::make_unique<LiveView>();
  return std::make_unique<PlainLines>();
}

}  // namespace nascent::app
