#include "bindings/scenario_runner.h"

#include <fmt/format.h>

#include <algorithm>

#include "bindings/runner.h"
#include "bindings/script_host.h"

namespace thresher::bindings {

Result<Catalogue> read_catalogue(const ScenarioOptions& options) {
  auto host = ScriptHost::load(options, [](const std::string&) {});
  if (!host) return fail(std::move(host.error()));
  Catalogue catalogue{
      .scenarios = {}, .options = (*host)->profile, .metrics = (*host)->metrics, .validators = (*host)->validators};
  for (const auto& scenario : (*host)->scenarios) catalogue.scenarios.push_back(scenario->info);
  for (const auto& step : (*host)->setups) {
    catalogue.has_setup = catalogue.has_setup || step->setup.function != kNone;
    catalogue.has_teardown = catalogue.has_teardown || step->teardown.function != kNone;
  }
  if (catalogue.scenarios.empty()) {
    std::vector<std::string> files;
    for (const auto& file : options.files) files.push_back(file.string());
    return fail(ErrorCode::not_found,
                fmt::format("no scenario is declared by {}; it takes thresher.scenario {{ name = ... }}",
                            fmt::join(files, ", ")));
  }
  return catalogue;
}

Result<std::vector<std::filesystem::path>> scenario_files(const std::vector<std::string>& arguments) {
  namespace fs = std::filesystem;
  std::vector<fs::path> files;
  for (const auto& argument : arguments) {
    std::error_code problem;
    const auto status = fs::status(argument, problem);
    if (!fs::exists(status)) return fail(ErrorCode::not_found, fmt::format("'{}' does not exist", argument));
    if (!fs::is_directory(status)) {
      files.emplace_back(argument);
      continue;
    }
    std::vector<fs::path> inside;
    for (const auto& entry : fs::directory_iterator(argument, problem)) {
      if (entry.path().extension() == ".lua" && entry.is_regular_file(problem)) inside.push_back(entry.path());
    }
    if (problem)
      return fail(ErrorCode::io, fmt::format("cannot read the folder '{}': {}", argument, problem.message()));
    if (inside.empty()) return fail(ErrorCode::not_found, fmt::format("the folder '{}' holds no *.lua file", argument));
    std::sort(inside.begin(), inside.end());
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

engine::RunnerFactory make_runner_factory(ScenarioOptions options) {
  // Shared by the factory and every runner it makes: whichever lives longest.
  auto shared = std::make_shared<const ScenarioOptions>(std::move(options));
  return [shared](const engine::WorkerContext& context) { return Runner::create(shared, context); };
}

}  // namespace thresher::bindings
