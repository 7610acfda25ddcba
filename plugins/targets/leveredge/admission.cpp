#include "admission.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "json.h"

namespace leveredge {

std::optional<thresher::Answer> Admission::refusal(std::chrono::nanoseconds now) {
  while (!ends_.empty() && ends_.top() <= now) ends_.pop();
  if (limits_.in_flight > 0 && ends_.size() >= limits_.in_flight)
    return problem(503, "The service is overloaded").with("Retry-After", "1");
  if (limits_.rate_per_s <= 0) return std::nullopt;
  const double elapsed_s = std::chrono::duration<double>(now - filled_).count();
  tokens_ = std::min(burst(), tokens_ + elapsed_s * limits_.rate_per_s);
  filled_ = now;
  if (tokens_ < 1) {
    const auto wait_s = static_cast<long>(std::ceil((1 - tokens_) / limits_.rate_per_s));
    return problem(429, "Rate limit exceeded").with("Retry-After", std::to_string(std::max(1L, wait_s)));
  }
  tokens_ -= 1;
  return std::nullopt;
}

void Admission::occupy(std::chrono::nanoseconds end) {
  if (limits_.in_flight > 0) ends_.push(end);
}

}  // namespace leveredge
