#pragma once

#include <string>

#include "nascent/core/files.h"
#include "nascent/replay/recorded_table.h"
#include "support/temporary_folder.h"

namespace nascent::testing {

/// Reads a table from its text.
inline RecordedTable table_of(const std::string& text, RecordedTableOptions options) {
  const TemporaryFolder folder;
  options.path = folder / "table.csv";
  write_file(options.path, text);
  return RecordedTable(options);
}

/// The message that reading it gives; empty when it can be read.
inline std::string complaint_about(const std::string& text, const RecordedTableOptions& options) {
  try {
    table_of(text, options);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

/// A full grid of 4 widths, 5 depths and 3 activations. The value is best (0) at width 32, depth 3, relu; the two seeds
/// lie at equal distances around it, the cost is the depth.
inline std::string grid_table() {
  std::string text = "width,depth,activation,seed0,seed1,seconds\n";
  const char* activations[] = {"tanh", "relu", "gelu"};
  for (int w = 0; w < 4; ++w)
    for (int d = 1; d <= 5; ++d)
      for (int a = 0; a < 3; ++a) {
        const int loss = (w - 2) * (w - 2) + (d - 3) * (d - 3) + (a == 1 ? 0 : 2);
        text += std::to_string(8 << w) + "," + std::to_string(d) + "," + activations[a] + "," +
                std::to_string(loss - 0.25) + "," + std::to_string(loss + 0.25) + "," + std::to_string(d) + "\n";
      }
  return text;
}

inline RecordedTableOptions grid_options() {
  return {.path = {}, .inputs = {"width", "depth", "activation"}, .objectives = {"seed0", "seed1"}};
}

/// Four curves of four epochs with different costs. By epoch, loss and seconds for each epoch:
///   a: 8 6 4 2, 1 s    b: 9 5 3 1, 2 s    c: 5 5 5 5, 1 s    d: 7 6 5 4, 3 s
/// So c looks best after one epoch, b and c after two, and b is the best.
inline std::string curve_table() {
  return "c,epoch,y,t\n"
         "a,1,8,1\na,2,6,2\na,3,4,3\na,4,2,4\n"
         "b,1,9,2\nb,2,5,4\nb,3,3,6\nb,4,1,8\n"
         "c,1,5,1\nc,2,5,2\nc,3,5,3\nc,4,5,4\n"
         "d,1,7,3\nd,2,6,6\nd,3,5,9\nd,4,4,12\n";
}

inline RecordedTableOptions curve_options() {
  return {.path = {}, .objectives = {"y"}, .fidelity = "epoch", .curve = "c", .elapsed = "t"};
}

inline Configuration named_curve(const std::string& name) {
  Configuration configuration;
  configuration.set("c", ChoiceValue{name, {}});
  return configuration;
}

}  // namespace nascent::testing
