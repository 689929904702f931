#include "run/prediction_file.h"

#include <gtest/gtest.h>

#include "nascent/core/error.h"
#include "nascent/core/files.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

ValidationPredictions three_rows() {
  ValidationPredictions predictions{.rows = {1, 5, 9}, .values = Matrix(3, 2)};
  for (std::size_t i = 0; i < 6; ++i) predictions.values.values[i] = 0.125F * static_cast<float>(i);
  return predictions;
}

TEST(PredictionFile, SavedAndLoadedIsTheSame) {
  const testing::TemporaryFolder folder;
  save_predictions(folder / "p.bin", three_rows());
  const ValidationPredictions loaded = load_predictions(folder / "p.bin");
  EXPECT_EQ(loaded.rows, three_rows().rows);
  EXPECT_EQ(loaded.values.rows, 3U);
  EXPECT_EQ(loaded.values.columns, 2U);
  EXPECT_EQ(loaded.values.values, three_rows().values.values);
}

TEST(PredictionFile, EveryTruncationIsRefused) {
  const testing::TemporaryFolder folder;
  save_predictions(folder / "p.bin", three_rows());
  const std::string whole = read_file(folder / "p.bin");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_file_atomically(folder / "cut.bin", std::string_view(whole).substr(0, size));
    EXPECT_THROW(load_predictions(folder / "cut.bin"), InputError) << "cut to " << size << " bytes";
  }
}

TEST(PredictionFile, AHeaderThatClaimsMoreThanThereIsIsRefused) {
  const testing::TemporaryFolder folder;
  save_predictions(folder / "p.bin", three_rows());
  std::string bytes = read_file(folder / "p.bin");
  for (std::size_t i = 8; i < 16; ++i) bytes[i] = '\xff';  // the number of rows
  write_file_atomically(folder / "p.bin", bytes);
  EXPECT_THROW(load_predictions(folder / "p.bin"), InputError);
}

}  // namespace
}  // namespace nascent
