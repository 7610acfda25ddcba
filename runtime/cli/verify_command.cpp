#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/plugin_commands.h"
#include "cli/templates.h"
#include "plugin/verify.h"

namespace thresher::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kVerifyHelp =
    "Puts a plugin to the contract: handshake, options, memory, determinism, threads, and what each kind has to bear. "
    "A\n"
    "check that crashes or hangs the plugin fails alone. Ends with 0, or with 104 when a check failed.\n\nExamples:\n"
    "  thresher plugins verify build/my_target.so\n"
    "  thresher plugins verify build/my_output.so --config 'my_output={\"file\":\"out.txt\"}'\n";

struct VerifyRequest {
  std::string path;
  plugin::VerifyOptions options;
  std::vector<std::string> configs;  ///< NAME={json}
  bool as_json = false;
};

Result<void> read_configs(VerifyRequest& request) {
  for (const std::string& text : request.configs) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || !Json::parse(text.substr(equals + 1), nullptr, false).is_object())
      return fail(ErrorCode::invalid_argument,
                  fmt::format("--config '{}': expected NAME={{...}}, with a JSON object behind the name", text));
    request.options.configs[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return {};
}

void print_line(const plugin::CheckResult& result) {
  if (result.passed())
    fmt::print("ok      {}: {}\n", result.subject, result.check);
  else
    fmt::print("FAILED  {}: {}: {}\n", result.subject, result.check, result.why);
  std::fflush(stdout);  // a check may take seconds
}

std::string json_of(const std::string& path, const std::vector<plugin::CheckResult>& results, std::size_t failed) {
  Json checks = Json::array();
  for (const plugin::CheckResult& result : results)
    checks.push_back(
        {{"subject", result.subject}, {"check", result.check}, {"ok", result.passed()}, {"why", result.why}});
  const Json whole = {
      {"plugin", path}, {"passed", results.size() - failed}, {"failed", failed}, {"checks", std::move(checks)}};
  return whole.dump(2, ' ', false, Json::error_handler_t::replace);
}

int verify(VerifyRequest request) {
  if (auto read = read_configs(request); !read) {
    complain(read.error());
    return kExitBadConfiguration;
  }
  const auto results = request.as_json ? plugin::verify_plugin(request.path, request.options)
                                       : plugin::verify_plugin(request.path, request.options, print_line);
  if (!results) {
    complain(results.error());
    return kExitBadConfiguration;
  }
  std::size_t failed = 0;
  for (const plugin::CheckResult& result : *results) failed += result.passed() ? 0 : 1;
  if (request.as_json)
    fmt::print("{}\n", json_of(request.path, *results, failed));
  else
    fmt::print("{} passed, {} failed\n", results->size() - failed, failed);
  return failed == 0 ? kExitFine : kExitBadConfiguration;
}

void add_verify(CLI::App& plugins_app, Command& command) {
  const auto request = std::make_shared<VerifyRequest>();
  CLI::App& app = *plugins_app.add_subcommand("verify", kVerifyHelp);
  app.add_option("path", request->path, "the plugin's library")->required()->type_name("PATH");
  app.add_option("--seed", request->options.seed, "of the instances (1)")->type_name("N");
  app.add_option("--config", request->configs, "options of one target, generator, validator or output; repeat")
      ->type_name("NAME=JSON")
      ->take_all()
      ->expected(1);
  app.add_flag("--json", request->as_json, "as JSON");
  app.callback([request, &command] { command.perform = [request] { return verify(*request); }; });
}

/// `new` itself, with the path it takes, is declared where all of its kind are; a kind given is answered here.
void add_kind(CLI::App& new_app, Command& command) {
  const auto kind = std::make_shared<std::string>();
  CLI::Option* option = new_app.add_option("--kind", *kind, "of a plugin (target)");
  option->type_name("target|generator|validator|output")
      ->check(CLI::IsMember({"target", "generator", "validator", "output"}));
  new_app.callback([kind, option, &command] {
    if (option->empty()) return;
    if (command.new_kind != "plugin") throw CLI::ValidationError("--kind", "is for plugins");
    command.perform = [kind, path = command.new_path] { return new_plugin_command(path, *kind); };
  });
}

}  // namespace

void add_plugin_commands(CLI::App& app, Command& command) {
  add_verify(*app.get_subcommand("plugins"), command);
  add_kind(*app.get_subcommand("new"), command);
}

}  // namespace thresher::cli
