#include "cli/reports.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/plugin_output.h"
#include "report/csv_report.h"
#include "report/hgrm_report.h"
#include "report/history_report.h"
#include "report/html_report.h"
#include "report/json_report.h"
#include "report/junit_report.h"
#include "report/report_folder.h"
#include "report/sample_output.h"
#include "report/summary_export.h"
#include "report/trend_stats.h"

namespace thresher::cli {

namespace {

const plugin::OutputType* output_called(const plugin::Registry& plugins, std::string_view name) {
  for (const plugin::OutputType* type : plugins.outputs())
    if (type->name() == name) return type;
  return nullptr;
}

}  // namespace

Result<Reports> Reports::open(const RunOptions& options, const plugin::Registry& plugins,
                              const report::RunDescription& run) {
  Reports opened;
  std::optional<Error> problem;
  const auto take = [&](auto output) {
    if (output)
      opened.outputs_.push_back(std::move(*output));
    else if (!problem)
      problem = std::move(output.error());
  };

  if (options.csv)
    take(report::CsvReport::open({.prefix = *options.csv, .full_history = options.csv_full_history}, run));
  if (options.html) take(report::HtmlReport::open(*options.html, run));
  if (options.json) take(report::JsonReport::open(*options.json, run));
  if (options.junit) take(report::JunitReport::open(*options.junit, run));
  if (options.report_dir) take(report::ReportFolder::open(*options.report_dir, run));
  if (options.hgrm) take(report::HgrmReport::open(*options.hgrm));
  if (options.summary_export) {
    const std::string list = options.trend_stats.empty() ? std::string(report::kTrendStatsDefault)
                                                         : fmt::format("{}", fmt::join(options.trend_stats, ","));
    auto stats = report::parse_trend_stats(list);
    if (!stats) return fail(std::move(stats.error()));
    take(report::SummaryExport::open({.path = *options.summary_export, .trend_stats = std::move(*stats)}));
  }
  if (options.history) take(report::HistoryReport::open(*options.history, run));
  for (const std::string& out : options.outputs) {
    const std::size_t equals = out.find('=');
    if (const plugin::OutputType* type = output_called(plugins, std::string_view(out).substr(0, equals)))
      take(open_plugin_output(*type, equals == std::string::npos ? "{}" : out.substr(equals + 1), run));
    else
      take(report::SampleOutput::open(out, run));
  }
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
