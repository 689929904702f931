#pragma once

#include <memory>

#include "nascent/automl/fit.h"

namespace nascent::app {

/// Shows how a fit goes on, on standard error: a live view on a terminal, else a plain line now and then. Its
/// `interrupted` is Ctrl-C. `quiet`: shows nothing.
std::unique_ptr<FitObserver> make_progress_view(bool quiet);

}  // namespace nascent::app
