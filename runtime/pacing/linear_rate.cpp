#include "pacing/linear_rate.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace thresher::pacing {
namespace {

/// Beyond this a double no longer counts one by one; no machine gets there.
constexpr double kMostArrivals = 0x1p53;

}  // namespace

LinearRate::LinearRate(double start_per_s, double end_per_s, Nanoseconds duration, double owed)
    : start_(start_per_s), slope_((end_per_s - start_per_s) / to_seconds(duration)), owed_(owed), duration_(duration) {
  assert(start_per_s >= 0 && end_per_s >= 0 && duration > Nanoseconds::zero());
  assert(-0.5 <= owed && owed < 0.5);
}

double LinearRate::area() const {
  const double seconds = to_seconds(duration_);
  return std::max(0.0, seconds * (start_ + slope_ * seconds / 2));
}

Nanoseconds LinearRate::reach(double area) const {
  const double root =
      std::sqrt(std::max(0.0, start_ * start_ + 2 * slope_ * area));  // max: rounding at a ramp's very end
  const double ns = 1e9 * 2 * area / (start_ + root);
  // Not less also holds for the 0/0 of an area nobody reaches at rate 0.
  if (!(ns < static_cast<double>(duration_.count()))) return area > 0 ? duration_ : Nanoseconds::zero();
  return Nanoseconds{std::llround(ns)};
}

double LinearRate::rate_at(Nanoseconds offset) const { return std::max(0.0, start_ + slope_ * to_seconds(offset)); }

std::int64_t LinearRate::arrivals() const {
  // Written as a difference: 0.49999999999999994 + 0.5 would round to 1, and an arrival be due that no later stage
  // expects.
  return static_cast<std::int64_t>(std::min(std::floor(area() + owed_ - 0.5) + 1, kMostArrivals));
}

Nanoseconds LinearRate::due(std::int64_t n) const {
  assert(1 <= n && n <= arrivals());
  return reach(std::max(0.0, static_cast<double>(n) - 0.5 - owed_));
}

double LinearRate::left_over() const {
  return std::clamp(area() + owed_ - static_cast<double>(arrivals()), -0.5, std::nextafter(0.5, 0.0));
}

}  // namespace thresher::pacing
