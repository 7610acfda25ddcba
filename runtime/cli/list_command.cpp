#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "bindings/scenario_runner.h"
#include "cli/commands.h"
#include "cli/locations.h"
#include "plugin/registry.h"

namespace thresher::cli {
namespace {

void print_json(const bindings::Catalogue& catalogue) {
  auto scenarios = nlohmann::ordered_json::array();
  for (const profile::ScenarioInfo& scenario : catalogue.scenarios) {
    auto tasks = nlohmann::ordered_json::array();
    for (const profile::TaskInfo& task : scenario.tasks)
      tasks.push_back({{"name", task.name}, {"weight", task.weight}, {"tags", task.tags}, {"where", task.where}});
    scenarios.push_back({{"name", scenario.name},
                         {"file", scenario.file},
                         {"weight", scenario.weight},
                         {"host", scenario.host},
                         {"tags", scenario.tags},
                         {"sequential", scenario.sequential},
                         {"tasks", std::move(tasks)}});
  }
  fmt::print("{}\n", nlohmann::ordered_json{{"scenarios", std::move(scenarios)}}.dump(2));
}

void print_text(const bindings::Catalogue& catalogue) {
  for (const profile::ScenarioInfo& scenario : catalogue.scenarios) {
    fmt::print("{}  weight {:g}  {}\n", scenario.name, scenario.weight,
               scenario.host.empty() ? "no default host" : scenario.host);
    fmt::print("  {}{}\n", scenario.file, scenario.sequential ? "  tasks in the order written" : "");
    double weights = 0;
    std::size_t widest = 0;
    for (const profile::TaskInfo& task : scenario.tasks) {
      weights += task.weight;
      widest = std::max(widest, task.name.size());
    }
    for (const profile::TaskInfo& task : scenario.tasks)
      fmt::print("  {:<{}}  weight {:<4g} {:>5.1f} %  {}\n", task.name, widest, task.weight,
                 100 * task.weight / weights, fmt::join(task.tags, ", "));
  }
}

}  // namespace

int list_command(const Command& command) {
  const Locations locations = Locations::of_this_process();
  std::vector<std::string> arguments = command.run.files;
  if (arguments.empty()) arguments.emplace_back("scripts/");
  for (std::string& argument : arguments) argument = locations.script(argument);

  auto files = bindings::scenario_files(arguments);
  if (!files) {
    complain(files.error());
    return exit_code_of(files.error());
  }
  plugin::Registry plugins;  // scenarios may ask for generators, validators and targets while they load
  if (auto loaded = load_plugins(plugins, locations, command.run.plugins); !loaded) {
    complain(loaded.error());
    return exit_code_of(loaded.error());
  }
  bindings::ScenarioOptions options;
  options.files = std::move(*files);
  options.plugins = &plugins;
  const auto catalogue = bindings::read_catalogue(options);
  if (!catalogue) {
    complain(catalogue.error());
    return exit_code_of(catalogue.error());
  }
  command.as_json ? print_json(*catalogue) : print_text(*catalogue);
  return kExitFine;
}

}  // namespace thresher::cli
