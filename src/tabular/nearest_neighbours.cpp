#include "tabular/nearest_neighbours.h"

#include <faiss/IndexFlat.h>
#include <faiss/impl/FaissException.h>
#include <faiss/index_io.h>
#include <omp.h>

#include <algorithm>
#include <cmath>

#include "nascent/core/error.h"
#include "tabular/learner_checks.h"

namespace nascent {

namespace {

constexpr const char* kLabel = "nearest neighbours";
constexpr std::size_t kBlock = 1'024;

/// FAISS takes as many threads as OpenMP would give it.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

/// FAISS takes no vectors without columns; one that is the same everywhere makes all rows equally near.
Matrix with_a_column(const Matrix& numbers) { return numbers.columns > 0 ? numbers : Matrix(numbers.rows, 1); }

}  // namespace

NearestNeighbours::NearestNeighbours(Configuration configuration) : configuration_(std::move(configuration)) {}
NearestNeighbours::~NearestNeighbours() = default;

Json NearestNeighbours::fit(const LabelledRows& training, const FitContext& context) {
  require_start(training, context, kLabel);
  task_ = context.task;
  by_distance_ = configuration_.choice("weights") == "distance";
  k_ = std::min(configuration_.integer("k"), static_cast<std::int64_t>(training.target.size()));
  target_ = training.target;
  learn_shares();
  const OneThread one;
  const Matrix numbers = with_a_column(training.features.numbers);
  index_ = std::make_unique<faiss::IndexFlatL2>(static_cast<faiss::Index::idx_t>(numbers.columns));
  index_->add(static_cast<faiss::Index::idx_t>(numbers.rows), numbers.values.data());

  if (context.validation != nullptr && context.deadline.exists()) {
    const FeatureRows& validation = context.validation->features;
    const std::size_t block = std::min(kBlock / 4, validation.rows());
    Matrix out(validation.rows(), task_.outputs());
    const Stopwatch watch;
    if (block > 0) predict_block(validation, 0, block, out);
    const double expected = watch.seconds() * static_cast<double>(validation.rows()) / std::max<double>(1, block);
    if (expected > context.deadline.remaining()) {
      throw Error("There was no time to look for the nearest neighbours of all validation rows.");
    }
  }
  return {{"rows", target_.size()}};
}

void NearestNeighbours::learn_shares() {
  shares_.assign(task_.outputs(), 0.0);
  if (!task_.is_classification()) return;
  for (const double label : target_) shares_[static_cast<std::size_t>(label)] += 1.0;
  // One more row, evenly over all classes, for those that training does not have.
  const double rows = static_cast<double>(target_.size()) + 1.0;
  for (double& share : shares_) share = (share + 1.0 / static_cast<double>(shares_.size())) / rows;
}

Matrix NearestNeighbours::predict(const FeatureRows& features) const {
  const OneThread one;
  Matrix out(features.rows(), task_.outputs());
  for (std::size_t first = 0; first < out.rows; first += kBlock) {
    predict_block(features, first, std::min(kBlock, out.rows - first), out);
  }
  require_finite(out, kLabel);
  return out;
}

void NearestNeighbours::predict_block(const FeatureRows& features, std::size_t first, std::size_t count,
                                      Matrix& out) const {
  const auto k = static_cast<std::size_t>(k_);
  std::vector<float> distances(count * k);  // squared
  std::vector<faiss::Index::idx_t> found(count * k);
  const std::vector<float> nothing(count);
  const bool columns = features.numbers.columns > 0;
  index_->search(static_cast<faiss::Index::idx_t>(count), columns ? features.numbers.row(first).data() : nothing.data(),
                 k_, distances.data(), found.data());
  std::vector<double> weights(k);
  for (std::size_t i = 0; i < count; ++i) {
    const float* squared = distances.data() + i * k;
    const faiss::Index::idx_t* neighbours = found.data() + i * k;
    // Products of large rows may leave a distance just below zero, or zero where rows are not quite equal.
    const double softening = 1e-6 * (1.0 + std::max(0.0F, squared[k - 1]));
    double sum = 0.0;
    for (std::size_t j = 0; j < k; ++j) {
      weights[j] = by_distance_ ? 1.0 / std::sqrt(std::max(0.0F, squared[j]) + softening) : 1.0;
      sum += weights[j];
    }
    const std::span<float> row = out.row(first + i);
    if (task_.is_classification()) {
      // Weights of mean one, so that the shares of training count as one neighbour.
      const double total = static_cast<double>(k) + 1.0;
      std::vector<double> votes = shares_;
      for (std::size_t j = 0; j < k; ++j) {
        votes[static_cast<std::size_t>(target_[static_cast<std::size_t>(neighbours[j])])] +=
            weights[j] / sum * static_cast<double>(k);
      }
      for (std::size_t c = 0; c < row.size(); ++c) row[c] = static_cast<float>(votes[c] / total);
    } else {
      double value = 0.0;
      for (std::size_t j = 0; j < k; ++j) {
        value += weights[j] / sum * target_[static_cast<std::size_t>(neighbours[j])];
      }
      row[0] = static_cast<float>(value);
    }
  }
}

void NearestNeighbours::save(const std::filesystem::path& folder) const {
  faiss::write_index(index_.get(), (folder / "rows.faiss").c_str());
  write_facts(folder, {{"k", k_}, {"by_distance", by_distance_}, {"target", target_}});
}

void NearestNeighbours::load(const std::filesystem::path& folder, const Task& task) {
  task_ = task;
  const Json facts = read_facts(folder);
  k_ = facts.at("k");
  by_distance_ = facts.at("by_distance");
  facts.at("target").get_to(target_);
  learn_shares();
  const std::filesystem::path path = folder / "rows.faiss";
  std::unique_ptr<faiss::Index> index;
  try {
    index.reset(faiss::read_index(path.c_str()));
  } catch (const faiss::FaissException&) {
    // Falls through to the sentence below: FAISS's own names only its source line.
  }
  auto* flat = dynamic_cast<faiss::IndexFlatL2*>(index.get());
  if (flat == nullptr) throw InputError("The model file " + path.string() + " is damaged; fit the model again.");
  static_cast<void>(index.release());
  index_.reset(flat);
}

}  // namespace nascent
