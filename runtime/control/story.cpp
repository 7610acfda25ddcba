#include "control/story.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "control/server.h"

namespace thresher::control {

void Story::second(std::string digest, std::string point) {
  digest_ = std::move(digest);
  if (seconds_++ % stride_ != 0) return;
  if (points_.size() == Server::kPoints) {  // even, so that what follows goes on at the same distances
    for (std::size_t i = 1; i < Server::kPoints / 2; ++i) points_[i] = std::move(points_[2 * i]);
    points_.resize(Server::kPoints / 2);
    stride_ *= 2;
  }
  points_.push_back(std::move(point));
}
static_assert(Server::kPoints % 2 == 0);

void Story::log(std::string line) {
  if (log_.size() == Server::kLogLines) log_.pop_front();
  log_.push_back(std::move(line));
}

std::string Story::text() const {
  return fmt::format(R"({{"run":{},"points":[{}],"second":{},"log":[{}]}})", description_, fmt::join(points_, ","),
                     digest_.empty() ? "null" : digest_, fmt::join(log_, ","));
}

}  // namespace thresher::control
