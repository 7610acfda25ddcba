// `thresher compare` as people type it, over reports that thresher wrote.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/subprocess.h"

using Catch::Matchers::Contains;
using nlohmann::json;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;

namespace {

/// A stand-in fleet without faults, whose health checks take `scale` of its latency.
std::string fleet(double scale) {
  return R"(leveredge={"success_rate":1,"timeout_rate":0,"crash_rate":0,"health_latency_scale":)" +
         std::to_string(scale) + "}";
}

class Reports {
 public:
  /// Two minutes of health checks in virtual time; the report's path.
  std::string rehearsed(const std::string& name, const std::string& seed, double scale, const char* users = "20",
                        std::vector<std::string> more = {}) const {
    const std::string path = folder_.path() + "/" + name;
    std::vector<std::string> arguments{"rehearse",     std::string(THRESHER_SOURCE_DIR) + "/scripts/health_checks.lua",
                                       "--tags",       "core,support",
                                       "--users",      users,
                                       "--spawn-rate", "20",
                                       "--run-time",   "2m",
                                       "--seed",       seed,
                                       "--stand-in",   fleet(scale),
                                       "--json",       path,
                                       "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Finished run = run_thresher(arguments);
    INFO(run.out << run.err);
    REQUIRE(run.exit_code == 0);
    return path;
  }
  Finished compare(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "compare");
    return run_thresher(std::move(arguments), {{"XDG_DATA_HOME", folder_.path() + "/data"}}, folder_.path());
  }
  const ScratchFolder& folder() const { return folder_; }

 private:
  ScratchFolder folder_;
};

std::string word_of(const json& comparison, const char* endpoint, const char* figure) {
  for (const json& row : comparison.at("endpoints"))
    if (row.at("name") == endpoint) return row.at("figures").at(figure).at("verdict");
  return "no such endpoint";
}

}  // namespace

TEST_CASE("a rehearsal is no regression of another with a different seed", "[integration][compare]") {
  const Reports reports;
  const std::string first = reports.rehearsed("a.json", "7", 0.1), second = reports.rehearsed("b.json", "8", 0.1);
  const Finished compared = reports.compare({"--baseline", first, "--current", second, "--json"});
  INFO(compared.out << compared.err);
  CHECK(compared.exit_code == 0);
  const json document = json::parse(compared.out);
  CHECK(document.at("verdict") != "REGRESSION");
  CHECK(document.at("verdict") != "IMPROVEMENT");
  CHECK(document.at("comparable") == true);
  CHECK(document.at("exit_code") == 0);
  CHECK(document.at("current").at("seed") == 8);
  CHECK(reports.compare({"--baseline", first, "--current", second, "--json"}).out == compared.out);
  const json itself = json::parse(reports.compare({first, first, "--json"}).out);
  CHECK(word_of(itself, "Aggregated", "response_time_ms") == "same");
  CHECK(itself.at("endpoints").back().at("ranks").at("cliffs_delta") == 0);
}

TEST_CASE("a slower fleet is a regression, and an improvement the other way", "[integration][compare]") {
  const Reports reports;
  const std::string before = reports.rehearsed("a.json", "7", 0.1), after = reports.rehearsed("b.json", "8", 0.13);
  const Finished slower = reports.compare({before, after, "--json"});
  CHECK(slower.exit_code == 99);
  const json document = json::parse(slower.out);
  CHECK(document.at("verdict") == "REGRESSION");
  CHECK(word_of(document, "/health [core]", "response_time_ms") == "slower");
  CHECK(word_of(document, "Aggregated", "response_time_ms") == "slower");
  const json& change = document.at("endpoints").back().at("figures").at("response_time_ms").at("change");
  CHECK(change.at("low").get<double>() < 0.3);
  CHECK(change.at("high").get<double>() > 0.28);
  CHECK(reports.compare({after, before}).exit_code == 0);
  CHECK_THAT(reports.compare({after, before}).out, Contains("IMPROVEMENT") && Contains("faster"));
  CHECK_THAT(reports.compare({before, after, "--markdown"}).out,
             Contains("### Load test: REGRESSION") && Contains("| **slower** |"));
  // A margin that allows it.
  CHECK(reports.compare({before, after, "--max-regression", "60%"}).exit_code == 0);
}

