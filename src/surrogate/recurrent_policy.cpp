#include "surrogate/recurrent_policy.h"

#include <algorithm>
#include <cmath>

#include "nascent/core/error.h"
#include "nascent/core/random.h"

namespace nascent {
namespace {

using Eigen::Index;
using Eigen::VectorXd;
using Matrix = Eigen::Map<const Eigen::MatrixXd>;
using MutableMatrix = Eigen::Map<Eigen::MatrixXd>;
using Vector = Eigen::Map<const VectorXd>;
using MutableVector = Eigen::Map<VectorXd>;

constexpr double kFirstDecay = 0.9;
constexpr double kSecondDecay = 0.999;
constexpr double kAdamEpsilon = 1e-8;

VectorXd sigmoid(const VectorXd& x) { return (1.0 + (-x.array()).exp()).inverse(); }

VectorXd softmax(const VectorXd& logits) {
  const VectorXd weights = (logits.array() - logits.maxCoeff()).exp();
  return weights / weights.sum();
}

VectorXd log_softmax(const VectorXd& logits) {
  const double highest = logits.maxCoeff();
  return logits.array() - (highest + std::log((logits.array() - highest).exp().sum()));
}

}  // namespace

/// What one step computed, for the way back.
struct RecurrentStep {
  std::size_t action_before;
  std::size_t point;
  std::size_t option;
  VectorXd input;   // x
  VectorXd before;  // h
  VectorXd z, r, n;
  VectorXd carried;  // U_n h
  VectorXd state;    // h'
  VectorXd logits;
};

RecurrentPolicy::Trace::Trace(std::vector<RecurrentStep> steps) : steps_(std::move(steps)) {}
RecurrentPolicy::Trace::Trace(Trace&&) noexcept = default;
RecurrentPolicy::Trace::~Trace() = default;

double RecurrentPolicy::Trace::log_probability() const {
  double sum = 0.0;
  for (const RecurrentStep& step : steps_) sum += log_softmax(step.logits)[static_cast<Index>(step.option)];
  return sum;
}

double RecurrentPolicy::Trace::entropy() const {
  double sum = 0.0;
  for (const RecurrentStep& step : steps_) {
    const VectorXd log_p = log_softmax(step.logits);
    sum -= log_p.array().exp().matrix().dot(log_p);
  }
  return sum;
}

RecurrentPolicy::RecurrentPolicy(std::vector<Point> points, const RecurrentPolicyOptions& options, std::uint64_t seed)
    : points_(std::move(points)),
      hidden_(static_cast<Index>(options.hidden)),
      embedding_(static_cast<Index>(options.embedding)) {
  std::size_t kinds = 0;
  for (const Point& point : points_) kinds = std::max(kinds, point.kind + 1);
  std::vector<std::size_t> options_of_kind(kinds, 0);
  for (const Point& point : points_) {
    std::size_t& known = options_of_kind[point.kind];
    if (known != 0 && known != point.options) throw InternalError("decisions of one kind have different options");
    known = point.options;
  }
  std::size_t actions = 1;
  for (const std::size_t count : options_of_kind) {
    first_action_.push_back(actions);
    actions += count;
  }

  Index size = 0;
  const auto place = [&size](Index count) {
    const Index start = size;
    size += count;
    return start;
  };
  at_.actions = place(embedding_ * static_cast<Index>(actions));
  at_.kinds = place(embedding_ * static_cast<Index>(kinds));
  at_.input = place(3 * hidden_ * 2 * embedding_);
  at_.recurrent = place(3 * hidden_ * hidden_);
  const Index drawn = size;
  at_.bias = place(3 * hidden_);
  for (const std::size_t count : options_of_kind) at_.heads.push_back(place(static_cast<Index>(count) * hidden_));
  for (const Point& point : points_) at_.own.push_back(place(static_cast<Index>(point.options)));

  parameters_ = gradient_ = first_moment_ = second_moment_ = VectorXd::Zero(size);
  // Embeddings of unit length on average; matrices such that sums of products keep their variance (Glorot & Bengio).
  Random random(seed);
  for (Index i = 0; i < drawn; ++i) {
    double deviation = 1.0 / std::sqrt(static_cast<double>(embedding_));
    if (i >= at_.input) deviation = 1.0 / std::sqrt(static_cast<double>(2 * embedding_));
    if (i >= at_.recurrent) deviation = 1.0 / std::sqrt(static_cast<double>(hidden_));
    parameters_[i] = deviation * random.normal();
  }
}

RecurrentStep RecurrentPolicy::step(std::size_t action_before, std::size_t point, const VectorXd& state) const {
  const double* p = parameters_.data();
  const auto kind = static_cast<Index>(points_[point].kind);
  RecurrentStep memory{action_before, point, 0, VectorXd(2 * embedding_), state, {}, {}, {}, {}, {}, {}};
  memory.input << Vector(p + at_.actions + static_cast<Index>(action_before) * embedding_, embedding_),
      Vector(p + at_.kinds + kind * embedding_, embedding_);
  const VectorXd from_input =
      Matrix(p + at_.input, 3 * hidden_, 2 * embedding_) * memory.input + Vector(p + at_.bias, 3 * hidden_);
  const VectorXd from_state = Matrix(p + at_.recurrent, 3 * hidden_, hidden_) * state;
  memory.z = sigmoid(from_input.head(hidden_) + from_state.head(hidden_));
  memory.r = sigmoid(from_input.segment(hidden_, hidden_) + from_state.segment(hidden_, hidden_));
  memory.carried = from_state.tail(hidden_);
  memory.n = (from_input.tail(hidden_) + memory.r.cwiseProduct(memory.carried)).array().tanh();
  memory.state = memory.n + memory.z.cwiseProduct(state - memory.n);
  const auto options = static_cast<Index>(points_[point].options);
  memory.logits =
      Matrix(p + at_.heads[points_[point].kind], options, hidden_) * memory.state + Vector(p + at_.own[point], options);
  return memory;
}

RecurrentPolicy::Trace RecurrentPolicy::trace(std::span<const Step> steps) const {
  std::vector<RecurrentStep> passed;
  passed.reserve(steps.size());
  std::size_t before = 0;
  const VectorXd zero = VectorXd::Zero(hidden_);
  for (const Step& taken : steps) {
    passed.push_back(step(before, taken.point, passed.empty() ? zero : passed.back().state));
    passed.back().option = taken.option;
    before = action(taken);
  }
  return Trace(std::move(passed));
}

void RecurrentPolicy::add_gradient(const Trace& trace, double weight, double entropy) {
  const double* p = parameters_.data();
  double* g = gradient_.data();
  const Matrix input_weights(p + at_.input, 3 * hidden_, 2 * embedding_);
  const Matrix recurrent_weights(p + at_.recurrent, 3 * hidden_, hidden_);
  VectorXd to_state = VectorXd::Zero(hidden_);  // what later steps send back
  VectorXd gates(3 * hidden_);                  // of W x + b
  VectorXd recurrent(3 * hidden_);              // of U h
  for (std::size_t t = trace.steps_.size(); t-- > 0;) {
    const RecurrentStep& m = trace.steps_[t];
    const Point& point = points_[m.point];
    const auto options = static_cast<Index>(point.options);

    const VectorXd log_p = log_softmax(m.logits);
    const VectorXd q = log_p.array().exp();
    const double mean_log = q.dot(log_p);
    VectorXd to_logits = -weight * q - entropy * q.cwiseProduct((log_p.array() - mean_log).matrix());
    to_logits[static_cast<Index>(m.option)] += weight;
    const Index head = at_.heads[point.kind];
    MutableMatrix(g + head, options, hidden_).noalias() += to_logits * m.state.transpose();
    MutableVector(g + at_.own[m.point], options) += to_logits;
    to_state.noalias() += Matrix(p + head, options, hidden_).transpose() * to_logits;

    const VectorXd to_n = to_state.cwiseProduct((1.0 - m.z.array()).matrix());
    const VectorXd to_inner = to_n.cwiseProduct((1.0 - m.n.array().square()).matrix());
    const VectorXd to_z = to_state.cwiseProduct(m.before - m.n);
    const VectorXd to_r = to_inner.cwiseProduct(m.carried);
    gates.head(hidden_) = to_z.array() * m.z.array() * (1.0 - m.z.array());
    gates.segment(hidden_, hidden_) = to_r.array() * m.r.array() * (1.0 - m.r.array());
    gates.tail(hidden_) = to_inner;
    recurrent = gates;
    recurrent.tail(hidden_) = to_inner.cwiseProduct(m.r);

    MutableMatrix(g + at_.input, 3 * hidden_, 2 * embedding_).noalias() += gates * m.input.transpose();
    MutableMatrix(g + at_.recurrent, 3 * hidden_, hidden_).noalias() += recurrent * m.before.transpose();
    MutableVector(g + at_.bias, 3 * hidden_) += gates;
    const VectorXd to_input = input_weights.transpose() * gates;
    const Index action_row = at_.actions + static_cast<Index>(m.action_before) * embedding_;
    MutableVector(g + action_row, embedding_) += to_input.head(embedding_);
    MutableVector(g + at_.kinds + static_cast<Index>(point.kind) * embedding_, embedding_) += to_input.tail(embedding_);
    to_state = to_state.cwiseProduct(m.z).eval() + recurrent_weights.transpose() * recurrent;
  }
}

void RecurrentPolicy::ascend(double rate) {
  ++updates_;
  first_moment_ = kFirstDecay * first_moment_ + (1.0 - kFirstDecay) * gradient_;
  second_moment_ = kSecondDecay * second_moment_ + (1.0 - kSecondDecay) * gradient_.cwiseAbs2();
  const double first = 1.0 - std::pow(kFirstDecay, static_cast<double>(updates_));
  const double second = 1.0 - std::pow(kSecondDecay, static_cast<double>(updates_));
  parameters_.array() +=
      rate * (first_moment_.array() / first) / ((second_moment_.array() / second).sqrt() + kAdamEpsilon);
  gradient_.setZero();
}

RecurrentPolicy::Walk::Walk(const RecurrentPolicy& policy)
    : policy_(policy), state_(VectorXd::Zero(policy.hidden_)), action_(0) {}

const std::vector<double>& RecurrentPolicy::Walk::probabilities(std::size_t point, double temperature) {
  const RecurrentStep memory = policy_.step(action_, point, state_);
  state_ = memory.state;
  point_ = point;
  const VectorXd p = softmax(memory.logits / temperature);
  probabilities_.assign(p.data(), p.data() + p.size());
  return probabilities_;
}

void RecurrentPolicy::Walk::take(std::size_t option) { action_ = policy_.action({point_, option}); }

}  // namespace nascent
