// The checks that look at one answer's figures and times: conservation, faults, rates, time bounds; and at how answers
// follow each other: status and leases.
#include "bench_of_history.h"
#include "oracle/statistics.h"
#include "thresher/fault.hpp"

using Catch::Matchers::Contains;
using thresher::Verdict;

namespace {

std::string scenario_answer(const std::string& parts, const std::string& more) {
  return R"({"status":"completed","started_at":1800000000.0,"completed_at":1800000008.0)" + more +
         R"(,"workflow_results":[)" + parts + "]}";
}
const std::string kScenario =
    R"({"seed":7,"workflows":[)" + workflow_of(task("t1") + "," + task("t2", R"("t1")")) + "]}";
const std::string kParts = result_of(done("t1", 0, 1) + "," + done("t2", 1, 2));

Judged judge_counters(const std::string& counters) {
  return judge(history_of(kScenario, scenario_answer(kParts, counters)));
}

}  // namespace

TEST_CASE("counters that add up pass, and the difference of others is named", "[validators][conservation]") {
  CHECK(judge_counters(
            R"(,"workflows_completed":1,"workflows_failed":0,"total_tasks":2,"tasks_completed":2,"tasks_failed":0)")
            .verdict("conservation") == Verdict::pass);
  CHECK_THAT(judge_counters(R"(,"tasks_completed":3)").witnesses("conservation"),
             Contains("item item-1, tasks_completed") && Contains("says 3") && Contains("The difference is +1."));
  CHECK_THAT(judge_counters(R"(,"total_tasks":1)").witnesses("conservation"), Contains("The difference is -1."));
  CHECK_THAT(judge_counters(R"(,"chaos_events_total":0,"chaos_events_recovered":2)").witnesses("conservation"),
             Contains("chaos_events_recovered says 2"));
  CHECK(judge_counters("").verdict("conservation") == Verdict::no_data);
}

TEST_CASE("the platform's own reading equals its sum and our count", "[validators][conservation]") {
  const auto read = [](const std::string& counters) {
    auto lines = history_of(kScenario, scenario_answer(kParts, ""));
    lines.insert(lines.end() - 1, R"({"t":9000000000,"event":"counters","platform":)" + counters + "}");
    return judge(lines);
  };
  CHECK(read(R"({"submitted":1,"terminal":1,"in_flight":0,"rejected":0})").verdict("conservation") == Verdict::pass);
  CHECK_THAT(read(R"({"submitted":1,"terminal":0,"in_flight":0,"rejected":0})").witnesses("conservation"),
             Contains("do not add up to") && Contains("Ours: 1 submitted"));
  CHECK_THAT(read(R"({"submitted":2})").witnesses("conservation"), Contains("the platform counts 2 submitted"));
}

TEST_CASE("an answer that is impossible in time is told", "[validators][time_bounds]") {
  const std::string chain = workflow_of(task("t1") + "," + task("t2", R"("t1")"));
  CHECK(judge(history_of(chain, result_of(done("t1", 0, 1) + "," + done("t2", 1, 2)))).verdict("time_bounds") ==
        Verdict::pass);
  const Judged squeezed =
      judge(history_of(chain, result_of(done("t1", 0, 3) + "," + done("t2", 0, 3), "completed", 3)));
  CHECK_THAT(squeezed.witnesses("time_bounds"), Contains("The workflow took 3000.000 ms") &&
                                                    Contains("took 6000.000 ms by the tasks' own times") &&
                                                    Contains("  t1: 3000.000 ms\n  t2: 3000.000 ms"));
  CHECK_THAT(judge(history_of(chain, result_of(done("t1", 1, 0.5) + "," + done("t2", 1, 2)))).witnesses("time_bounds"),
             Contains("it ended before it began"));
  CHECK_THAT(judge(history_of(chain, result_of(done("t1", 0, 1) + "," + done("t2", 1, 9)))).witnesses("time_bounds"),
             Contains("a task runs within its workflow"));
  CHECK_THAT(
      judge(history_of(chain, result_of(done("t1", 0, 1, "a", R"(,"duration_ms":900)") + "," + done("t2", 1, 2))))
          .witnesses("time_bounds"),
      Contains("which is 1000.000 ms") && Contains("Its duration_ms says 900.000"));
}

