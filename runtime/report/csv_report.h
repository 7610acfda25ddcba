#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "report/output.h"
#include "report/request_table.h"
#include "report/run_description.h"

namespace thresher::report {

/// Locust's four files (CONVENTIONS): PREFIX_stats.csv, PREFIX_failures.csv and PREFIX_exceptions.csv written at the
/// end, PREFIX_stats_history.csv line by line as the run goes.
class CsvReport : public Output {
 public:
  struct Options {
    std::string prefix;         ///< "out/aria"
    bool full_history = false;  ///< --csv-full-history: a row per endpoint each second, before the Aggregated one
  };
  static Result<std::unique_ptr<CsvReport>> open(Options options, const RunDescription& run);
};

/// The files' texts. Pure.
std::string csv_stats(const RequestTable& table);
std::string csv_failures(const metrics::Totals& totals);
std::string csv_exceptions(const metrics::Totals& totals);
std::string csv_history_header();
/// The rows of one second. Requests/s and Failures/s are of the last ten seconds. So are the percentiles with
/// `full_history`; without it they are of the whole run: that is what Locust writes, and charts made for its files
/// expect.
std::string csv_history(const engine::Snapshot& snapshot, const RequestTable& total, const RequestTable& recent,
                        bool full_history);

}  // namespace thresher::report
