#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace thresher::report {

/// The file that part `part` of a run writes line by line: `path` for the first, "login-part2.csv" for the second of
/// "login.csv"; standard output stays what it is.
std::filesystem::path part_of(const std::filesystem::path& path, unsigned part);

/// Appends whole lines to a file, or to standard output for "-". Lines gather until flush(), which hands all of them to
/// the system in one write: called once a second, a kill loses at most that second, and never half a line. A path
/// ending in .gz is compressed; every flush ends a deflate block, so that what is on disk can always be read back. Not
/// thread-safe.
class LineWriter {
 public:
  /// Replaces an existing file; makes missing folders. The error names the path and the system's reason.
  static Result<LineWriter> open(const std::filesystem::path& path);
  LineWriter(LineWriter&&) noexcept;
  LineWriter& operator=(LineWriter&&) noexcept;
  ~LineWriter();  ///< closes; an error is lost, so close() first

  /// `lines` ends with its line end. After a failed write nothing more is kept or written.
  void append(std::string_view lines);
  /// The first error there ever was, again and again.
  Result<void> flush();
  Result<void> close();

  bool is_standard_output() const;
  const std::filesystem::path& path() const;

 private:
  struct State;
  explicit LineWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace thresher::report
