#include "bench_of_history.h"
#include "oracle/transform.h"

using Catch::Matchers::Contains;
using oracle::Verdicts;
using thresher::Verdict;

namespace {

const std::string kGraph = workflow_of(task("b") + "," + task("a", R"("b")") + "," + task("c", R"("a")"));
const std::string kResult = result_of(done("b", 0, 1) + "," + done("a", 1, 2) + "," + done("c", 2, 3));

/// Runs the check with a judge of its own.
Judged judged_by(const oracle::JudgeHistory& judge_history, const std::vector<std::string>& lines) {
  Judged judged;
  Notebook notebook(judged);
  oracle::RunFacts run;
  oracle::Docket docket("metamorphic", run, notebook, 10);
  oracle::Metamorphic metamorphic(4, 2, judge_history);
  history::Reader reader;
  for (const std::string& line : lines) metamorphic.heard(reader.read(line), line);
  notebook.finding(metamorphic.close(docket));
  return judged;
}

}  // namespace

TEST_CASE("changes that change nothing leave every verdict as it was", "[validators][metamorphic]") {
  const Judged judged = judge(history_of(kGraph, kResult));
  CHECK(judged.verdict("metamorphic") == Verdict::pass);
  CHECK(judged.of("metamorphic").observations == 3);
  const Judged wrong =
      judge(history_of(kGraph, result_of(done("b", 0, 1) + "," + done("a", 0.5, 2) + "," + done("c", 2, 3))));
  CHECK(wrong.verdict("order") == Verdict::fail);
  CHECK(wrong.verdict("metamorphic") == Verdict::pass);
}

TEST_CASE("an oracle that goes by names, by places or by sizes is found out", "[validators][metamorphic]") {
  const auto lines = history_of(kGraph, kResult);
  const auto says = [](bool right) { return Verdicts{{"order", right ? Verdict::pass : Verdict::fail}}; };
  const auto has = [](const std::vector<std::string>& history, const char* words) {
    return std::any_of(history.begin(), history.end(),
                       [&](const auto& line) { return line.find(words) != std::string::npos; });
  };
  CHECK_THAT(judged_by([&](const auto& history) { return says(has(history, R"("task_id":"a")")); }, lines)
                 .witnesses("metamorphic"),
             Contains("after renaming workflows, tasks and agents") && Contains("order: PASS, then FAIL") &&
                 Contains("it is the oracle that is wrong"));
  CHECK_THAT(judged_by([&](const auto& history) { return says(!has(history, "leaf-that-does-nothing")); }, lines)
                 .witnesses("metamorphic"),
             Contains("after adding a leaf that does nothing"));
  const auto root_comes_first = [](const std::vector<std::string>& history) {
    return std::any_of(history.begin(), history.end(), [](const std::string& line) {
      const std::size_t tasks = line.find(R"("tasks":[)"), needs = line.find(R"("depends_on":[)", tasks);
      return tasks != std::string::npos && line[needs + 14] == ']';
    });
  };
  CHECK_THAT(
      judged_by([&](const auto& history) { return says(root_comes_first(history)); }, lines).witnesses("metamorphic"),
      Contains("after permuting the lists whose order means nothing"));
}

TEST_CASE("the transformations do what they say, consistently", "[validators][metamorphic]") {
  oracle::Story story{oracle::Json(), oracle::Json::parse(R"({"event":"workflow","document":)" + kGraph + "}"),
                      oracle::Json::parse(R"({"answer":)" + kResult + "}")};
  oracle::rename_ids(story);
  const auto& tasks = story.submission["document"]["tasks"];
  CHECK(tasks[0]["task_id"] != "b");
  CHECK(tasks[1]["depends_on"][0] == tasks[0]["task_id"]);
  CHECK(story.result["answer"]["task_results"][0]["task_id"] == tasks[0]["task_id"]);
  CHECK(story.result["answer"]["status"] == "completed");
  oracle::add_leaf(story);
  CHECK(story.submission["document"]["tasks"].size() == 4);
  CHECK(story.result["answer"]["task_results"][3]["status"] == "completed");
}
