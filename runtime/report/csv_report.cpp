#include "report/csv_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "report/csv_text.h"
#include "report/failure_table.h"
#include "report/line_writer.h"

namespace thresher::report {
namespace {

CsvRow new_row() { return CsvRow(CsvRow::Dialect::python); }

double milliseconds(double microseconds) { return microseconds / 1000; }
std::int64_t whole_milliseconds(std::int64_t microseconds) { return (microseconds + 500) / 1000; }

std::int64_t unix_seconds(const engine::Snapshot& snapshot) {
  return std::chrono::floor<std::chrono::seconds>(snapshot.wall).time_since_epoch().count();
}

void add_percentile_titles(CsvRow& row) {
  for (const double percentile : kPercentiles) row.field(percentile_title(percentile));
}

void add_percentiles(CsvRow& row, const metrics::Histogram& duration) {
  for (const double percentile : kPercentiles) {
    row.field(duration.count() == 0 ? "N/A"
                                    : std::to_string(whole_milliseconds(duration.value_at_percentile(percentile))));
  }
}

/// Locust's median is a whole number of milliseconds, except that rounding may not take it out of [min, max].
std::string median_text(const metrics::Histogram& duration) {
  const std::int64_t rounded = whole_milliseconds(duration.value_at_percentile(50)) * 1000;
  const std::int64_t median = std::clamp(rounded, duration.min(), duration.max());
  return median == rounded ? std::to_string(rounded / 1000) : python_float(milliseconds(static_cast<double>(median)));
}

/// Median, average, min, max, average content size: Locust's types, where "nothing yet" is an int and not a float.
void add_totals(CsvRow& row, const RequestRow& of) {
  const metrics::Histogram& duration = of.duration;
  const auto extreme = [](std::int64_t microseconds) {
    return microseconds == 0 ? std::string("0") : python_float(milliseconds(static_cast<double>(microseconds)));
  };
  row.field(median_text(duration)).field(python_float(milliseconds(duration.mean())));
  row.field(extreme(duration.min())).field(extreme(duration.max()));
  row.field(of.requests == 0 ? "0" : python_float(of.size_average()));
}

class CsvFiles final : public CsvReport {
 public:
  CsvFiles(Options options, LineWriter history, Nanoseconds elapsed_before)
      : options_(std::move(options)), history_(std::move(history)), recent_(elapsed_before) {
    history_.append(csv_history_header());
  }

  void on_second(const engine::Snapshot& snapshot) override { add_history(snapshot); }

  void on_finish(const engine::Snapshot& snapshot) override {
    if (unix_seconds(snapshot) != second_written_) add_history(snapshot);
    stats_ = csv_stats(make_request_table(*snapshot.totals, snapshot.elapsed));
    failures_ = csv_failures(*snapshot.totals);
    exceptions_ = csv_exceptions(*snapshot.totals);
  }

  Result<void> conclude(const engine::RunSummary&) override {
    Result<void> result = history_.close();
    for (const auto& [path, text] : {std::pair(path_of("stats"), &stats_), std::pair(path_of("failures"), &failures_),
                                     std::pair(path_of("exceptions"), &exceptions_)}) {
      Result<void> written = write_file(path, *text);
      if (!written && result) result = std::move(written);
    }
    return result;
  }

  std::vector<std::filesystem::path> files() const override {
    return {path_of("stats"), history_.path(), path_of("failures"), path_of("exceptions")};
  }

 private:
  std::filesystem::path path_of(std::string_view kind) const { return fmt::format("{}_{}.csv", options_.prefix, kind); }

  void add_history(const engine::Snapshot& snapshot) {
    second_written_ = unix_seconds(snapshot);
    recent_.second_passed(*snapshot.totals, snapshot.elapsed);
    history_.append(csv_history(snapshot, make_request_table(*snapshot.totals, snapshot.elapsed), recent_.table(),
                                options_.full_history));
    if (Result<void> flushed = history_.flush(); !flushed && !warned_) {
      warned_ = true;
      log::warn("{}", flushed.error().message);
    }
  }

