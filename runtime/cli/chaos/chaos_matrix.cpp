#include "cli/chaos/chaos_matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "comparison/proportions.h"
#include "store/recovery/checkpoint_log.h"

namespace thresher::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// "-- Title: what it shows." of a script's first line.
void read_first_line(std::string_view text, ChaosScenario& scenario) {
  std::string_view line = text.substr(0, text.find('\n'));
  if (line.starts_with("-- ")) line.remove_prefix(3);
  const auto colon = line.find(": ");
  scenario.title = line.substr(0, colon);
  if (colon == std::string_view::npos) return;
  scenario.description = line.substr(colon + 2);
  if (scenario.description.ends_with('.')) scenario.description.pop_back();
  if (!scenario.description.empty())
    scenario.description[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(scenario.description[0])));
}

void add_once(std::vector<std::string>& all, const std::string& one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

std::string percent(double share) { return fmt::format("{:.4g} %", share * 100); }

std::string escaped(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

/// Words of `text` in lines of at most `width`.
std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines(1);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : " ") + word;
    at = end + 1;
  }
  return lines;
}

}  // namespace

Result<std::vector<ChaosScenario>> find_chaos_scenarios(const fs::path& folder) {
  std::vector<ChaosScenario> found;
  std::error_code problem;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, problem)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".lua" || std::isdigit(static_cast<unsigned char>(name.front())) == 0) continue;
    auto text = read_file(entry.path());
    if (!text) return fail(std::move(text.error()));
    ChaosScenario scenario{.number = std::atoi(name.c_str()), .title = {}, .description = {}, .script = entry.path()};
    read_first_line(*text, scenario);
    found.push_back(std::move(scenario));
  }
  if (found.empty())
    return fail(ErrorCode::not_found,
                fmt::format("there are no chaos scenarios (01_name.lua) in '{}'", folder.string()));
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  return found;
}

ChaosPlan plan_chaos(const ChaosWanted& wanted) {
  constexpr std::size_t kPrefix = 7, kDigits = 16;  // after "sha256:"
  ChaosPlan plan{.sweep = {.name = "chaos",
                           .folder = wanted.folder,
                           .lease = std::chrono::seconds(30),
                           .max_retries = 0,
                           .items = {}},
                 .runs = {}};
  plan.sweep.keep_all = true;  // a run whose checks failed may have ended well
  for (std::int64_t repeat = 0; repeat < wanted.repeats; ++repeat) {
    for (const ChaosScenario& scenario : wanted.scenarios) {
      const std::uint64_t seed = wanted.seed + static_cast<std::uint64_t>(repeat);
      const std::string run = fmt::format("{:02}-{}", scenario.number, seed);
      const fs::path folder = wanted.folder / "runs" / run;
      plan.sweep.items.push_back(
          {.id = store::sha256_of(run).substr(kPrefix, kDigits),
           .label = fmt::format("{} {} (seed {})", scenario.number, scenario.title, seed),
           .arguments = {"run", scenario.script.string(), "--users", "1", "--iterations", "1", "--run-time", "5m",
                         "--no-history", "--no-preflight", "--seed", std::to_string(seed), "--history",
                         (folder / "history.ndjson").string(), "--env", fmt::format("CHAOS_FOLDER={}", folder.string()),
                         "--env",
                         fmt::format("CHAOS_WORKER={}",
                                     (scenario.script.parent_path() / "lib" / "worker.lua").string())},
           .document = {}});
      plan.runs.push_back({.scenario = &scenario, .seed = seed, .folder = folder});
    }
  }
  return plan;
}

ChaosOutcome chaos_outcome_of(const SweepReport::Row& row) {
  ChaosOutcome outcome;
  if (!row.outcome || row.outcome->document.empty()) {
    outcome.failures.push_back(row.outcome ? row.outcome->text : row.error);
    return outcome;
  }
  const Json run = Json::parse(row.outcome->document);
  for (const Json& check : run.value("checks", Json::array())) {
    outcome.assertions.push_back(check.at("name").get<std::string>());
    if (check.at("fails").get<std::int64_t>() > 0) outcome.failures.push_back(outcome.assertions.back());
  }
  for (const Json& raised : run.value("exceptions", Json::array()))
    outcome.failures.push_back(raised.at("message").get<std::string>());
  if (outcome.assertions.empty() && outcome.failures.empty()) outcome.failures.emplace_back("nothing was checked");
  // A threshold on the checks fails with them; anything else that was wrong with the run is said.
  if (outcome.failures.empty() && row.outcome->exit_code != 0) outcome.failures.push_back(row.outcome->text);
  outcome.passed = outcome.failures.empty();
  return outcome;
}

