// `thresher validate` from its command line to its exit code, on histories as runs write them.
#include <zlib.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "stage.h"
#include "support/subprocess.h"

using Catch::Matchers::Contains;
using nlohmann::json;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;

namespace {

std::string history(const std::string& target) {
  Stage stage;
  Stage::Play play;
  play.seed = 3;
  play.target = target;
  std::string all;
  for (const std::string& line : stage.play(play)) all += line + "\n";
  return all;
}

/// What the command says of a file of this content.
Finished validate(const std::string& content, std::vector<std::string> more = {}) {
  const ScratchFolder folder;
  const std::string path = folder.path() + "/run.jsonl";
  std::ofstream(path) << content;
  std::vector<std::string> arguments = {"validate", path};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_thresher(arguments);
}

}  // namespace

TEST_CASE("the history of a right platform ends with 0 and a line per check", "[integration][oracle]") {
  const Finished right = validate(history("{}"));
  CHECK(right.exit_code == 0);
  for (const char* said : {"order", "graph", "metamorphic", "reliability", "Stress Test", "RIGHT: "})
    CHECK_THAT(right.out, Contains(said));
}

TEST_CASE("the history of a wrong platform ends with 120 and witnesses", "[integration][oracle]") {
  const Finished wrong = validate(history(R"({"ignore_dependencies":true})"), {"--max-violations", "1"});
  CHECK(wrong.exit_code == 120);
  CHECK_THAT(wrong.out, Contains("oracle order: workflow ") && Contains("too early") && Contains("replay: seed 3") &&
                            Contains("--max-violations N shows more") && Contains("WRONG: "));
}

TEST_CASE("as JSON there is everything", "[integration][oracle]") {
  const Finished wrong = validate(history(R"({"miscount":true})"), {"--json", "--validator", "oracle"});
  CHECK(wrong.exit_code == 120);
  const json report = json::parse(wrong.out);
  CHECK(report["verdict"] == "WRONG");
  CHECK(report["checks"].size() == 15);
  CHECK(report["violations"][0]["check"] == "conservation");
  CHECK(report["violation_count"].get<int>() >= 2);
}

TEST_CASE("nothing to judge is 122, and never a pass", "[integration][oracle]") {
  const Finished nothing = validate("{\"t\":0,\"event\":\"run\",\"seed\":1}\n");
  CHECK(nothing.exit_code == 122);
  CHECK_THAT(nothing.out, Contains("NO_DATA: 1 event"));
}

TEST_CASE("a line that is no event is named with its place", "[integration][oracle]") {
  const Finished bad = validate("{\"t\":0,\"event\":\"run\",\"seed\":1}\n\n{\"t\":1,\"event\":\"accepted\"}\n");
  CHECK(bad.exit_code == 104);
  CHECK_THAT(bad.err, Contains("run.jsonl:3: ") && Contains("has no \"item\""));
  CHECK(validate("no history at all\n").exit_code == 104);
  const Finished missing = run_thresher({"validate", "/nowhere/run.jsonl"});
  CHECK(missing.exit_code == 104);
  CHECK_THAT(missing.err, Contains("No such file"));
}

TEST_CASE("a last line that a crash cut off is left out, and said", "[integration][oracle]") {
  std::string cut = history("{}");
  cut.resize(cut.size() - 20);
  const Finished judged = validate(cut);
  CHECK(judged.exit_code == 0);
  CHECK_THAT(judged.out, Contains("The last line is cut off"));
}

TEST_CASE("a compressed history is judged like the plain one", "[integration][oracle]") {
  const ScratchFolder folder;
  const std::string path = folder.path() + "/run.jsonl.gz", content = history("{}");
  gzFile file = ::gzopen(path.c_str(), "wb");
  REQUIRE(file != nullptr);
  CHECK(::gzwrite(file, content.data(), static_cast<unsigned>(content.size())) == static_cast<int>(content.size()));
  ::gzclose(file);
  CHECK(run_thresher({"validate", path}).out == validate(content).out);
}

TEST_CASE("options reach the validator that they name", "[integration][oracle]") {
  const std::string content = history("{}");
  CHECK(validate(content, {"--config", R"({"oracle":{"terminal_bound_ms":0.001}})"}).exit_code == 120);
  CHECK(validate(content, {"--validator", "oracle", "--config", R"({"terminal_bound_ms":0.001})"}).exit_code == 120);
  CHECK_THAT(validate(content, {"--config", R"({"terminal_bound_ms":1})"}).err,
             Contains("does not say which validator"));
  CHECK_THAT(validate(content, {"--config", R"({"oracle":{"terminal_bound":1}})"}).err, Contains("terminal_bound"));
}
