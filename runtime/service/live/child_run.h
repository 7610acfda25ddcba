#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "event/process.h"
#include "service/live/child_runs.h"

namespace thresher::service {

/// One of ChildRuns' processes, and the last of what it printed.
class ChildRun final : private event::ProcessEvents {
 public:
  static constexpr std::size_t kMostKept = std::size_t{64} << 10;  ///< bytes of what it printed

  ChildRun(ChildRuns& owner, ChildRuns::Started started) : owner_(owner), started_(std::move(started)) {}

  Result<void> launch(event::Loop& loop, const event::ProcessOptions& options);

  event::Process& process() { return *process_; }
  bool starting() const { return static_cast<bool>(started_); }
  /// It could not be launched.
  void refuse(Error error) { std::exchange(started_, nullptr)(fail(std::move(error))); }
  /// Its id is known: `started_` is told, once.
  void found(const std::string& id);

  std::string id;  ///< empty: not yet known
  bool at_terminal = false;
  std::filesystem::path report_folder;  ///< empty: none of our making
  std::function<void(const event::ProcessEnd&)> on_end;

 private:
  void on_process_bytes(event::ProcessStream stream, std::string_view bytes) override;
  void on_process_stream_end(event::ProcessStream) override {}
  void on_process_end(const event::ProcessEnd& end) override;

  void tell_lines(std::string_view bytes);
  bool left_a_report() const;
  std::string recorded_id() const;
  std::string last_words(const event::ProcessEnd& end) const;

  ChildRuns& owner_;
  ChildRuns::Started started_;
  std::string output_, errors_;  ///< the last of both
  std::string line_;             ///< of the errors, begun and not ended
  std::unique_ptr<event::Process> process_;
};

}  // namespace thresher::service
