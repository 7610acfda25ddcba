#include <fmt/format.h>

#include <cctype>
#include <filesystem>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/templates.h"

namespace thresher::cli {
namespace {

namespace fs = std::filesystem;

/// "my-flow.lua" and "dir/my_flow" both name my_flow: what Lua, C++ and CMake accept as an identifier.
std::string identifier_of(const fs::path& path) {
  std::string name = path.stem().string();
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0) name.insert(0, "my_");
  return name;
}

std::string fill(std::string_view text, const std::string& name) {
  constexpr std::string_view kPlace = "@NAME@";
  std::string filled(text);
  for (std::size_t at = 0; (at = filled.find(kPlace, at)) != std::string::npos; at += name.size())
    filled.replace(at, kPlace.size(), name);
  return filled;
}

Result<void> write_new(const fs::path& path, std::string_view text, const std::string& name) {
  if (std::error_code ignored; fs::exists(path, ignored))
    return fail(ErrorCode::invalid_argument, "'" + path.string() + "' exists already and is left as it is");
  return write_file(path, fill(text, name));
}

Result<void> write_scenario(fs::path path) {
  if (path.extension() != ".lua") path += ".lua";
  if (auto written = write_new(path, kScenarioTemplate, identifier_of(path)); !written) return written;
  fmt::print("wrote {}\ntry it:  thresher run {} --users 1 --iterations 1 --host http://127.0.0.1:8080\n",
             path.string(), path.string());
  return {};
}

Result<void> write_plugin(const fs::path& folder, std::string_view kind) {
  const std::string name = identifier_of(folder);
  if (auto written = write_new(folder / "CMakeLists.txt", kPluginBuildTemplate, name); !written) return written;
  if (auto written = write_new(folder / (name + ".cpp"), plugin_template(kind), name); !written) return written;
  fmt::print(
      "wrote {0}/CMakeLists.txt and {0}/{1}.cpp\nbuild it:  cmake -S {0} -B {0}/build && cmake --build {0}/build\n"
      "see it:    thresher plugins --plugin {0}/build/{1}.so\ntry it:    thresher plugins verify {0}/build/{1}.so\n",
      folder.string(), name);
  return {};
}

int exit_code_after(const Result<void>& written) {
  if (written) return kExitFine;
  complain(written.error());
  return exit_code_of(written.error());
}

}  // namespace

int new_command(const Command& command) {
  if (command.new_kind != "scenario") return new_plugin_command(command.new_path, "target");
  return exit_code_after(write_scenario(command.new_path));
}

int new_plugin_command(const std::string& path, const std::string& kind) {
  return exit_code_after(write_plugin(path, kind));
}

}  // namespace thresher::cli
