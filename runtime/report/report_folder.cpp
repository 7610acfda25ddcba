#include "report/report_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "report/csv_report.h"
#include "report/end_report.h"
#include "report/html_report.h"
#include "report/line_writer.h"
#include "report/live_view.h"
#include "report/verdict.h"
#include "report/warning_signs.h"

namespace thresher::report {
namespace {

/// A wide page without colours: a log is read in a pager or searched.
constexpr Look kLogLook{.width = 160, .height = 50, .color = false, .unicode = true, .time_unit = TimeUnit::automatic};

class RunLog final : public Output {
 public:
  RunLog(LineWriter lines, const RunDescription& run) : run_(run), lines_(std::move(lines)) {
    note(run.created, reproduction_of(run));
    lines_.append(run.plan->text() + "\n");
  }

  void on_event(const engine::RunEvent& event) override {
    note(event.wall, event.text);
    flush();
  }

  void on_second(const engine::Snapshot& snapshot) override {
    recent_.second_passed(*snapshot.totals, snapshot.elapsed);
    seconds_.add(snapshot);
    if (snapshot.elapsed < due_) return;
    due_ = snapshot.elapsed + kInterval;
    const RequestTable total = make_request_table(*snapshot.totals, snapshot.elapsed), recent = recent_.table();
    const LiveState state{.run = run_, .snapshot = snapshot, .total = total, .recent = recent};
    note(snapshot.wall, render_plain(state, kLogLook));
    flush();
  }

  void on_finish(const engine::Snapshot& snapshot) override {
    lines_.append(render_figures(run_, snapshot, kLogLook));
    lines_.append(render_warnings(warning_signs(*run_.plan, snapshot, seconds_), kLogLook));
    facts_ = facts_of(snapshot, run_.judgement);
  }

  Result<void> conclude(const engine::RunSummary& summary) override {
    lines_.append(render_conclusion(run_, summary, judge(facts_, summary), {}, kLogLook));
    return lines_.close();
  }

  std::vector<std::filesystem::path> files() const override { return {lines_.path()}; }

 private:
  static constexpr Nanoseconds kInterval = std::chrono::seconds(10);

  void note(WallTime at, std::string_view text) {
    for (const std::string& line : split(text, "\n"))
      lines_.append(
          fmt::format("{} {}\n", format_wall_time(std::chrono::floor<std::chrono::milliseconds>(at)), printable(line)));
  }

  void flush() {
    if (const Result<void> flushed = lines_.flush(); !flushed && !std::exchange(warned_, true))
      log::warn("{}", flushed.error().message);
  }

  const RunDescription& run_;
  LineWriter lines_;
  RecentRequests recent_{run_.elapsed_before};
  SecondSeries seconds_ = seconds_before(run_);
  RunFacts facts_;
  Nanoseconds due_{};
  bool warned_ = false;
};

class Folder final : public ReportFolder {
 public:
  explicit Folder(std::vector<std::unique_ptr<Output>> parts) : parts_(std::move(parts)) {}

  void on_event(const engine::RunEvent& event) override {
    for (const auto& part : parts_) part->on_event(event);
  }
  void on_second(const engine::Snapshot& snapshot) override {
    for (const auto& part : parts_) part->on_second(snapshot);
  }
  void on_finish(const engine::Snapshot& snapshot) override {
    for (const auto& part : parts_) part->on_finish(snapshot);
  }

  Result<void> conclude(const engine::RunSummary& summary) override {
    Result<void> first;
    for (const auto& part : parts_)
      if (Result<void> concluded = part->conclude(summary); !concluded && first) first = std::move(concluded);
    return first;
  }

  std::vector<std::filesystem::path> files() const override {
    std::vector<std::filesystem::path> all;
    for (const auto& part : parts_)
      for (std::filesystem::path& file : part->files()) all.push_back(std::move(file));
    return all;
  }

 private:
  std::vector<std::unique_ptr<Output>> parts_;
};

}  // namespace

Result<std::unique_ptr<ReportFolder>> ReportFolder::open(const std::filesystem::path& folder,
                                                         const RunDescription& run) {
  const std::string stem = report_stem(run);
  std::vector<std::unique_ptr<Output>> parts;
  auto page = HtmlReport::open(folder / (stem + ".html"), run);
  if (!page) return fail(std::move(page.error()));
  parts.push_back(std::move(*page));
  auto tables = CsvReport::open({.prefix = (folder / stem).string()}, run);
  if (!tables) return fail(std::move(tables.error()));
  parts.push_back(std::move(*tables));
  auto lines = LineWriter::open(logs_folder_of(folder) / (stem + ".log"));
  if (!lines) return fail(std::move(lines.error()));
  parts.push_back(std::make_unique<RunLog>(std::move(*lines), run));
  return std::make_unique<Folder>(std::move(parts));
}

std::string report_stem(const RunDescription& run) {
  const profile::Plan& plan = *run.plan;
  std::string stem = !plan.profile.empty()     ? plan.profile
                     : !plan.scenarios.empty() ? plan.catalogue[plan.scenarios.front().scenario].name
                                               : "run";
  const auto fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.'; };
  std::replace_if(
      stem.begin(), stem.end(), [&fits](char c) { return !fits(static_cast<unsigned char>(c)); }, '_');
  if (stem.starts_with('.')) stem.front() = '_';  // it would be hidden
  std::string digits;
  for (const char c : format_wall_time(std::chrono::floor<std::chrono::seconds>(run.created)))
    if (c == 'T')
      digits += '_';
    else if (std::isdigit(static_cast<unsigned char>(c)) != 0)
      digits += c;
  return fmt::format("{}_{}", stem, digits);
}

std::filesystem::path logs_folder_of(const std::filesystem::path& folder) {
  std::filesystem::path named = folder.lexically_normal();
  if (!named.has_filename()) named = named.parent_path();  // it ended with a slash
  const std::filesystem::path name = named.filename();
  if (name.empty() || name == "." || name == "..") return folder / "logs";
  return named.parent_path() / "logs";
}

}  // namespace thresher::report
