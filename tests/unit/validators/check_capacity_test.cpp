#include "bench_of_history.h"

using Catch::Matchers::Contains;
using thresher::Verdict;

namespace {

std::string three(const std::string& type = "compute") {
  std::string tasks;
  for (const char* id : {"t1", "t2", "t3"})
    tasks += std::string(tasks.empty() ? "" : ",") + R"({"task_id":")" + id + R"(","type":")" + type +
             R"(","depends_on":[]})";
  return workflow_of(tasks);
}

}  // namespace

TEST_CASE("an agent does no more at once than its policy allows", "[validators][capacity]") {
  CHECK(judge(history_of(three(), result_of(done("t1", 0, 2) + "," + done("t2", 0, 2) + "," + done("t3", 2, 3))))
            .verdict("capacity") == Verdict::pass);
  const Judged judged =
      judge(history_of(three(), result_of(done("t1", 0, 2) + "," + done("t2", 1, 2) + "," + done("t3", 1.5, 3))));
  CHECK(judged.of("capacity").violations == 1);
  CHECK_THAT(judged.witnesses("capacity"), Contains("agent a\nThe policy of a allows 2 tasks at once; here are 3") &&
                                               Contains("t1 of wf from -1500.000 ms to +500.000 ms") &&
                                               Contains("under way when the last one began"));
}

TEST_CASE("overlaps are found across items whose answers come one after another", "[validators][capacity]") {
  std::vector<std::string> lines =
      history_of(three(), result_of(done("t1", 0, 2) + "," + done("t2", 0, 2) + "," + done("t3", 2, 3)));
  const std::string end = lines.back();
  lines.pop_back();
  std::string other = workflow_of(task("u1"));
  other.replace(other.find("\"wf\""), 4, "\"wg\"");
  lines.insert(lines.begin() + 3, R"({"t":0,"event":"workflow","workflow":"item-2","document":)" + other + "}");
  std::string answer = result_of(done("u1", 1, 3));
  answer.replace(answer.find("\"wf\""), 4, "\"wg\"");
  lines.push_back(R"({"t":9000000001,"event":"result","item":"item-2","answer":)" + answer + "}");
  lines.push_back(end);
  CHECK_THAT(judge(lines).witnesses("capacity"), Contains("u1 of wg") && Contains("t2 of wf"));
}

TEST_CASE("rates of API calls are judged over a sliding window, when told what a minute is", "[validators][capacity]") {
  const auto lines =
      history_of(three("api_call"), result_of(done("t1", 0, 1) + "," + done("t2", 2, 3) + "," + done("t3", 4, 5)));
  CHECK(judge(lines).of("capacity").violations == 0);
  oracle::Settings settings;
  settings.rate_window = std::chrono::seconds(60);
  CHECK_THAT(judge(lines, settings).witnesses("capacity"),
             Contains("allows 2 API calls a minute") && Contains("It began 3 of them from +0.000 ms to +4000.000 ms"));
  settings.rate_window = std::chrono::seconds(4);
  CHECK(judge(lines, settings).of("capacity").violations == 0);
}

TEST_CASE("an assigned task is done by its agent", "[validators][capacity]") {
  const std::string assigned = workflow_of(task("t1", "", R"(,"assigned_agent_id":"b")"));
  CHECK(judge(history_of(assigned, result_of(done("t1", 0, 1, "b")))).verdict("capacity") == Verdict::pass);
  CHECK_THAT(judge(history_of(assigned, result_of(done("t1", 0, 1, "a")))).witnesses("capacity"),
             Contains("t1 was assigned to b.") && Contains("The answer says that a did it."));
  // Nobody asked for an agent of the fleet here: a platform may have others of its own.
  CHECK(judge(history_of(workflow_of(task("t1")), result_of(done("t1", 0, 1, "zed")))).of("capacity").violations == 0);
}

TEST_CASE("assignments at the top of a scenario count", "[validators][capacity]") {
  const std::string scenario =
      R"({"seed":7,"workflows":[)" + workflow_of(task("t1")) + R"(],"agent_assignments":{"wf":{"t1":"c"}}})";
  const std::string answer = R"({"status":"completed","workflow_results":[)" + result_of(done("t1", 0, 1, "b")) + "]}";
  CHECK_THAT(judge(history_of(scenario, answer)).witnesses("capacity"), Contains("t1 was assigned to c"));
}

TEST_CASE("a scenario's tasks are done by agents of the fleet", "[validators][capacity]") {
  const std::string scenario = R"({"seed":7,"workflows":[)" + workflow_of(task("t1")) + "]}";
  const std::string answer =
      R"({"status":"completed","workflow_results":[)" + result_of(done("t1", 0, 1, "zed")) + "]}";
  CHECK_THAT(judge(history_of(scenario, answer)).witnesses("capacity"),
             Contains("The fleet has 3 agents, and none of that id"));
}

TEST_CASE("where the platform chose, the agent has the tools, if any has", "[validators][capacity]") {
  const auto with_tool = [](const std::string& tool) {
    auto lines = history_of(workflow_of(task("t1", "", R"(,"tools_required":[")" + tool + R"("])")),
                            result_of(done("t1", 0, 1, "a")));
    lines[1].replace(lines[1].rfind(R"("tools":["x"])"), 13, R"("tools":["y"])");  // agent c
    return judge(lines);
  };
  CHECK(with_tool("x").verdict("capacity") == Verdict::pass);
  CHECK_THAT(with_tool("y").witnesses("capacity"),
             Contains("It needs the tools y; a has x") && Contains("an agent that would do"));
  CHECK(with_tool("z").of("capacity").violations == 0);
}

TEST_CASE("an approval comes before the effect", "[validators][capacity]") {
  const std::string held = workflow_of(task("t1", "", R"(,"requires_human":true)") + "," + task("t2", R"("t1")"));
  const auto approved = [&](const std::string& when) {
    return judge(history_of(
        held, result_of(done("t1", 0, 1, "a", when) + "," + done("t2", 1, 2, "a", R"(,"approved_at":1800000001.2)"))));
  };
  CHECK(approved(R"(,"approved_at":1800000000.9)").of("capacity").violations == 0);
  CHECK_THAT(approved(R"(,"approved_at":1800000001.5)").witnesses("capacity"),
             Contains("It was approved at +1500.000 ms, which is 500.000 ms later"));
  CHECK_THAT(approved("").witnesses("capacity"),
             Contains("although t1 (compute) requires a human") && Contains("nobody did this one"));
}
