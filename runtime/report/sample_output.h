#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "report/output.h"
#include "report/run_description.h"

namespace thresher::report {

/// Every sample of a run in k6's formats: --out json=FILE[.gz], --out csv=FILE[.gz], --out ndjson=-. The Recorder must
/// keep samples for it. Lines reach the disk once a second.
class SampleOutput : public Output {
 public:
  enum class Format { json, csv };
  /// `path` "-" is standard output. `run` gives the wall time of the samples' time points and must outlive the output.
  static Result<std::unique_ptr<SampleOutput>> open(Format format, const std::filesystem::path& path,
                                                    const RunDescription& run);
  /// Reads the value of --out: "json=FILE", "csv=FILE", "ndjson=-". The error names the outputs there are.
  static Result<std::unique_ptr<SampleOutput>> open(std::string_view out, const RunDescription& run);

  virtual bool is_standard_output() const = 0;
};

/// Turns samples into lines; one per output, since a metric is introduced before its first point.
class SampleFormatter {
 public:
  virtual ~SampleFormatter() = default;
  virtual std::string header() const = 0;  ///< what stands at the top of the file, perhaps nothing
  /// Adds the sample's line(s) to `text`. `thresholds` introduces metrics with theirs.
  virtual void add(std::string& text, const metrics::Totals::ResolvedSample& sample, WallTime at,
                   const std::vector<metrics::ThresholdVerdict>& thresholds) = 0;
};

/// A `Metric` line before a metric's first `Point`. A key that stands several times among the tags (a task's `tag`s)
/// has its values joined by commas, since a JSON object names each key once.
std::unique_ptr<SampleFormatter> make_json_samples();
/// k6's columns; unix seconds; other tags as extra_tags "a=1&b=2".
std::unique_ptr<SampleFormatter> make_csv_samples();

}  // namespace thresher::report
