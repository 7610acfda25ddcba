#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/oracle.h"

/// Histories by hand, for the checks: a run, one workflow or scenario, and the answer to it, as JSON that a reader of
/// the test sees whole. R"({...})" literals are joined line by line.
struct Judged {
  std::vector<thresher::Violation> violations;
  std::vector<thresher::Finding> findings;

  const thresher::Finding& of(std::string_view check) const {
    const auto found =
        std::find_if(findings.begin(), findings.end(), [&](const auto& each) { return each.check == check; });
    REQUIRE(found != findings.end());
    return *found;
  }
  thresher::Verdict verdict(std::string_view check) const { return of(check).verdict; }
  /// The witnesses of a check's violations, one after another, each under its subject.
  std::string witnesses(std::string_view check) const {
    std::string all;
    for (const auto& each : violations)
      if (each.check == check) all += each.subject + "\n" + each.witness + "\n";
    return all;
  }
  /// The checks that found something wrong.
  std::vector<std::string> accusers() const {
    std::vector<std::string> names;
    for (const auto& each : findings)
      if (each.violations > 0) names.push_back(each.check);
    return names;
  }
};

struct Notebook : oracle::Clerk {
  explicit Notebook(Judged& to) : judged(to) {}
  void violation(const thresher::Violation& told) override { judged.violations.push_back(told); }
  void finding(const thresher::Finding& told) override { judged.findings.push_back(told); }
  Judged& judged;
};

inline Judged judge(const std::vector<std::string>& lines, const oracle::Settings& settings = {}) {
  Judged judged;
  oracle::Oracle oracle(settings, 1, std::make_unique<Notebook>(judged));
  for (const std::string& line : lines) oracle.observe(line);
  oracle.finish();
  return judged;
}

/// A run of one item: `document` is what was sent (a workflow, or a scenario when it has "workflows"), `answer` what
/// came back; agents a, b and c, which may do two tasks at once.
inline std::vector<std::string> history_of(const std::string& document, const std::string& answer) {
  const std::string kind = document.find("\"workflows\"") == std::string::npos ? "workflow" : "scenario";
  const std::string agent = R"(","type":"worker","tools":["x"],"policy":{"max_concurrent_tasks":2,)"
                            R"("rate_limits":{"api_calls_per_min":2}}})";
  return {R"({"t":0,"event":"run","run":"r1","seed":7,"command":"thresher rehearse farm.lua --seed 7"})",
          R"({"t":0,"event":"fleet","fleet":{"agents":[{"agent_id":"a)" + agent + R"(,{"agent_id":"b)" + agent +
              R"(,{"agent_id":"c)" + agent + "]}}",
          R"({"t":0,"event":")" + kind + R"(",")" + kind + R"(":"item-1","document":)" + document + "}",
          R"({"t":1000000,"event":"accepted","item":"item-1","id":"exec-1"})",
          R"({"t":2000000,"event":"poll","item":"item-1","http":200,"status":"running"})",
          R"({"t":9000000000,"event":"result","item":"item-1","answer":)" + answer + "}",
          R"({"t":9000000001,"event":"run_end","interrupted":false})"};
}

/// A workflow "wf" of these tasks (JSON objects, joined by commas).
inline std::string workflow_of(const std::string& tasks, const std::string& more = "") {
  return R"({"workflow_id":"wf","type":"dag","seed":7,"tasks":[)" + tasks + "]" + more + "}";
}

/// Its result, from second 0 to `end` of the platform's clock (which began in 2026), with these task results.
inline std::string result_of(const std::string& tasks, const std::string& status = "completed", double end = 8,
                             const std::string& more = "") {
  return R"({"workflow_id":"wf","status":")" + status + R"(","started_at":1800000000.0,"completed_at":)" +
         std::to_string(1800000000.0 + end) + R"(,"task_results":[)" + tasks + "]" + more + "}";
}

/// A task result with one attempt, from `begin` to `end` in seconds after the workflow's beginning.
inline std::string done(const std::string& id, double begin, double end, const std::string& agent = "a",
                        const std::string& more = "", const std::string& status = "completed") {
  const auto at = [](double seconds) { return std::to_string(1800000000.0 + seconds); };
  return R"({"task_id":")" + id + R"(","status":")" + status + R"(","started_at":)" + at(begin) +
         R"(,"completed_at":)" + at(end) + R"(,"assigned_agent_id":")" + agent +
         R"(","retry_count":0,"attempts":[{"attempt":1,"agent_id":")" + agent + R"(","started_at":)" + at(begin) +
         R"(,"completed_at":)" + at(end) + R"(,"status":")" + status + R"("}])" + more + "}";
}

/// A task that depends on `needs` (quoted ids, joined by commas).
inline std::string task(const std::string& id, const std::string& needs = "", const std::string& more = "") {
  return R"({"task_id":")" + id + R"(","type":"compute","depends_on":[)" + needs + "]" + more + "}";
}
