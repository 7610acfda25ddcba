// README.md is true: every `$ command` of its console blocks runs, in order, in one empty folder, and ends well.
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "support/subprocess.h"

using thresher::support::ScratchFolder;
using thresher::support::Subprocess;

namespace {

std::vector<std::string> commands_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> commands;
  bool console = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```"))
      console = line == "```console";
    else if (console && line.starts_with("$ "))
      commands.push_back(line.substr(2));
  }
  return commands;
}

/// What a command promises in a comment, "# exits 120", else 0.
int promised_exit(const std::string& command) {
  static constexpr std::string_view kPromise = "# exits ";
  const std::size_t at = command.find(kPromise);
  return at == std::string::npos ? 0 : std::stoi(command.substr(at + kPromise.size()));
}

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("every command of README.md runs in an empty folder", "[integration][readme]") {
  const std::vector<std::string> commands = commands_of(std::string(THRESHER_SOURCE_DIR) + "/README.md");
  REQUIRE(commands.size() >= 8);
  const ScratchFolder folder;
  const std::map<std::string, std::string> environment{{"PATH", std::string(THRESHER_BINARY_DIR) + ":/usr/bin:/bin"}};
  for (const std::string& command : commands) {
    const auto ended = Subprocess({"/bin/sh", "-c", command}, environment, folder.path()).finish();
    INFO("$ " << command << "\n" << ended.out << ended.err);
    CHECK(ended.exit_code == promised_exit(command));
  }
}

TEST_CASE("what ./dev run runs without arguments is what README.md shows", "[integration][readme]") {
  const std::string dev = text_of(std::string(THRESHER_SOURCE_DIR) + "/dev");
  const std::string arguments = "scripts/health_checks.lua --profile light --run-time 30s --stand-in leveredge";
  CHECK(dev.find("set -- " + arguments) != std::string::npos);
  CHECK(text_of(std::string(THRESHER_SOURCE_DIR) + "/README.md").find("thresher run " + arguments) !=
        std::string::npos);
}
