#include "tabular/xgboost_model.h"

#include <xgboost/c_api.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "nascent/core/error.h"
#include "nascent/core/json.h"

namespace nascent {

namespace {

void check(int status) {
  if (status == 0) return;
  // The first line is the message; a stack trace follows.
  const std::string message = XGBGetLastError();
  throw Error("XGBoost failed: " + message.substr(0, message.find('\n')));
}

/// XGBoost keeps its verbosity for each thread.
void be_silent() { check(XGBSetGlobalConfig(R"({"verbosity": 0})")); }

/// NumPy's description of an array, by which XGBoost takes its data.
std::string array_interface(const float* data, std::size_t rows, std::size_t columns) {
  return Json{{"data", {reinterpret_cast<std::uintptr_t>(data), true}},
              {"shape", {rows, columns}},
              {"typestr", "<f4"},
              {"version", 3}}
      .dump();
}

}  // namespace

XgboostRows::XgboostRows(const FeatureRows& features) {
  be_silent();
  const std::size_t rows = features.rows();
  const std::size_t numbers = features.numbers.columns;
  const std::size_t categories = features.categorical_columns();
  // XGBoost refuses a matrix without columns; one that never varies leaves it the mean.
  const std::size_t columns = std::max<std::size_t>(1, numbers + categories);
  const float* data = features.numbers.values.data();
  Matrix joined;
  if (columns != numbers) {
    joined = Matrix(rows, columns);
    for (std::size_t r = 0; r < rows; ++r) {
      std::copy_n(features.numbers.row(r).begin(), numbers, joined.row(r).begin());
      for (std::size_t c = 0; c < categories; ++c) {
        const std::int32_t code = features.codes[r * categories + c];
        joined(r, numbers + c) = code > 0 ? static_cast<float>(code - 1) : std::numeric_limits<float>::quiet_NaN();
      }
    }
    data = joined.values.data();
  }
  check(XGDMatrixCreateFromDense(array_interface(data, rows, columns).c_str(), R"({"missing": NaN, "nthread": 1})",
                                 &handle_));
  if (categories > 0) {
    std::vector<const char*> types(columns, "q");
    std::fill(types.begin() + static_cast<std::ptrdiff_t>(numbers), types.end(), "c");
    check(XGDMatrixSetStrFeatureInfo(handle_, "feature_type", types.data(), types.size()));
  }
}

XgboostRows::~XgboostRows() {
  if (handle_ != nullptr) XGDMatrixFree(handle_);
}

void XgboostRows::set_labels(std::span<const float> labels) {
  check(XGDMatrixSetFloatInfo(handle_, "label", labels.data(), labels.size()));
}

XgboostModel::XgboostModel(const Parameters& parameters, std::initializer_list<const XgboostRows*> cached) {
  be_silent();
  std::vector<DMatrixHandle> handles;
  for (const XgboostRows* rows : cached) {
    if (rows != nullptr) handles.push_back(rows->handle());
  }
  check(XGBoosterCreate(handles.data(), handles.size(), &handle_));
  set("verbosity", "0");
  set("nthread", "1");
  for (const auto& [name, value] : parameters) set(name, value);
}

XgboostModel::~XgboostModel() {
  if (handle_ != nullptr) XGBoosterFree(handle_);
}

void XgboostModel::set(const std::string& name, const std::string& value) {
  check(XGBoosterSetParam(handle_, name.c_str(), value.c_str()));
}

void XgboostModel::update(int round, const XgboostRows& rows) {
  check(XGBoosterUpdateOneIter(handle_, round, rows.handle()));
}

void XgboostModel::update(const XgboostRows& rows, std::vector<float>& gradient, std::vector<float>& hessian) {
  check(XGBoosterBoostOneIter(handle_, rows.handle(), gradient.data(), hessian.data(), gradient.size()));
}

void XgboostModel::truncate(int rounds) {
  BoosterHandle slice = nullptr;
  check(XGBoosterSlice(handle_, 0, rounds, 1, &slice));
  XGBoosterFree(handle_);
  handle_ = slice;
  set("nthread", "1");
}

Matrix XgboostModel::predict(const XgboostRows& rows, bool sum) const {
  const std::string config = Json{
      {"type", sum ? 1 : 0},
      {"training", false},
      {"iteration_begin", 0},
      {"iteration_end", 0},
      {"strict_shape", true}}.dump();
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* values = nullptr;
  check(XGBoosterPredictFromDMatrix(handle_, rows.handle(), config.c_str(), &shape, &dimensions, &values));
  Matrix out(shape[0], dimensions > 1 ? shape[1] : 1);
  std::copy_n(values, out.values.size(), out.values.begin());
  return out;
}

void XgboostModel::save(const std::filesystem::path& path) const { check(XGBoosterSaveModel(handle_, path.c_str())); }

void XgboostModel::load(const std::filesystem::path& path) {
  *this = XgboostModel({}, {});
  check(XGBoosterLoadModel(handle_, path.c_str()));
  set("nthread", "1");
}

}  // namespace nascent