TEST_CASE("a platform cannot have taken longer than we waited", "[validators][time_bounds]") {
  CHECK_THAT(
      judge(history_of(workflow_of(task("t1")), result_of(done("t1", 0, 1), "completed", 20))).witnesses("time_bounds"),
      Contains("for 20000.000 ms") && Contains("here 9000.000 ms after the submission"));
}

TEST_CASE("faults fire where the hash rule says, and nowhere else", "[validators][faults]") {
  const std::string graph = workflow_of(task(
      "t1", "", R"(,"chaos_injection":{"type":"tool_timeout","recovery_action":"retry","trigger_probability":0.5})"));
  const bool fires = thresher::fault_fires(7, "wf", "t1", 1, 0.5);
  const auto met = [&](bool fault) {
    std::string attempt = done("t1", 0, 1, "a", fault ? R"(,"chaos_occurred":true,"chaos_type":"tool_timeout")" : "");
    if (fault) attempt.insert(attempt.find("\"attempt\":1"), R"("fault":"tool_timeout",)");
    return judge(history_of(graph, result_of(attempt, "completed", 8, R"(,"fault_rule":"hash")")));
  };
  CHECK(met(fires).verdict("faults") == Verdict::pass);
  CHECK_THAT(met(!fires).witnesses("faults"),
             Contains("By the hash rule, which the platform says it keeps, with seed 7") && Contains("at attempt 1"));
}

TEST_CASE("faults that are drawn are tested against their probabilities", "[validators][faults]") {
  std::string tasks, hit, missed;
  for (int i = 0; i < 40; ++i) {
    const std::string id = "t" + std::to_string(i), comma = i > 0 ? "," : "";
    tasks += comma + task(id, "", R"(,"chaos_injection":{"type":"rate_limit","trigger_probability":0.6})");
    missed += comma + done(id, 0, 1, std::string(1, static_cast<char>('a' + i % 3)));
    std::string faulted = done(id, 0, 1, "a", R"(,"chaos_occurred":true,"chaos_type":"rate_limit")");
    if (i % 5 < 3)
      faulted.insert(faulted.find("\"attempt\":1"), R"("fault":"rate_limit",)");
    else
      faulted = done(id, 0, 1);
    hit += comma + faulted;
  }
  const std::string graph = workflow_of(tasks);
  CHECK(judge(history_of(graph, result_of(hit))).of("faults").violations == 0);
  CHECK_THAT(judge(history_of(graph, result_of(missed))).witnesses("faults"),
             Contains("Of 40 tasks with an injected fault, 0 met one; by their probabilities 24.0 are expected"));
}

TEST_CASE("a fault that nobody injected, or of another kind, is told", "[validators][faults]") {
  const std::string met = done("t1", 0, 1, "a", R"(,"chaos_occurred":true,"chaos_type":"rate_limit")");
  CHECK_THAT(judge(history_of(workflow_of(task("t1")), result_of(met))).witnesses("faults"),
             Contains("Nobody injected one"));
  const std::string other =
      workflow_of(task("t1", "", R"(,"chaos_injection":{"type":"tool_failure","trigger_probability":1})"));
  CHECK_THAT(judge(history_of(other, result_of(met))).witnesses("faults"),
             Contains("The injected fault is tool_failure"));
}

TEST_CASE("recovery is shown by what happened, not by a flag", "[validators][faults]") {
  const std::string graph = workflow_of(task(
      "t1", "",
      R"(,"chaos_injection":{"type":"rate_limit","recovery_action":"backoff_and_retry","trigger_probability":1})"));
  const auto ended = [&](const std::string& status) {
    const std::string claim =
        R"(,"chaos_occurred":true,"chaos_type":"rate_limit","recovery":{"action":"backoff_and_retry","effect":"recovered","at":1800000001.0})";
    return judge(history_of(graph, result_of(done("t1", 0, 1, "a", claim, status), status, 8,
                                             R"(,"chaos_events_total":1,"chaos_events_recovered":1)")));
  };
  CHECK(ended("completed").of("faults").violations == 0);
  const Judged claimed = ended("failed");
  CHECK_THAT(claimed.witnesses("faults"), Contains("it recovered from rate_limit by backoff_and_retry") &&
                                              Contains("nothing shows a recovery but the word") &&
                                              Contains("it recovered from 1 faults") &&
                                              Contains("0 of them show a recovery"));
}

