#include "cli/reports.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "report/csv_report.h"
#include "report/hgrm_report.h"
#include "report/json_report.h"
#include "report/sample_output.h"
#include "report/summary_export.h"
#include "report/trend_stats.h"

namespace thresher::cli {

Result<Reports> Reports::open(const RunOptions& options, const report::RunDescription& run) {
  Reports opened;
  std::optional<Error> problem;
  const auto take = [&](auto output) {
    if (output)
      opened.outputs_.push_back(std::move(*output));
    else if (!problem)
      problem = std::move(output.error());
  };

  if (options.csv) take(report::CsvReport::open({.prefix = *options.csv, .full_history = options.csv_full_history}));
  if (options.json) take(report::JsonReport::open(*options.json, run));
  if (options.hgrm) take(report::HgrmReport::open(*options.hgrm));
  if (options.summary_export) {
    const std::string list = options.trend_stats.empty() ? std::string(report::kTrendStatsDefault)
                                                         : fmt::format("{}", fmt::join(options.trend_stats, ","));
    auto stats = report::parse_trend_stats(list);
    if (!stats) return fail(std::move(stats.error()));
    take(report::SummaryExport::open({.path = *options.summary_export, .trend_stats = std::move(*stats)}));
  }
  for (const std::string& out : options.outputs) take(report::SampleOutput::open(out, run));
  if (problem) return fail(std::move(*problem));
  return opened;
}

void Reports::observe(engine::Run& run) const {
  for (const auto& output : outputs_) run.observe(*output);
}

Result<void> Reports::conclude(const engine::RunSummary& summary) const {
  Result<void> first;
  for (const auto& output : outputs_)
    if (auto concluded = output->conclude(summary); !concluded && first) first = std::move(concluded);
  return first;
}

std::vector<std::filesystem::path> Reports::files() const {
  std::vector<std::filesystem::path> all;
  for (const auto& output : outputs_)
    for (std::filesystem::path& file : output->files()) all.push_back(std::move(file));
  return all;
}

}  // namespace thresher::cli
