#pragma once

#include "nascent/core/deadline.h"

namespace nascent {

/// How far a training is, from 0 to 1: by the share of the work done or by the share of the time used, whichever is
/// larger. So a schedule that follows it always completes, and completes before the deadline.
class Progress {
 public:
  /// `work`: what is to be done in all (samples, steps); infinity if only the time counts. `seconds`: what may be used.
  Progress(double work, double seconds) : work_(work), seconds_(seconds) {}
  double at(double work_done, double seconds_used) const;

 private:
  double work_;
  double seconds_;
};

/// The learning rate relative to its peak: rises linearly from a tenth over the first `warm_up` of the training and
/// falls to zero along half a cosine (Loshchilov & Hutter 2017; one cycle of Smith 2018).
double one_cycle(double progress, double warm_up = 0.15);

/// The peak after a warm-up over the first fiftieth of the training, then half a cosine down to zero.
double cosine(double progress);

/// (1 - cos(2 pi log2(1 + 15 t))) / 2: four cycles of growing length, each from zero to the peak and back (Holzmueller
/// et al. 2024, "Better by default"). Ends at zero.
double coslog4(double progress);

/// 1 for the first half, then half a cosine to zero (Holzmueller et al. 2024): for dropout and weight decay.
double flat_cosine(double progress);

}  // namespace nascent