TEST_CASE("a rate passes by its interval's lower bound, and thin data are no data", "[validators][rates]") {
  const auto completed = [](int good, int all) {
    std::string workflows, parts;
    for (int i = 0; i < all; ++i) {
      const std::string comma = i > 0 ? "," : "", id = R"("w)" + std::to_string(i) + "\"";
      workflows += comma + R"({"workflow_id":)" + id + R"(,"tasks":[]})";
      parts += comma + R"({"workflow_id":)" + id + R"(,"status":")" + (i < good ? "completed" : "failed") +
               R"(","task_results":[]})";
    }
    return judge(
        history_of(R"({"seed":7,"__expected__":{"expected_completion_rate":0.85},"workflows":[)" + workflows + "]}",
                   R"({"status":"completed_with_failures","completion_rate":)" + std::to_string(double(good) / all) +
                       R"(,"workflow_results":[)" + parts + "]}"));
  };
  CHECK(completed(100, 100).verdict("rates") == Verdict::pass);
  CHECK(completed(5, 5).verdict("rates") == Verdict::no_data);
  CHECK_THAT(completed(5, 5).of("rates").summary,
             Contains("5 of 5 workflows completed: 56.6 % to 100.0 % (95 %)") && Contains("too few to tell"));
  CHECK(completed(60, 100).verdict("rates") == Verdict::fail);
  CHECK(completed(80, 100).verdict("rates") == Verdict::no_data);
}

TEST_CASE("a reported rate is compared with the parts, never with its own counters", "[validators][rates]") {
  CHECK_THAT(judge(history_of(kScenario, scenario_answer(kParts, R"(,"completion_rate":0.5)"))).witnesses("rates"),
             Contains("The platform says completion_rate 0.5000") && Contains("1 of 1 workflows that completed"));
  const Judged vacuous =
      judge(history_of(kScenario, R"({"status":"completed","completion_rate":1.0,"workflows_completed":1})"));
  CHECK(vacuous.verdict("rates") == Verdict::no_data);
  CHECK_THAT(vacuous.of("rates").summary, Contains("vacuous"));
}

TEST_CASE("Wilson's interval and the exact tail have their textbook values", "[validators][statistics]") {
  CHECK(oracle::wilson(8, 10).low == Approx(0.4901625).epsilon(1e-6));
  CHECK(oracle::wilson(8, 10).high == Approx(0.9433178).epsilon(1e-6));
  CHECK(oracle::wilson(0, 0).low == 0);
  oracle::Draws even, odd, many;
  for (int i = 0; i < 10; ++i) even.add(0.5, i < 1);
  CHECK(even.tail() == Approx(11.0 / 1024));
  odd.add(0.2, true);
  odd.add(0.7, true);
  CHECK(odd.tail() == Approx(0.14));
  for (int i = 0; i < 5000; ++i) many.add(0.5, i % 2 == 0);
  CHECK(many.tail() == Approx(0.5));
}

TEST_CASE("what has ended stays as it was", "[validators][status]") {
  const std::string again = R"({"t":9000000000,"event":"result","item":"item-1","answer":)";
  auto lines = history_of(kScenario, scenario_answer(kParts, ""));
  lines.insert(lines.end() - 1, again + scenario_answer(kParts, "") + "}");
  CHECK(judge(lines).verdict("status") == Verdict::pass);
  std::string changed = scenario_answer(kParts, "");
  changed.replace(changed.find("completed"), 9, "failed");
  lines.insert(lines.end() - 1, again + changed + "}");
  CHECK_THAT(judge(lines).witnesses("status"), Contains("status \"failed\" instead of \"completed\"") &&
                                                   Contains("Its terminal answer came at 9000.000 ms of the run"));
}

