#pragma once

#include "nascent/trial/trial.h"

/// The axes along which a fit can give a candidate less than the full evaluation (`Trial::fidelity`).
namespace nascent {

/// Passes over the training images.
inline constexpr const char* kEpochsAxis = "epochs";
/// The share of the training rows or images, above 0 and up to 1.
inline constexpr const char* kDataAxis = "data";
/// Images: the share of their height and width, above 0 and up to 1.
inline constexpr const char* kResolutionAxis = "resolution";
/// Networks: the share of their filters, or units of dense layers.
inline constexpr const char* kFiltersAxis = "filters";
/// Networks of cells: the share of the cells in each stage.
inline constexpr const char* kCellsAxis = "cells";
/// Boosted trees and forests: at most so many trees. Other families get all.
inline constexpr const char* kTreesAxis = "trees";
/// Designed networks: 1 for a score with the weights that all networks share (`Supernet`), without a training.
inline constexpr const char* kSharedAxis = "shared_weights";

/// Where a trial's details keep its zero-cost score, if candidates are thinned by one.
inline constexpr const char* kScoreBeforeTraining = "score_before_training";

/// The share of the whole that a fidelity gives on an axis of shares; 1 where it does not name it.
double share_on(const Fidelity& fidelity, const char* axis);

/// Pixels of a side of the images that a trial of this fidelity learns from, of so many in the data.
int scaled_side(const Fidelity& fidelity, int pixels);

}  // namespace nascent