TEST_CASE("other conditions are named before the figures, and strictness refuses them", "[integration][compare]") {
  const Reports reports;
  const std::string few = reports.rehearsed("a.json", "7", 0.1, "20"),
                    many = reports.rehearsed("b.json", "7", 0.1, "30");
  const Finished compared = reports.compare({few, many});
  CHECK_THAT(compared.out, Contains("NOT COMPARABLE") && Contains("users: 20 and 30"));
  CHECK(compared.exit_code == 0);
  CHECK(reports.compare({few, many, "--strict"}).exit_code == 122);
  const json document = json::parse(reports.compare({few, many, "--json"}).out);
  CHECK(document.at("endpoints").back().at("figures").at("requests_per_s").at("reason") == "the users differ");
}

TEST_CASE("summaries of k6 show their figures and decide nothing", "[integration][compare]") {
  const Reports reports;
  const std::string summary = reports.folder().path() + "/k6.json";
  const std::string report = reports.rehearsed("a.json", "7", 0.1, "20", {"--summary-export", summary});
  for (const auto& pair : {std::pair{summary, report}, {summary, summary}}) {
    const Finished compared = reports.compare({pair.first, pair.second});
    CHECK(compared.exit_code == 122);
    CHECK_THAT(compared.out, Contains("NO_DATA") && Contains("Aggregated") && Contains("summary of k6"));
  }
}

TEST_CASE("two runs of the history are compared by their references", "[integration][compare]") {
  const Reports reports;
  reports.folder().write("refused.lua", R"lua(
local thresher = require "thresher"
local s = thresher.scenario { name = "refused", host = "http://127.0.0.1:1", wait = thresher.constant(0) }
s:task { "ask", function(user) user:get("/x") end }
return s
)lua");
  for (int run = 0; run < 2; ++run)
    REQUIRE(run_thresher({"run", "refused.lua", "--users", "1", "--iterations", "30"},
                         {{"XDG_DATA_HOME", reports.folder().path() + "/data"}}, reports.folder().path())
                .exit_code == 0);
  const Finished compared = reports.compare({"last~1", "last", "--json"});
  INFO(compared.out << compared.err);
  const json document = json::parse(compared.out);
  CHECK(document.at("baseline").at("label") != document.at("current").at("label"));
  CHECK(document.at("endpoints").at(0).at("baseline").at("failures") == 30);
  CHECK(document.at("comparable") == true);
}

TEST_CASE("what cannot be compared ends with 104 and names what is wrong", "[integration][compare]") {
  const Reports reports;
  const std::string good = reports.rehearsed("a.json", "7", 0.1);
  const std::string report = reports.folder().read("a.json");
  const std::string cut = reports.folder().write("cut.json", report.substr(0, report.size() / 2));
  const std::string other = reports.folder().write("other.json", R"({"some":"thing"})");
  const struct {
    std::vector<std::string> arguments;
    std::string says;
  } cases[] = {{{good, "missing.json"}, "missing.json"},
               {{cut, good}, "cut.json: is not JSON, or was cut off"},
               {{good, other}, "other.json: is neither a report of thresher"},
               {{good, "last"}, "'last' is no file"},
               {{good}, "name two runs"},
               {{"--baseline", good, "--current", good, good}, "a run too many"},
               {{good, good, "--max-regression", "0.05"}, "--max-regression '0.05': expected a percentage"},
               {{good, good, "--confidence", "20%"}, "--confidence '20%'"},
               {{good, good, "--json", "--markdown"}, "--json"}};
  for (const auto& each : cases) {
    const Finished refused = reports.compare(each.arguments);
    CAPTURE(each.says, refused.out, refused.err);
    CHECK(refused.exit_code == 104);
    CHECK_THAT(refused.err, Contains(each.says));
  }
}

TEST_CASE("help of compare shows examples, and what the exit codes mean", "[integration][compare]") {
  const Finished help = run_thresher({"compare", "--help"});
  CHECK(help.exit_code == 0);
  CHECK(help.out.find("Examples") < help.out.find("--baseline "));
  CHECK_THAT(help.out, Contains("99 for a regression") && Contains("--max-regression"));
}
