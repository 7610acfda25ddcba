#include "bench_of_history.h"

using Catch::Matchers::Contains;
using thresher::Verdict;

TEST_CASE("an item that ended in time is alive", "[validators][liveness]") {
  CHECK(judge(history_of(workflow_of(task("t1")), result_of(done("t1", 0, 1)))).verdict("liveness") == Verdict::pass);
  oracle::Settings hasty;
  hasty.terminal_bound = std::chrono::seconds(8);
  CHECK_THAT(judge(history_of(workflow_of(task("t1")), result_of(done("t1", 0, 1))), hasty).witnesses("liveness"),
             Contains("The bound is 8000.000 ms"));
}

TEST_CASE("an item that we gave up on is told with its beginning and last look", "[validators][liveness]") {
  auto lines = history_of(workflow_of(task("t1")), "{}");
  lines[5] = R"({"t":300000000000,"event":"gave_up","item":"item-1","waited_ms":299999,"status":"running"})";
  lines[6] = R"({"t":300000000001,"event":"run_end","interrupted":false})";
  const Judged judged = judge(lines);
  CHECK(judged.witnesses("liveness") ==
        "item item-1\n"
        "item-1 was submitted at 0.000 ms of the run.\n"
        "The platform accepted it at 1.000 ms of the run, as exec-1.\n"
        "The last look, at 2.000 ms of the run, showed \"running\".\n"
        "After 299999 ms we gave up; its last status was \"running\".\n"
        "What is accepted comes to an end.\n"
        "replay: seed 7, thresher rehearse farm.lua --seed 7\n");
}

TEST_CASE("an item that is in flight when the run ends is wrong only after the bound", "[validators][liveness]") {
  const auto ended_at = [](const std::string& t, const char* interrupted) {
    auto lines = history_of(workflow_of(task("t1")), "{}");
    lines.pop_back();
    lines.pop_back();
    lines.push_back(R"({"t":)" + t + R"(,"event":"run_end","interrupted":)" + interrupted + "}");
    return judge(lines);
  };
  CHECK(ended_at("10000000000", "false").of("liveness").violations == 0);
  CHECK_THAT(ended_at("400000000000", "false").witnesses("liveness"), Contains("The history ends at 400000.000 ms"));
  CHECK(ended_at("400000000000", "true").of("liveness").violations == 0);
}

TEST_CASE("a ready task whose agent is free begins within the bound", "[validators][liveness]") {
  const std::string chain = workflow_of(task("t1") + "," + task("t2", R"("t1")"));
  CHECK(judge(history_of(chain, result_of(done("t1", 0, 1) + "," + done("t2", 1.9, 2)))).of("liveness").violations ==
        0);
  CHECK_THAT(judge(history_of(chain, result_of(done("t1", 0, 1) + "," + done("t2", 2.5, 3)))).witnesses("liveness"),
             Contains("The last dependency of t2 succeeded at +0.000 ms") &&
                 Contains("It began at +1500.000 ms, on a") &&
                 Contains("a had a free slot from +0.000 ms to +1500.000 ms; it may have 2 tasks at once"));
}

TEST_CASE("a task may wait for as long as its agent is busy", "[validators][liveness]") {
  const std::string graph = workflow_of(task("t1") + "," + task("t2", R"("t1")") + "," + task("b1") + "," + task("b2"));
  const auto busy_until = [&](double end) {
    return judge(history_of(graph, result_of(done("t1", 0, 1, "b") + "," + done("t2", 5, 6) + "," + done("b1", 0, end) +
                                             "," + done("b2", 0, 5))));
  };
  CHECK(busy_until(4.5).of("liveness").violations == 0);
  CHECK_THAT(busy_until(3).witnesses("liveness"), Contains("a had a free slot from +2000.000 ms to +4000.000 ms"));
}

TEST_CASE("workflows that run one after another without need are found out", "[validators][liveness]") {
  const auto named = [](std::string text, const std::string& id) {
    return text.replace(text.find("\"wf\""), 4, "\"" + id + "\"");
  };
  const auto spans = [&](double begin, double end, const std::string& id) {
    return R"({"workflow_id":")" + id + R"(","status":"completed","started_at":)" +
           std::to_string(1800000000.0 + begin) + R"(,"completed_at":)" + std::to_string(1800000000.0 + end) +
           R"(,"task_results":[)" + done("t", begin, end) + "]}";
  };
  const std::string scenario = R"({"seed":7,"workflows":[)" + named(workflow_of(task("t")), "w1") + "," +
                               named(workflow_of(task("t")), "w2") + "]}";
  const auto answer = [&](const std::string& parts) {
    return R"({"status":"completed","started_at":1800000000.0,"completed_at":1800000008.0,"workflow_results":[)" +
           parts + "]}";
  };
  CHECK_THAT(
      judge(history_of(scenario, answer(spans(0, 0.5, "w1") + "," + spans(0.5, 0.9, "w2")))).witnesses("liveness"),
      Contains("workflow w2, task t") && Contains("ran one after another"));
  CHECK(judge(history_of(scenario, answer(spans(0, 0.5, "w1") + "," + spans(0.4, 0.9, "w2"))))
            .of("liveness")
            .violations == 0);
}
