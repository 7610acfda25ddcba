#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace thresher::service {

/// Counts what became of the workflows of a stream load test, from its history line by line.
class StreamTally {
 public:
  /// Keeps at most so many execution ids and texts of errors; the counts go on.
  StreamTally(std::size_t most_ids, std::size_t most_errors) : most_ids_(most_ids), most_errors_(most_errors) {}

  /// One event of the history (plugins/validators/README.md). A line that is not JSON is passed over.
  void observe(std::string_view line);

  std::uint64_t submitted() const { return submitted_; }
  std::uint64_t succeeded() const { return succeeded_; }
  std::uint64_t failed() const { return failed_; }
  std::uint64_t accepted() const { return accepted_; }
  const std::vector<std::string>& execution_ids() const { return execution_ids_; }  ///< the first ones accepted
  const std::vector<std::string>& errors() const { return errors_; }

 private:
  void note_failure(std::string why);

  std::size_t most_ids_, most_errors_;
  std::uint64_t submitted_ = 0, succeeded_ = 0, failed_ = 0, accepted_ = 0;
  std::vector<std::string> execution_ids_, errors_;
};

}  // namespace thresher::service
