#include "bench_of_history.h"

using Catch::Matchers::Contains;
using thresher::Verdict;

namespace {

const std::string kChain = workflow_of(task("t1") + "," + task("t2", R"("t1")") + "," + task("t3", R"("t2")"));

}  // namespace

TEST_CASE("tasks that follow their dependencies are in order", "[validators][order]") {
  const Judged judged =
      judge(history_of(kChain, result_of(done("t1", 0, 1) + "," + done("t2", 1, 2) + "," + done("t3", 2, 3))));
  CHECK(judged.verdict("order") == Verdict::pass);
  CHECK(judged.of("order").observations == 2);
  CHECK(judged.accusers().empty());
}

TEST_CASE("a task that begins before its dependency ended is told with both times", "[validators][order]") {
  const Judged judged =
      judge(history_of(kChain, result_of(done("t1", 0, 1) + "," + done("t2", 0.75, 2, "b") + "," + done("t3", 2, 3))));
  REQUIRE(judged.of("order").violations == 1);
  CHECK(judged.verdict("order") == Verdict::fail);
  CHECK(judged.witnesses("order") ==
        "workflow wf, t1 -> t2\n"
        "t2 (compute) depends on t1 (compute).\n"
        "t1 succeeded at +1000.000 ms, on agent a.\n"
        "t2 began its first attempt at +750.000 ms.\n"
        "That is 250.000 ms too early, and two readings of one clock are at most 1.000 ms off: t2 ran without the "
        "result it needs.\n"
        "times are milliseconds after 2027-01-15T08:00:00.000Z, on the platform's clock\n"
        "replay: seed 7, thresher rehearse farm.lua --seed 7\n");
  CHECK(judged.violations.at(0).details ==
        R"({"workflow":"wf","from":"t1","to":"t2","edges":[{"from":"t1","to":"t2"},{"from":"t2","to":"t3"}]})");
}

TEST_CASE("two readings may be off by the clock bound, and no more", "[validators][order]") {
  const auto with_begin = [](double begin) {
    return judge(history_of(kChain, result_of(done("t1", 0, 1) + "," + done("t2", begin, 2) + "," + done("t3", 2, 3))));
  };
  CHECK(with_begin(0.9991).verdict("order") == Verdict::pass);
  CHECK(with_begin(0.9985).verdict("order") == Verdict::fail);
}

TEST_CASE("a task that ran although its dependency failed is out of order", "[validators][order]") {
  const Judged judged = judge(history_of(
      kChain,
      result_of(done("t1", 0, 1, "a", "", "failed") + "," + done("t2", 1, 2) + "," + done("t3", 2, 3), "failed")));
  CHECK(judged.of("order").violations == 1);
  CHECK_THAT(judged.witnesses("order"), Contains("t1 never succeeded: its status is \"failed\""));
}

TEST_CASE("what one dependency of several suffices for may begin after the first", "[validators][order]") {
  const std::string any =
      workflow_of(task("t1") + "," + task("t2") + "," + task("t3", R"("t1","t2")", R"(,"join_type":"any")"));
  CHECK(judge(history_of(any, result_of(done("t1", 0, 3) + "," + done("t2", 0, 1) + "," + done("t3", 1, 2))))
            .verdict("order") == Verdict::pass);
  CHECK(judge(history_of(any, result_of(done("t1", 0, 3) + "," + done("t2", 0, 2) + "," + done("t3", 1, 2))))
            .verdict("order") == Verdict::fail);
}

TEST_CASE("each iteration of a loop is in order, and what follows waits for the last", "[validators][order]") {
  const std::string cyclic = workflow_of(task("t1") + "," + task("t2", R"("t1")") + "," + task("t3", R"("t2")"),
                                         R"(,"loop":{"from":"t2","to":"t1","max_iterations":2})");
  const auto looped = [](const std::string& id, double first, double second) {
    const auto attempt = [](int number, double begin, const char* status) {
      return R"({"attempt":)" + std::to_string(number) + R"(,"iteration":)" + std::to_string(number) +
             R"(,"agent_id":"a","started_at":)" + std::to_string(1800000000.0 + begin) + R"(,"completed_at":)" +
             std::to_string(1800000001.0 + begin) + R"(,"status":")" + status + R"("})";
    };
    return R"({"task_id":")" + id + R"(","status":"completed","assigned_agent_id":"a","retry_count":1,"attempts":[)" +
           attempt(1, first, id == "t2" ? "failed" : "completed") + "," + attempt(2, second, "completed") + "]}";
  };
  const auto judged_at = [&](double second_of_t2, double t3) {
    return judge(history_of(cyclic, result_of(looped("t1", 0, 2) + "," + looped("t2", 1, second_of_t2) + "," +
                                              done("t3", t3, t3 + 1, "b"))));
  };
  CHECK(judged_at(3, 4).accusers().empty());
  CHECK_THAT(judged_at(2.5, 4).witnesses("order"), Contains("t1 -> t2"));
  CHECK_THAT(judged_at(3, 3.5).witnesses("order"), Contains("t2 -> t3"));
}

TEST_CASE("without anything observed no check passes", "[validators][order]") {
  const Judged judged = judge({R"({"t":0,"event":"run","seed":1})", R"({"t":5,"event":"run_end"})"});
  REQUIRE(judged.findings.size() == 15);
  for (const auto& finding : judged.findings) {
    CAPTURE(finding.check);
    CHECK(finding.verdict == Verdict::no_data);
    CHECK(finding.observations == 0);
  }
}
