#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "report/output.h"
#include "report/run_description.h"
#include "report/second_series.h"

namespace thresher::report {

/// --html FILE: a page that holds all it needs and asks nobody for anything. What the run says of itself comes first,
/// then Locust's sections in its order. Its policy (CSP) allows the page's own scripts and styles by their hashes and
/// nothing else, so that even a text that slipped through unescaped could not run.
class HtmlReport : public Output {
 public:
  /// `run` must outlive the report.
  static Result<std::unique_ptr<HtmlReport>> open(const std::filesystem::path& path, const RunDescription& run);
};

/// The page's text. Pure.
std::string html_report_text(const RunDescription& run, const engine::Snapshot& snapshot, const SecondSeries& seconds,
                             const engine::RunSummary& summary);

}  // namespace thresher::report
