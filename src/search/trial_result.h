#pragma once

#include <string>
#include <vector>

#include "nascent/estimation/scheduler.h"
#include "nascent/execution/job.h"
#include "nascent/trial/trial.h"

namespace nascent {

/// Turns the outcome of a trial's job into the trial's end: state, metrics, details and reason.
/// `told_to_stop_because` is what the search told it, empty if it told it nothing. When the job was stopped
/// nevertheless, its own deadline has done it.
/// A complete trial has a finite metric of every objective; a stopped one at least of the first.
void conclude(Trial& trial, const JobOutcome& outcome, const std::vector<Objective>& objectives,
              const std::string& told_to_stop_because);

/// Why a running trial is to stop after its newest report: an objective is not finite, or the scheduler says so; empty
/// if it goes on.
std::string why_to_stop(const Trial& trial, const std::vector<Objective>& objectives, Scheduler& scheduler);

/// Why a reported or resulting metric cannot be used: "NaN" or "infinite"; empty if it is finite.
std::string not_finite(double value);

}  // namespace nascent
