#pragma once

#include <cstdint>

namespace thresher::engine {

/// How many of the numbers 0 .. count-1 belong to a worker when number i lives on worker i mod `workers`.
constexpr std::uint64_t share_of(std::uint64_t count, unsigned worker, unsigned workers) {
  return count / workers + (worker < count % workers ? 1 : 0);
}

/// A worker's part of `total` iterations shared by `users` users: in proportion to the users it has, so that every user
/// has about the same to do. Cut at the cumulated number of users, so that the parts add up to the total exactly.
constexpr std::uint64_t share_by_users(std::uint64_t total, std::uint64_t users, unsigned worker, unsigned workers) {
  if (users == 0) return 0;
  std::uint64_t before = 0;
  for (unsigned i = 0; i < worker; ++i) before += share_of(users, i, workers);
  const std::uint64_t after = before + share_of(users, worker, workers);
  const auto cut = [&](std::uint64_t n) { return total / users * n + total % users * n / users; };
  return cut(after) - cut(before);
}

}  // namespace thresher::engine
