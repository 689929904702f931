#include "strategy/forest_rows.h"

namespace nascent {

std::vector<std::size_t> ForestRows::categories(const Configuration& any) const {
  std::vector<std::size_t> counts;
  for (const Dimension& dimension : encoding_.dimensions())
    counts.push_back(dimension.is_numeric() ? 0 : static_cast<std::size_t>(dimension.categories()) + 1);
  if (space_.traits().features) counts.resize(counts.size() + space_.traits().features(any).size(), 0);
  return counts;
}

std::vector<float> ForestRows::row(const Configuration& configuration) const {
  const EncodedPoint point = encoding_.encode(configuration);
  std::vector<float> row;
  row.reserve(point.values.size());
  for (std::size_t d = 0; d < point.values.size(); ++d) {
    const Dimension& dimension = encoding_.dimensions()[d];
    const double range = dimension.high - dimension.low;
    if (!dimension.is_numeric()) {
      row.push_back(static_cast<float>(point.active[d] ? point.values[d] : range + 1.0));
    } else if (!point.active[d]) {
      row.push_back(-1.0f);
    } else {
      row.push_back(range > 0.0 ? static_cast<float>((point.values[d] - dimension.low) / range) : 0.0f);
    }
  }
  if (space_.traits().features)
    for (const double feature : space_.traits().features(configuration)) row.push_back(static_cast<float>(feature));
  return row;
}

}  // namespace nascent
