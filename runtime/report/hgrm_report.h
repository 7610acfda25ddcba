#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"
#include "metrics/histogram.h"
#include "report/output.h"

namespace thresher::report {

/// --hgrm: HdrHistogram's percentile distribution of the response time of iterations, for its plotter and everything
/// else that reads .hgrm files. Counted from the due time, so nothing the generator held back is missing.
class HgrmReport : public Output {
 public:
  static Result<std::unique_ptr<HgrmReport>> open(const std::filesystem::path& path);
};

/// The file's text; values in milliseconds, five steps to each halving of the distance to 100 %. Pure.
std::string hgrm_text(const metrics::Histogram& microseconds);

}  // namespace thresher::report
