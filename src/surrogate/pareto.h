#pragma once

#include <cstddef>
#include <span>
#include <vector>

/// Several losses at once: which points are better, how they spread, and how much they achieve together. Every loss is
/// finite, less is better, and all points have the same number of them.
namespace nascent {

using LossVector = std::vector<double>;

/// The front of each point, from 0: front 0 holds the points that no other dominates, front k those that only points of
/// fronts before k dominate. Equal points share a front. One or two losses take O(n log n) (Jensen, IEEE TEC 2003),
/// more take between O(n log n) and O(m n²) (efficient non-dominated sort with binary search, Zhang et al., IEEE TEC
/// 2015).
std::vector<std::size_t> non_dominated_ranks(std::span<const LossVector> points);

/// The places of the points that no other dominates, in the order given.
std::vector<std::size_t> non_dominated(std::span<const LossVector> points);

/// How lonely each point of one front is: the sum over the losses of the distance between its two neighbours, as a
/// share of the front's range. Infinite at the ends of each loss (one point at each end). O(m n log n). Deb, Pratap,
/// Agarwal, Meyarivan: A fast and elitist multiobjective genetic algorithm. IEEE TEC 2002.
std::vector<double> crowding_distances(std::span<const LossVector> front);

/// The places of the points by front, in a front the loneliest first, then in the order given: the order in which
/// NSGA-II lets them survive.
std::vector<std::size_t> order_by_fronts(std::span<const LossVector> points);

/// The exact volume that lies between the points and `reference`: of all that at least one point dominates and that
/// dominates the reference. Points that are not better than it in every loss add nothing. O(n log n) for two and three
/// losses (a sweep over a staircase; Beume et al., IEEE TEC 2009), by WFG (While, Bradstreet, Barone, IEEE TEC 2012)
/// for more: exponential in the number of losses in the worst case, fast for hundreds of points of up to six.
double hypervolume(std::span<const LossVector> points, const LossVector& reference);

/// For each point the part of the hypervolume that would be lost without it; 0 for dominated and for equal points.
std::vector<double> hypervolume_contributions(std::span<const LossVector> points, const LossVector& reference);

}  // namespace nascent
