#include "cli/sweep/sweep_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/commands.h"

namespace thresher::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string shown(const std::optional<double>& value, const char* format) {
  return value ? fmt::format(fmt::runtime(format), *value) : "-";
}

std::string word_of(const SweepReport::Row& row) {
  if (row.outcome) return row.outcome->verdict;
  switch (row.status) {
    case store::WorkStatus::in_progress:
      return "running";
    case store::WorkStatus::pending:
      return row.attempts > 0 ? "again" : "waits";
    default:
      return "LOST";
  }
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

/// What a person asks of one that has no figures.
std::string remark_of(const SweepReport::Row& row) {
  if (row.outcome) return row.outcome->verdict == "ERROR" ? row.outcome->text : "";
  if (row.status == store::WorkStatus::in_progress) return "held by " + row.holder;
  return row.error;
}

}  // namespace

Result<SweepReport> sweep_report_of(store::RecoveryStore& kit, const Sweep& sweep) {
  SweepReport report{.name = sweep.name, .rows = {}};
  for (const SweepItem& item : sweep.items) {
    SweepReport::Row row{.item = &item, .holder = {}, .error = {}, .outcome = {}};
    const auto work = kit.queue().get(item.id);
    if (!work && work.error().code != ErrorCode::not_found) return fail(Error(work.error()));
    if (work) {
      row.status = work->status;
      row.holder = work->lease_holder.value_or("");
      row.attempts = static_cast<int>(work->fence);
      row.error = work->error.value_or("");
      if (work->output) {
        auto outcome = read_sweep_outcome(*work->output);
        if (!outcome) return fail(std::move(outcome.error()));
        row.outcome = std::move(*outcome);
      }
    }
    if (row.outcome)
      ++(row.outcome->exit_code == kExitFine ? report.passed : report.not_passed);
    else if (row.status == store::WorkStatus::pending || row.status == store::WorkStatus::in_progress)
      ++report.open;
    else
      ++report.not_passed;
    report.rows.push_back(std::move(row));
  }
  auto statuses = kit.queue().statuses(sweep.name);
  if (!statuses) return fail(std::move(statuses.error()));
  for (const SweepItem& item : sweep.items) statuses->erase(item.id);
  report.others = statuses->size();
  return report;
}

std::string sweep_text(const SweepReport& report, std::size_t width) {
  constexpr std::size_t kFigures = 62;  // columns after the name
  std::size_t longest = 4;
  for (const SweepReport::Row& row : report.rows) longest = std::max(longest, row.item->label.size());
  const std::size_t name =
      std::clamp(longest, std::size_t{12}, std::max(std::size_t{12}, width - std::min(width, kFigures)));
  std::string text = fmt::format("{:<{}}  {:<9} {:>4} {:>9} {:>7} {:>9} {:>8} {:>8}\n", "run", name, "verdict", "exit",
                                 "requests", "failed", "rate/s", "p50 ms", "p95 ms");
  for (const SweepReport::Row& row : report.rows) {
    const SweepOutcome none;
    const SweepOutcome& outcome = row.outcome ? *row.outcome : none;
    std::string label = row.item->label;
    if (label.size() > name) label = label.substr(0, name - 3) + "...";
    std::string failed = "-";
    if (outcome.failure_ratio) failed = fmt::format("{:.1f} %", *outcome.failure_ratio * 100);
    text += fmt::format("{:<{}}  {:<9} {:>4} {:>9} {:>7} {:>9} {:>8} {:>8}\n", label, name, word_of(row),
                        row.outcome ? fmt::format("{}", outcome.exit_code) : "-", shown(outcome.requests, "{:.0f}"),
                        failed, shown(outcome.rate_per_s, "{:.1f}"), shown(outcome.p50_ms, "{:.2f}"),
                        shown(outcome.p95_ms, "{:.2f}"));
    if (const std::string remark = remark_of(row); !remark.empty()) text += fmt::format("  {}\n", remark);
  }
  text += fmt::format("\n{}: {} of {} passed", report.name, report.passed, report.rows.size());
  if (report.not_passed > 0) text += fmt::format(", {} did not", report.not_passed);
  if (report.open > 0) text += fmt::format(", {} still open", report.open);
  text += "\n";
  if (report.others > 0)
    text += fmt::format("{} more of an earlier version of the file, or of other arguments after --, {} not shown\n",
                        report.others, report.others == 1 ? "is" : "are");
  return text;
}

std::string sweep_json(const SweepReport& report) {
  Json all = {{"sweep", report.name},
              {"passed", report.passed},
              {"not_passed", report.not_passed},
              {"open", report.open},
              {"runs", Json::array()}};
  for (const SweepReport::Row& row : report.rows) {
    Json run = {{"id", row.item->id},
                {"label", row.item->label},
                {"arguments", row.item->arguments},
                {"status", std::string(name_of(row.status))},
                {"attempts", row.attempts},
                {"holder", row.holder},
                {"error", row.error.empty() ? Json() : Json(row.error)}};
    if (row.outcome) run.update(Json::parse(row.outcome->json()));
    all["runs"].push_back(std::move(run));
  }
  return all.dump(2) + "\n";
}

std::string sweep_csv(const SweepReport& report) {
  std::string text =
      "run,status,attempts,exit_code,verdict,requests,failure_ratio,rate_per_s,p50_ms,p95_ms,p99_ms,elapsed_s\n";
  for (const SweepReport::Row& row : report.rows) {
    text += fmt::format("{},{},{}", quoted(row.item->label), name_of(row.status), row.attempts);
    const SweepOutcome none;
    const SweepOutcome& outcome = row.outcome ? *row.outcome : none;
    text += row.outcome ? fmt::format(",{},{}", outcome.exit_code, outcome.verdict) : ",,";
    for (const auto& figure : {outcome.requests, outcome.failure_ratio, outcome.rate_per_s, outcome.p50_ms,
                               outcome.p95_ms, outcome.p99_ms, outcome.elapsed_s})
      text += figure ? fmt::format(",{}", *figure) : ",";
    text += "\n";
  }
  return text;
}

}  // namespace thresher::cli
