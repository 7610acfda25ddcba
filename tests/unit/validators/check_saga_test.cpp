#include "bench_of_history.h"

using Catch::Matchers::Contains;
using thresher::Verdict;

namespace {

std::string step(const std::string& id, const std::string& needs) {
  return task(id, needs, R"(,"compensation":{"handler":"undo_)" + id + R"("})");
}
const std::string kSaga = R"({"workflow_id":"wf","type":"saga","seed":7,"tasks":[)" + step("s1", "") + "," +
                          step("s2", R"("s1")") + "," + step("s3", R"("s2")") + "]}";

std::string undo(const std::string& id, double begin, const std::string& handler = "") {
  return R"({"task_id":")" + id + R"(","handler":")" + (handler.empty() ? "undo_" + id : handler) +
         R"(","started_at":)" + std::to_string(1800000000.0 + begin) + R"(,"completed_at":)" +
         std::to_string(1800000000.5 + begin) + R"(,"status":"completed"})";
}

/// s1 and s2 were done, s3 ended as `third`; then these compensations.
Judged judge_undone(const std::string& compensations, const std::string& third = "failed",
                    const std::string& whole = "failed") {
  const std::string undone = whole == "failed" ? "compensated" : "completed";
  const auto step_done = [&](const std::string& id, double begin) {
    std::string result = done(id, begin, begin + 1);
    return result.replace(result.find("completed"), 9, undone);  // the task's own status, not its attempt's
  };
  return judge(history_of(
      kSaga, result_of(step_done("s1", 0) + "," + step_done("s2", 1) + "," + done("s3", 2, 3, "a", "", third), whole, 8,
                       R"(,"compensations":[)" + compensations + "]")));
}

}  // namespace

TEST_CASE("a failed saga that undid its steps backwards passes", "[validators][saga]") {
  const Judged judged = judge_undone(undo("s2", 4) + "," + undo("s1", 5));
  CHECK(judged.verdict("saga") == Verdict::pass);
  CHECK(judged.witnesses("saga").empty());
}

TEST_CASE("a saga that succeeded undoes nothing", "[validators][saga]") {
  CHECK(judge_undone("", "completed", "completed").verdict("saga") == Verdict::pass);
  CHECK_THAT(judge_undone(undo("s3", 4), "completed", "completed").witnesses("saga"),
             Contains("The saga is \"completed\"") && Contains("A saga that succeeded undoes nothing"));
}

TEST_CASE("a step that still stands is named", "[validators][saga]") {
  const Judged judged = judge_undone(undo("s2", 4));
  CHECK(judged.of("saga").violations == 1);
  CHECK_THAT(judged.witnesses("saga"), Contains("workflow wf, task s1") &&
                                           Contains("Its step s1 succeeded at +1000.000 ms, and declares the "
                                                    "compensation undo_s1") &&
                                           Contains("what it did still stands"));
}

TEST_CASE("steps are undone in the reverse of their order", "[validators][saga]") {
  CHECK_THAT(judge_undone(undo("s1", 4) + "," + undo("s2", 5)).witnesses("saga"),
             Contains("s2 depends on s1, so it has to be undone first") &&
                 Contains("s1 was undone by undo_s1 from +4000.000 ms to +4500.000 ms"));
}

TEST_CASE("a step is undone once, by its own handler", "[validators][saga]") {
  CHECK_THAT(judge_undone(undo("s2", 4) + "," + undo("s2", 5) + "," + undo("s1", 6)).witnesses("saga"),
             Contains("s2 was undone 2 times"));
  CHECK_THAT(judge_undone(undo("s2", 4, "undo_s1") + "," + undo("s1", 6)).witnesses("saga"),
             Contains("Its compensation is undo_s2"));
}

TEST_CASE("what failed is not undone, what timed out may be", "[validators][saga]") {
  const std::string all = undo("s3", 4) + "," + undo("s2", 5) + "," + undo("s1", 6);
  CHECK_THAT(judge_undone(all).witnesses("saga"), Contains("s3 is \"failed\"") && Contains("nothing to undo"));
  CHECK(judge_undone(all, "timeout").verdict("saga") == Verdict::pass);
}

TEST_CASE("no step goes forward once the first was undone", "[validators][saga]") {
  CHECK_THAT(judge_undone(undo("s2", 1.5) + "," + undo("s1", 5)).witnesses("saga"),
             Contains("s3 began attempt 1 at +2000.000 ms, after that"));
}

TEST_CASE("a platform that is silent about what it undid is not judged", "[validators][saga]") {
  const Judged judged = judge(history_of(kSaga, result_of(done("s1", 0, 1), "failed")));
  CHECK(judged.verdict("saga") == Verdict::no_data);
  CHECK_THAT(judged.of("saga").summary, Contains("of 1 failed sagas the platform does not say what it undid"));
}
