#include "bench_of_history.h"

using Catch::Matchers::Contains;
using thresher::Verdict;

namespace {

const std::string kPair = workflow_of(task("t1") + "," + task("t2", R"("t1")"));

/// A task result with two attempts, the first of which ended with `first`.
std::string tried_twice(const std::string& first, const std::string& more = "") {
  return R"({"task_id":"t2","status":"completed","started_at":1800000001.0,"completed_at":1800000004.0,)"
         R"("assigned_agent_id":"a","retry_count":1,"attempts":[)"
         R"({"attempt":1,"agent_id":"a","started_at":1800000001.0,"completed_at":1800000002.0,"status":")" +
         first +
         R"("},{"attempt":2,"agent_id":"a","started_at":1800000003.0,"completed_at":1800000004.0,"status":"completed"}])" +
         more + "}";
}

Judged judge_second(const std::string& second_task, const std::string& result) {
  return judge(history_of(workflow_of(task("t1") + "," + second_task), result_of(done("t1", 0, 1) + "," + result)));
}

}  // namespace

TEST_CASE("an answer with exactly the graph's tasks passes", "[validators][graph]") {
  const Judged judged = judge(history_of(kPair, result_of(done("t1", 0, 1) + "," + done("t2", 1, 2))));
  CHECK(judged.verdict("graph") == Verdict::pass);
  CHECK(judged.of("graph").observations == 2);
}

TEST_CASE("results of unknown tasks, second results and missing ones are named", "[validators][graph]") {
  const Judged judged =
      judge(history_of(kPair, result_of(done("t1", 0, 1) + "," + done("t1", 1, 2) + "," + done("ghost", 1, 2))));
  CHECK(judged.of("graph").violations == 3);
  CHECK_THAT(judged.witnesses("graph"), Contains("a result for \"ghost\"") && Contains("two results for \"t1\"") &&
                                            Contains("says nothing of it"));
}

TEST_CASE("a completed workflow has no failed task", "[validators][graph]") {
  const std::string parts = done("t1", 0, 1) + "," + done("t2", 1, 2, "a", "", "failed");
  CHECK_THAT(judge(history_of(kPair, result_of(parts))).witnesses("graph"),
             Contains("The workflow is \"completed\"") && Contains("Its task t2 is \"failed\""));
  CHECK(judge(history_of(kPair, result_of(parts, "failed"))).verdict("graph") == Verdict::pass);
}

TEST_CASE("attempts are counted against the task's own rule", "[validators][graph]") {
  const std::string twice = tried_twice("failed");
  CHECK(judge_second(task("t2", R"("t1")", R"(,"max_retries":1)"), twice).verdict("graph") == Verdict::pass);
  CHECK_THAT(judge_second(task("t2", R"("t1")", R"(,"max_retries":0)"), twice).witnesses("graph"),
             Contains("t2 was attempted 2 times; it is retryable with max_retries 0, so 1 are allowed"));
  CHECK_THAT(
      judge_second(task("t2", R"("t1")", R"(,"retryable":false,"max_retries":3)"), twice).witnesses("graph"),
      Contains("it is not retryable, so 1 are allowed") && Contains("attempt 2: +3000.000 ms to +4000.000 ms on a"));
}

TEST_CASE("a task that is not idempotent succeeds once and takes effect once", "[validators][graph]") {
  const std::string once = task("t2", R"("t1")", R"(,"idempotent":false)");
  const std::string again = tried_twice("completed");
  CHECK_THAT(judge_second(once, again).witnesses("graph"),
             Contains("not idempotent") && Contains("It succeeded 2 times"));
  CHECK(judge_second(task("t2", R"("t1")"), again).of("graph").violations == 0);
  const std::string effects =
      tried_twice("failed", R"(,"effects":[{"key":"k","at":1800000001.5},{"key":"k","at":1800000004.0}])");
  CHECK_THAT(judge_second(once, effects).witnesses("graph"),
             Contains("effect \"k\" at +1500.000 ms") && Contains("took effect 2 times"));
  CHECK(judge_second(once, tried_twice("failed", R"(,"effects":[{"key":"k","at":1800000004.0}])"))
            .of("graph")
            .violations == 0);
}

TEST_CASE("loops go round as often as they may", "[validators][graph]") {
  const auto with = [](int iterations) {
    std::string attempts;
    for (int i = 1; i <= iterations; ++i)
      attempts += std::string(i > 1 ? "," : "") + R"({"attempt":)" + std::to_string(i) + R"(,"iteration":)" +
                  std::to_string(i) + R"(,"agent_id":"a","started_at":)" + std::to_string(1800000000 + i) +
                  R"(,"completed_at":)" + std::to_string(1800000000 + i) + R"(.5,"status":"completed"})";
    return judge(history_of(workflow_of(task("t1"), R"(,"loops":[{"from":"t1","to":"t1","max_iterations":2}])"),
                            result_of(R"({"task_id":"t1","status":"completed","attempts":[)" + attempts + "]}")));
  };
  CHECK(with(2).verdict("graph") == Verdict::pass);
  CHECK_THAT(with(3).witnesses("graph"), Contains("went 3 times through a loop that may go round 2 times"));
}

TEST_CASE("workflows that nobody submitted, twice or not at all answered are named", "[validators][graph]") {
  const std::string scenario = R"({"seed":7,"workflows":[{"workflow_id":"w1","tasks":[)" + task("x") +
                               R"(]},{"workflow_id":"w2","tasks":[)" + task("y") + "]}]}";
  const auto part = [](const std::string& id) {
    return R"({"workflow_id":")" + id + R"(","status":"completed","task_results":[)" + done("x", 0, 1) + "]}";
  };
  const Judged judged = judge(history_of(scenario, R"({"status":"completed","workflow_results":[)" + part("w1") + "," +
                                                       part("w1") + "," + part("w9") + "]}"));
  CHECK_THAT(judged.witnesses("graph"),
             Contains("workflow w9\nThe answer has a result for a workflow that was not submitted") &&
                 Contains("workflow w1\nThe answer has two results") &&
                 Contains("workflow w2\nIt was submitted, and the terminal answer"));
}
