#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace thresher::control {

/// What a run has told, kept for those who begin to watch later. Its size has an upper bound: see Server. One thread.
class Story {
 public:
  // JSON documents, as Server takes them.
  void begin(std::string description) { description_ = std::move(description); }
  void second(std::string digest, std::string point);
  void log(std::string line);

  /// The data of `begin`.
  std::string text() const;
  std::size_t points() const { return points_.size(); }

 private:
  std::string description_ = "null";
  std::string digest_;  ///< empty: nobody watched in the last second
  std::vector<std::string> points_;
  std::uint64_t seconds_ = 0;  ///< told so far
  std::uint64_t stride_ = 1;   ///< every how many of them have a point: a power of two
  std::deque<std::string> log_;
};

}  // namespace thresher::control
