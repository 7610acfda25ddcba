// scripts/nested/entry.sh, which the container starts, with a thresher on its path that says how it was called; and
// with the real one.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "nested.h"

using namespace nested;
using Catch::Matchers::Contains;
using thresher::support::Finished;
using thresher::support::ScratchFolder;
using thresher::support::Subprocess;
using thresher::support::thresher_binary;

namespace {

const std::string kFolder = std::string(THRESHER_SOURCE_DIR) + "/scripts/nested/";

/// The entry point with these arguments and this environment; `binaries` comes first on its path.
Finished enter(const std::string& binaries, std::vector<std::string> arguments,
               std::map<std::string, std::string> environment = {}) {
  environment["PATH"] = binaries + ":/usr/bin:/bin";
  arguments.insert(arguments.begin(), kFolder + "entry.sh");
  return Subprocess(std::move(arguments), std::move(environment)).finish();
}

/// A thresher that prints its arguments, one a line, and TARGET.
void write_telltale(const ScratchFolder& folder) {
  const std::string path =
      folder.write("thresher", "#!/bin/sh\nprintf '%s\\n' \"$@\"\necho \"TARGET=${TARGET-}\"\nexit 7\n");
  REQUIRE(::chmod(path.c_str(), 0755) == 0);
}

}  // namespace

TEST_CASE("arguments reach thresher as they are, spaces and all, and so does its exit code", "[integration][nested]") {
  const ScratchFolder folder;
  write_telltale(folder);
  const Finished run = enter(folder.path(), {"--target", "a.b", "--header", "X-Name: two words", "--print-failures"});
  CHECK(run.exit_code == 7);
  CHECK(run.out == "nested\n--target\na.b\n--header\nX-Name: two words\n--print-failures\nTARGET=\n");
}

TEST_CASE("without arguments the environment stays in charge, with a target in any case", "[integration][nested]") {
  const ScratchFolder folder;
  write_telltale(folder);
  CHECK(enter(folder.path(), {}).out == "nested\nTARGET=demo-agent.synthetic_nested\n");
  CHECK(enter(folder.path(), {}, {{"TARGET", "my.own"}}).out == "nested\nTARGET=my.own\n");
  CHECK(enter(folder.path(), {}, {{"TARGET", ""}}).out == "nested\nTARGET=demo-agent.synthetic_nested\n");
}

TEST_CASE("the document's variables drive a run from the entry point", "[integration][nested][ports]") {
  Subprocess gateway({thresher_binary(), "stand-in", "gateway"});
  REQUIRE(gateway.wait_for("stands in"));
  const std::string binaries = std::filesystem::path(thresher_binary()).parent_path().string();
  const Finished run = enter(binaries, {},
                             {{"BASE_URL", "http://127.0.0.1:8080"},
                              {"MODE", "sync"},
                              {"REQUESTS", "12"},
                              {"CONCURRENCY", "3"},
                              {"PAYLOAD_BYTES", "2048"},
                              {"PRINT_FAILURES", "true"}});
  INFO(run.out << run.err);
  const json report = json::parse(run.out, nullptr, false);
  REQUIRE(report.is_object());
  CHECK(report["status_counts"] == json{{"succeeded", 12}});
  CHECK(report["config"]["mode"] == "sync");
  CHECK(report["config"]["payload_bytes"] == 2048);
}

TEST_CASE("the Dockerfile starts the entry point that is tested here", "[integration][nested]") {
  std::ifstream file(kFolder + "Dockerfile");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  CHECK_THAT(text, Contains("COPY scripts/nested/entry.sh /usr/local/bin/entry.sh") &&
                       Contains("ENTRYPOINT [\"/usr/local/bin/entry.sh\"]"));
  struct stat entry {};
  REQUIRE(::stat((kFolder + "entry.sh").c_str(), &entry) == 0);
  CHECK((entry.st_mode & S_IXUSR) != 0);
}