TEST_CASE("reads never go back", "[validators][status]") {
  const auto after = [](const std::string& poll) {
    auto lines = history_of(kScenario, scenario_answer(kParts, ""));
    lines.insert(lines.end() - 1, R"({"t":9000000000,"event":"poll","item":"item-1",)" + poll + "}");
    return judge(lines);
  };
  CHECK_THAT(after(R"("http":200,"status":"running")").witnesses("status"), Contains("Terminal is final"));
  CHECK_THAT(after(R"("http":404)").witnesses("status"), Contains("does not know it (404)"));
  auto lines = history_of(kScenario, scenario_answer(kParts, ""));
  lines.insert(lines.begin() + 5, R"({"t":3000000,"event":"poll","item":"item-1","http":200,"status":"queued"})");
  CHECK_THAT(judge(lines).witnesses("status"),
             Contains("It was \"running\" at 2.000 ms") && Contains("It is \"queued\" at 3.000 ms"));
}

TEST_CASE("no more terminal answers are remembered than asked, and it is said", "[validators][status]") {
  oracle::Settings forgetful;
  forgetful.ended_limit = 1;
  std::vector<std::string> lines;
  for (int i = 0; i < 3; ++i) {
    const std::string item = R"("item":"i)" + std::to_string(i) + "\"";
    lines.push_back(R"({"t":0,"event":"workflow","workflow":"i)" + std::to_string(i) + R"(","document":)" +
                    workflow_of(task("t1")) + "}");
    lines.push_back(R"({"t":0,"event":"result",)" + item +
                    R"(,"answer":{"workflow_id":"wf","status":"failed","task_results":[]}})");
  }
  CHECK_THAT(judge(lines, forgetful).of("status").summary, Contains("2 ended items are remembered no more"));
}

TEST_CASE("parts agree with the whole, and attempts follow one another", "[validators][status]") {
  CHECK_THAT(
      judge(history_of(kScenario, scenario_answer(result_of(done("t1", 0, 1), "failed"), ""))).witnesses("status"),
      Contains("What failed in part is completed_with_failures"));
  CHECK_THAT(
      judge(history_of(kScenario, scenario_answer(result_of(done("t1", 0, 1), "running"), ""))).witnesses("status"),
      Contains("Nothing is under way in what has ended"));
  const std::string overlapping =
      R"({"task_id":"t1","status":"completed","attempts":[{"attempt":1,"started_at":1800000000.0,"completed_at":1800000002.0,"status":"failed"},)"
      R"({"attempt":2,"started_at":1800000001.0,"completed_at":1800000003.0,"status":"completed"}]})";
  CHECK_THAT(judge(history_of(kScenario, scenario_answer(result_of(overlapping), ""))).witnesses("status"),
             Contains("The later one began before the earlier one had ended"));
}

TEST_CASE("leases have one holder, rising tokens, and keep late writers out", "[validators][leases]") {
  const auto told = [](const std::vector<std::string>& events) {
    std::vector<std::string> lines;
    std::int64_t t = 0;
    for (const std::string& event : events)
      lines.push_back(R"({"t":)" + std::to_string(t += 10'000'000) + R"(,"item":"x",)" + event + "}");
    return judge(lines);
  };
  const std::string a = R"("event":"lease","holder":"a","token":1,"what":"acquired","until_ms":100)";
  const std::string write_a = R"("event":"write","holder":"a","token":1,"accepted":true)";
  CHECK(told({a, write_a, R"("event":"lease","holder":"a","what":"released")",
              R"("event":"lease","holder":"b","token":2,"what":"acquired")"})
            .verdict("leases") == Verdict::pass);
  CHECK_THAT(told({a, R"("event":"lease","holder":"b","token":2,"what":"acquired")"}).witnesses("leases"),
             Contains("a acquired x at 10.000 ms, with token 1, until 100.000 ms") &&
                 Contains("b acquired it at 20.000 ms") && Contains("a lease has one holder"));
  CHECK_THAT(told({a, R"("event":"lease","holder":"a","what":"released")",
                   R"("event":"lease","holder":"b","token":1,"what":"acquired")"})
                 .witnesses("leases"),
             Contains("Tokens of an item rise"));
  CHECK_THAT(told({a, R"("event":"lease","holder":"a","what":"expired")", write_a}).witnesses("leases"),
             Contains("accepted a write of a to x at 30.000 ms, with token 1") && Contains("and had ended"));
  CHECK(told({a, R"("event":"lease","holder":"a","what":"expired")",
              R"("event":"write","holder":"a","token":1,"accepted":false)"})
            .of("leases")
            .violations == 0);
}
