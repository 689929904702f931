#include "tabular/logistic_regression.h"

#include <linear.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>

#include "nascent/core/error.h"
#include "tabular/learner_checks.h"

namespace nascent {

namespace {

constexpr const char* kLabel = "logistic regression";

struct OutOfTime {};

/// The fit that this thread is in.
thread_local const FitContext* current_fit = nullptr;

/// liblinear offers no way to stop it but calls this with its progress after each iteration. Leaving by an exception
/// gives up the solver's own memory, a few vectors (with L1 also its copy of the data), once for each fit that is cut.
void on_progress(const char*) {
  if (current_fit != nullptr && has_to_stop(*current_fit)) throw OutOfTime{};
}

struct CurrentFit {
  explicit CurrentFit(const FitContext& context) {
    current_fit = &context;
#ifdef __SANITIZE_ADDRESS__
    __lsan_disable();
#endif
  }
  ~CurrentFit() {
    current_fit = nullptr;
#ifdef __SANITIZE_ADDRESS__
    __lsan_enable();
#endif
  }
};

/// The rows as liblinear wants them: the nonzero cells of each, counted from 1, ended by -1, and an intercept.
struct SparseRows {
  std::vector<feature_node> nodes;
  std::vector<feature_node*> rows;

  explicit SparseRows(const Matrix& numbers) {
    std::size_t nonzero = 0;
    for (const float value : numbers.values) nonzero += value != 0.0F ? 1 : 0;
    nodes.reserve(nonzero + 2 * numbers.rows);
    std::vector<std::size_t> starts;
    for (std::size_t r = 0; r < numbers.rows; ++r) {
      starts.push_back(nodes.size());
      const std::span<const float> row = numbers.row(r);
      for (std::size_t c = 0; c < row.size(); ++c) {
        if (row[c] != 0.0F) nodes.push_back({static_cast<int>(c) + 1, row[c]});
      }
      nodes.push_back({static_cast<int>(row.size()) + 1, 1.0});
      nodes.push_back({-1, 0.0});
    }
    for (const std::size_t start : starts) rows.push_back(nodes.data() + start);
  }
};

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

}  // namespace

Json LogisticRegression::fit(const LabelledRows& training, const FitContext& context) {
  require_start(training, context, kLabel);
  task_ = context.task;
  const std::size_t rows = training.target.size();
  spread_ = 1.0 / static_cast<double>(rows + 1);
  std::map<int, std::size_t> present;
  for (const double label : training.target) ++present[static_cast<int>(label)];
  classes_.clear();
  weights_.clear();
  if (present.size() == 1) {
    classes_ = {present.begin()->first};
    return {{"parameters", 0}};
  }

  SparseRows sparse(training.features.numbers);
  std::vector<double> target = training.target;
  problem data{};
  data.l = static_cast<int>(rows);
  data.n = static_cast<int>(training.features.numbers.columns) + 1;
  data.y = target.data();
  data.x = sparse.rows.data();
  data.bias = 1.0;
  parameter options{};
  const bool l1 = configuration_.choice("penalty") == "l1";
  options.solver_type = l1 ? L1R_LR : L2R_LR;
  options.eps = 0.01;
  options.C = configuration_.branch("penalty").number("c");
  options.p = 0.1;

  set_print_string_function(on_progress);
  // liblinear shuffles by the C library's generator. It is the process's: fits in threads at once are not repeatable.
  std::srand(static_cast<unsigned>(context.seed));
  const auto release = [](model* fitted) { free_and_destroy_model(&fitted); };
  std::unique_ptr<model, decltype(release)> fitted(nullptr, release);
  try {
    const CurrentFit scope(context);
    fitted.reset(train(&data, &options));
  } catch (const OutOfTime&) {
    throw Error("The logistic regression had not converged when its time was over.");
  }

  // liblinear orders classes as it met them, and keeps one line of weights where there are two.
  classes_.assign(fitted->label, fitted->label + fitted->nr_class);
  const std::size_t lines = classes_.size() == 2 ? 1 : classes_.size();
  const auto columns = static_cast<std::size_t>(data.n);
  weights_.resize(lines * columns);
  for (std::size_t line = 0; line < lines; ++line) {
    for (std::size_t c = 0; c < columns; ++c) weights_[line * columns + c] = fitted->w[c * lines + line];
  }
  return {{"parameters", weights_.size()}};
}

Matrix LogisticRegression::predict(const FeatureRows& features) const {
  const std::size_t classes = task_.outputs();
  const std::size_t present = classes_.size();
  const std::size_t lines = present == 1 ? 0 : present == 2 ? 1 : present;
  const std::size_t columns = features.numbers.columns;
  Matrix out(features.rows(), classes, static_cast<float>(spread_ / static_cast<double>(classes)));
  std::vector<double> shares(present, 1.0);
  for (std::size_t r = 0; r < out.rows; ++r) {
    const std::span<const float> row = features.numbers.row(r);
    double sum = lines == 0 ? 1.0 : 0.0;
    for (std::size_t line = 0; line < lines; ++line) {
      const double* weights = weights_.data() + line * (columns + 1);
      double value = weights[columns];
      for (std::size_t c = 0; c < columns; ++c) value += weights[c] * static_cast<double>(row[c]);
      sum += shares[line] = sigmoid(value);
    }
    if (lines == 1) {
      shares[1] = 1.0 - shares[0];
      sum = 1.0;
    }
    for (std::size_t k = 0; k < present; ++k) {
      const double share = sum > 0.0 ? shares[k] / sum : 1.0 / static_cast<double>(present);
      out(r, static_cast<std::size_t>(classes_[k])) += static_cast<float>((1.0 - spread_) * share);
    }
  }
  require_finite(out, kLabel);
  return out;
}

void LogisticRegression::save(const std::filesystem::path& folder) const {
  write_facts(folder, {{"classes", classes_}, {"weights", weights_}, {"spread", spread_}});
}

void LogisticRegression::load(const std::filesystem::path& folder, const Task& task) {
  task_ = task;
  const Json facts = read_facts(folder);
  facts.at("classes").get_to(classes_);
  facts.at("weights").get_to(weights_);
  spread_ = facts.at("spread");
}

}  // namespace nascent