std::vector<ChaosRow> chaos_rows(const ChaosPlan& plan, const SweepReport& report, double min_pass) {
  constexpr double kNinetyFivePercent = 1.959964;
  std::vector<ChaosRow> rows;
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    const ChaosRun& run = plan.runs[i];
    auto row =
        std::find_if(rows.begin(), rows.end(), [&](const ChaosRow& one) { return one.scenario == run.scenario; });
    if (row == rows.end()) {
      rows.emplace_back().scenario = run.scenario;
      row = rows.end() - 1;
    }
    const SweepReport::Row& result = report.rows.at(i);
    if (!result.outcome &&
        (result.status == store::WorkStatus::pending || result.status == store::WorkStatus::in_progress))
      continue;  // interrupted before its turn
    const ChaosOutcome outcome = chaos_outcome_of(result);
    ++row->runs;
    for (const std::string& assertion : outcome.assertions) add_once(row->assertions, assertion);
    for (const std::string& failure : outcome.failures) add_once(row->failures, failure);
    if (outcome.passed)
      ++row->passed;
    else
      row->failed_seeds.push_back(run.seed);
  }
  for (ChaosRow& row : rows) {
    if (row.runs == 0) continue;
    const auto interval = comparison::wilson_interval(
        {.hits = static_cast<double>(row.passed), .count = static_cast<double>(row.runs)}, kNinetyFivePercent);
    row.rate = static_cast<double>(row.passed) / static_cast<double>(row.runs);
    row.low = interval.low;
    row.high = interval.high;
    row.good = row.rate >= min_pass;
  }
  return rows;
}

std::string chaos_text(const std::vector<ChaosRow>& rows, std::size_t width) {
  std::string text;
  const std::size_t room = std::max(width, std::size_t{40}) - 6;
  for (const ChaosRow& row : rows) {
    text += fmt::format("{:>3}  {:<28} {:>9} of {:<5} {:>7}  {}\n", row.scenario->number, row.scenario->title,
                        row.passed, row.runs, row.runs == 0 ? "-" : percent(row.rate),
                        row.runs == 0 ? "NOT RUN"
                        : row.good    ? "PASS"
                                      : "FAIL");
    for (const std::string& line : wrapped(row.scenario->description, room)) text += fmt::format("     {}\n", line);
    if (row.runs > 1)
      text += fmt::format("     passes in {} to {} of runs (Wilson's 95 % interval)\n", percent(row.low),
                          percent(row.high));
    for (const std::string& failure : row.failures) text += fmt::format("     failed: {}\n", failure);
    if (!row.failed_seeds.empty())
      text += fmt::format("     replay: thresher chaos {} --seed {}\n", row.scenario->number, row.failed_seeds.front());
  }
  return text;
}

std::string chaos_markdown(const std::vector<ChaosRow>& rows, const std::string& command) {
  std::string text = fmt::format("# Chaos testing matrix\n\n`{}`\n\n", command);
  text +=
      "| Scenario | Description | Key Assertions | Pass Rate | Status "
      "|\n|----------|-------------|----------------|-----------|--------|\n";
  for (const ChaosRow& row : rows) {
    text += fmt::format("| {}. {} | {} | {} | {} ({} of {}, 95 % interval {} to {}) | {} |\n", row.scenario->number,
                        escaped(row.scenario->title), escaped(row.scenario->description),
                        escaped(fmt::format("{}", fmt::join(row.assertions, "; "))), percent(row.rate), row.passed,
                        row.runs, percent(row.low), percent(row.high),
                        row.runs == 0 ? "not run"
                        : row.good    ? "✅"
                                      : "❌");
  }
  for (const ChaosRow& row : rows) {
    if (row.failures.empty()) continue;
    text += fmt::format("\n## {}. {}: what failed\n\n", row.scenario->number, row.scenario->title);
    for (const std::string& failure : row.failures) text += fmt::format("- {}\n", failure);
    text +=
        fmt::format("- replay with `thresher chaos {} --seed {}`\n", row.scenario->number, row.failed_seeds.front());
  }
  return text;
}

std::string chaos_json(const std::vector<ChaosRow>& rows) {
  Json all = {{"scenarios", Json::array()}};
  for (const ChaosRow& row : rows)
    all["scenarios"].push_back({{"scenario", row.scenario->number},
                                {"name", row.scenario->title},
                                {"description", row.scenario->description},
                                {"key_assertions", row.assertions},
                                {"runs", row.runs},
                                {"passed", row.passed},
                                {"pass_rate", row.runs == 0 ? Json() : Json(row.rate)},
                                {"pass_rate_interval_95", row.runs == 0 ? Json() : Json({row.low, row.high})},
                                {"status", row.runs == 0 ? "NOT_RUN"
                                           : row.good    ? "PASS"
                                                         : "FAIL"},
                                {"failed_seeds", row.failed_seeds},
                                {"failures", row.failures}});
  return all.dump(2) + "\n";
}

}  // namespace thresher::cli
