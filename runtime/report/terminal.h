#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/run.h"
#include "report/request_table.h"
#include "report/run_description.h"
#include "report/second_series.h"
#include "report/text_layout.h"
#include "report/verdict.h"

namespace thresher::report {

/// What a person sees of a run: a live view redrawn in place, or plain lines when the output is no terminal, and the
/// report at the end. The texts are made by live_view.h and end_report.h; this class only knows when to show which, and
/// how to redraw. Events are written above the live view, which moves down and is never torn. Coordinator's thread.
class Terminal final : public engine::RunObserver {
 public:
  enum class Mode {
    live,   ///< redraws in place
    plain,  ///< a line every plain_interval
    quiet   ///< nothing but the verdict's line
  };
  struct Options {
    int descriptor = 1;
    Mode mode = Mode::plain;
    Look look;             ///< width and height of `live` are asked of the terminal before every frame
    bool verbose = false;  ///< also says when the run enters a phase
    Nanoseconds plain_interval = std::chrono::seconds(5);
  };
  /// `live` for a terminal that can move its cursor, in colour unless `no_color` or NO_COLOR; `plain` otherwise.
  static Options detect(int descriptor, bool quiet, bool no_color);

  /// `run` must outlive this.
  Terminal(const RunDescription& run, Options options);

  void on_event(const engine::RunEvent& event) override;
  void on_second(const engine::Snapshot& snapshot) override;
  void on_finish(const engine::Snapshot& snapshot) override;
  /// After all outputs are concluded: the verdict and where files went.
  void conclude(const engine::RunSummary& summary, const Verdict& verdict,
                const std::vector<std::filesystem::path>& files);

 private:
  void ask_size();
  /// Takes the last frame off the screen: what moves the cursor to where it began and clears from there.
  std::string erase_frame();
  void write(std::string_view text);

  const RunDescription& run_;
  Options options_;
  RecentRequests recent_{run_.elapsed_before};
  SecondSeries seconds_ = seconds_before(run_);
  std::vector<std::string> frame_;  ///< on the screen now, at the cursor's left
  Nanoseconds elapsed_{};           ///< of the last snapshot
  Nanoseconds plain_due_{};
  bool broken_ = false;  ///< nobody reads any more
};

/// Whether the locale of these environment variables (any may be null) shows more than ASCII. Unset ones say nothing:
/// yes.
bool locale_has_unicode(const char* lc_all, const char* lc_ctype, const char* lang);

}  // namespace thresher::report
