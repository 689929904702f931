#pragma once

#include <filesystem>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nascent/learner/learner.h"

/// XGBoost's C interface with owners and exceptions, and without its chatter. One thread each.
namespace nascent {

/// The features of rows, in XGBoost's layout: the numbers, then the codes as categories (a code of 0 as missing).
/// Move-only.
class XgboostRows {
 public:
  explicit XgboostRows(const FeatureRows& features);
  XgboostRows(XgboostRows&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  XgboostRows& operator=(XgboostRows&&) = delete;
  ~XgboostRows();

  void set_labels(std::span<const float> labels);
  void* handle() const { return handle_; }

 private:
  void* handle_ = nullptr;
};

/// A booster. Move-only. Every failure of the library throws `Error` with its message.
class XgboostModel {
 public:
  using Parameters = std::vector<std::pair<std::string, std::string>>;

  XgboostModel() = default;
  /// `cached`: rows that it will be asked about after every round; what the earlier trees say of them is kept.
  XgboostModel(const Parameters& parameters, std::initializer_list<const XgboostRows*> cached);
  XgboostModel(XgboostModel&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  XgboostModel& operator=(XgboostModel&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~XgboostModel();

  void set(const std::string& name, const std::string& value);
  /// One round of the objective.
  void update(int round, const XgboostRows& rows);
  /// One round for given first and second derivatives, rows x outputs.
  void update(const XgboostRows& rows, std::vector<float>& gradient, std::vector<float>& hessian);
  /// Keeps the first `rounds` rounds (of trees; linear boosters have none to keep).
  void truncate(int rounds);

  /// rows x outputs: what the objective makes of the sum of the trees (probabilities, the value), or the sum itself.
  Matrix predict(const XgboostRows& rows, bool sum = false) const;

  void save(const std::filesystem::path& path) const;
  void load(const std::filesystem::path& path);

 private:
  void* handle_ = nullptr;
};

}  // namespace nascent