  Options options_;
  LineWriter history_;
  RecentRequests recent_;
  std::int64_t second_written_ = 0;  // unix seconds: one row each
  bool warned_ = false;
  std::string stats_, failures_, exceptions_;
};

}  // namespace

Result<std::unique_ptr<CsvReport>> CsvReport::open(Options options, const RunDescription& run) {
  for (const char* kind : {"stats", "failures", "exceptions"}) {
    if (Result<void> writable = check_writable(fmt::format("{}_{}.csv", options.prefix, kind)); !writable) {
      return fail(std::move(writable.error()));
    }
  }
  Result<LineWriter> history = LineWriter::open(part_of(options.prefix + "_stats_history.csv", run.part));
  if (!history) return fail(std::move(history.error()));
  return std::make_unique<CsvFiles>(std::move(options), std::move(*history), run.elapsed_before);
}

std::string csv_stats(const RequestTable& table) {
  CsvRow row = new_row();
  for (const char* title :
       {"Type", "Name", "Request Count", "Failure Count", "Median Response Time", "Average Response Time",
        "Min Response Time", "Max Response Time", "Average Content Size", "Requests/s", "Failures/s"}) {
    row.field(title);
  }
  add_percentile_titles(row);
  std::string text = row.end();
  const auto add = [&text, &row](const RequestRow& of) {
    row.field(of.method).field(of.name).field(std::to_string(of.requests)).field(std::to_string(of.failures));
    add_totals(row, of);
    row.field(python_float(of.requests_per_s)).field(python_float(of.failures_per_s));
    add_percentiles(row, of.duration);
    text += row.end();
  };
  for (const RequestRow& of : table.rows) add(of);
  add(table.aggregated);
  return text;
}

std::string csv_failures(const metrics::Totals& totals) {
  CsvRow row = new_row();
  for (const char* title : {"Method", "Name", "Error", "Occurrences", "First Seen", "Last Seen"}) row.field(title);
  std::string text = row.end();
  const auto to_the_second = [](WallTime time) {
    return format_wall_time(std::chrono::floor<std::chrono::seconds>(time));
  };
  for (const FailureRow& of : make_failure_table(totals)) {
    row.field(of.method).field(of.name).field(of.error).field(std::to_string(of.occurrences));
    row.field(to_the_second(of.first_seen)).field(to_the_second(of.last_seen));
    text += row.end();
  }
  return text;
}

std::string csv_exceptions(const metrics::Totals& totals) {
  CsvRow row = new_row();
  for (const char* title : {"Count", "Message", "Traceback", "Nodes"}) row.field(title);
  std::string text = row.end();
  for (const metrics::ExceptionCount& of : totals.exceptions()) {
    row.field(std::to_string(of.count))
        .field(of.message)
        .field(of.traceback)
        .field("local");  // Locust's only node here
    text += row.end();
  }
  return text;
}

std::string csv_history_header() {
  CsvRow row = new_row();
  for (const char* title : {"Timestamp", "User Count", "Type", "Name", "Requests/s", "Failures/s"}) row.field(title);
  add_percentile_titles(row);
  for (const char* title :
       {"Total Request Count", "Total Failure Count", "Total Median Response Time", "Total Average Response Time",
        "Total Min Response Time", "Total Max Response Time", "Total Average Content Size"}) {
    row.field(title);
  }
  return row.end();
}

std::string csv_history(const engine::Snapshot& snapshot, const RequestTable& total, const RequestTable& recent,
                        bool full_history) {
  CsvRow row = new_row();
  std::string text;
  const auto add = [&](const RequestRow& of, const RequestRow* now) {
    static const RequestRow kNothing;
    const RequestRow& current = now == nullptr ? kNothing : *now;
    row.field(std::to_string(unix_seconds(snapshot)))
        .field(std::to_string(snapshot.users))
        .field(of.method)
        .field(of.name);
    row.field(fmt::format("{:f}", current.requests_per_s)).field(fmt::format("{:f}", current.failures_per_s));
    if (full_history && of.requests > 0 && current.requests == 0) {
      for ([[maybe_unused]] const double percentile : kPercentiles) row.field("0");  // Locust: quiet, but known
    } else {
      add_percentiles(row, full_history ? current.duration : of.duration);
    }
    row.field(std::to_string(of.requests)).field(std::to_string(of.failures));
    add_totals(row, of);
    text += row.end();
  };
  if (full_history) {
    for (const RequestRow& of : total.rows) add(of, recent.find(of.method, of.name));
  }
  add(total.aggregated, &recent.aggregated);
  return text;
}

}  // namespace thresher::report
