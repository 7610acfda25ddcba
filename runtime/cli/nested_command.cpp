#include "cli/nested_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/descriptor_limit.h"
#include "cli/nested_options.h"
#include "cli/nested_run.h"

namespace thresher::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kExitWorkFailed = 2;  // as the public script's
constexpr int kExitInvalid = 121;
constexpr std::size_t kFailuresShown = 20;

const char* from_environment(const char* name) { return std::getenv(name); }

bool environment_speaks() {
  const auto options = nested_options();
  return std::any_of(options.begin(), options.end(), [](const NestedOption& option) {
    return option.variable != nullptr && from_environment(option.variable) != nullptr;
  });
}

/// That a long run does not end with a file nobody can write.
Result<void> check_writable(const std::string& file) {
  if (file.empty()) return {};
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (!problem && ::access(folder.c_str(), W_OK) == 0 && !std::filesystem::is_directory(file)) return {};
  return fail(ErrorCode::invalid_argument, fmt::format("--save-metrics '{}' cannot be written", file));
}

Result<std::vector<PreparedNested>> prepare(const NestedOptions& common, std::uint64_t seed) {
  std::vector<NestedOptions> scenarios{common};
  std::vector<std::string> remarks;
  if (!common.scenario_file.empty()) {
    const auto text = read_file(common.scenario_file);
    if (!text) return fail(Error(text.error()));
    auto read = read_nested_scenarios(*text, common.scenario_file, common, remarks);
    if (!read) return fail(std::move(read.error()));
    scenarios = std::move(*read);
  }
  std::vector<PreparedNested> prepared;
  for (NestedOptions& scenario : scenarios) {
    auto one = prepare_nested(std::move(scenario), seed);
    if (!one) return fail(std::move(one.error()));
    prepared.push_back(std::move(*one));
  }
  for (const std::string& remark : remarks) fmt::print(stderr, "thresher: {}\n", remark);
  return prepared;
}

void print_failures(const Json& report) {
  const Json& failures = report["failures"];
  if (failures.empty()) return;
  fmt::print("--- {} of {} failed ---\n", failures.size(), report["total_requests"].get<std::uint64_t>());
  for (std::size_t i = 0; i < std::min(failures.size(), kFailuresShown); ++i)
    fmt::print("{}\n", failures[i].dump(2, ' ', false, Json::error_handler_t::replace));
  if (failures.size() > kFailuresShown)
    fmt::print("... and {} more, all in \"failures\"\n", failures.size() - kFailuresShown);
}

/// Prints and saves what there is. Whether the file could be written.
bool deliver(Json reports, const std::string& file) {
  const Json out = reports.size() == 1 ? std::move(reports[0]) : Json{{"scenarios", std::move(reports)}};
  const std::string text = out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  fmt::print("{}", text);
  std::fflush(stdout);  // quick_exit() below would not
  if (file.empty()) return true;
  if (const auto written = write_file(file, text); !written) {
    complain(written.error());
    return false;
  }
  fmt::print(stderr, "metrics written to {}\n", file);
  return true;
}

/// How the command ends; what weighs most comes first.
struct Ending {
  bool interrupted = false, unwritten = false, work_failed = false, invalid = false, stuck_worker = false;

  void add(const NestedOutcome& outcome) {
    interrupted |= outcome.interrupted;
    work_failed |= outcome.work_failed;
    invalid |= outcome.invalid;
    stuck_worker |= outcome.stuck_worker;
  }
  int exit_code() const {
    if (interrupted) return kExitInterrupted;
    if (work_failed) return kExitWorkFailed;
    if (unwritten) return kExitBadConfiguration;
    return invalid ? kExitInvalid : kExitFine;
  }
};

int perform(const NestedOptions& common) {
  const std::uint64_t seed = common.seed.value_or(std::random_device{}());
  const auto scenarios = prepare(common, seed);
  if (!scenarios) return refuse(scenarios.error());
  if (auto writable = check_writable(common.save_metrics); !writable) return refuse(writable.error());
  raise_descriptor_limit();
  const auto stage = NestedStage::set(common.stand_in, common.rehearse, seed);
  if (!stage) return refuse(stage.error());

  Ending ending;
  Json reports = Json::array();
  for (const PreparedNested& scenario : *scenarios) {
    auto outcome = run_nested(scenario, **stage);
    if (!outcome) {
      if (!reports.empty()) deliver(std::move(reports), common.save_metrics);
      return refuse(outcome.error());
    }
    if (scenario.options.print_failures) print_failures(outcome->report);
    if (outcome->invalid)
      for (const Json& reason : outcome->report["validity"]["reasons"])
        fmt::print(stderr, "thresher: INVALID: {}\n", reason.get<std::string>());
    reports.push_back(std::move(outcome->report));
    ending.add(*outcome);
    if (ending.interrupted || ending.stuck_worker) break;
  }
  ending.unwritten = !deliver(std::move(reports), common.save_metrics);
  if (ending.stuck_worker) std::quick_exit(ending.exit_code());
  return ending.exit_code();
}

/// Without arguments the environment says what to do, as the document's container has it.
int perform_from_environment() {
  if (!environment_speaks())
    return refuse({ErrorCode::invalid_argument,
                   "nested: say what to execute: --target NODE.REASONER, or TARGET in the environment; see --help",
                   {}});
  const auto options = nested_options_from_environment(from_environment);
  return options ? perform(*options) : refuse(options.error());
}

void add_options(CLI::App& nested, NestedOptions& options) {
  for (const NestedOption& option : nested_options()) {
    const std::string flag = std::string("--") + option.name;
    std::visit(
        [&](auto member) {
          auto& value = options.*member;
          using T = std::remove_reference_t<decltype(value)>;
          if constexpr (std::is_same_v<T, bool>)
            nested.add_flag(flag, value, option.help);
          else if constexpr (std::is_same_v<T, std::vector<std::string>>)
            nested.add_option(flag, value, option.help)->type_name(option.type_name)->allow_extra_args(false);
          else
            nested.add_option(flag, value, option.help)->type_name(option.type_name)->take_last();
        },
        option.member);
  }
}

}  // namespace

void add_nested_command(CLI::App& app, Command& command) {
  const auto options = std::make_shared<NestedOptions>();
  CLI::App& nested = *app.add_subcommand(
      "nested",
      "Executes workflows on a durable gateway and follows them to their ends: nested_workflow_stress.py's options, "
      "environment and JSON. Ends with 0 when all succeeded, 2 when one did not, 104 when nothing was sent, 105 when "
      "interrupted, 121 when this machine was the limit.\n\n"
      "Examples:\n"
      "  thresher nested --base-url http://localhost:8080 --target demo-agent.synthetic_nested --mode async \\\n"
      "      --requests 500 --concurrency 32 --depth 5 --width 3 --payload-bytes 32768 --print-failures\n"
      "  thresher nested --target a.plan --scenario-file scenarios.json --metrics-url http://localhost:8080/metrics\n"
      "  thresher nested --target a.plan --mode async --batch-status --concurrency 512 --save-metrics out.json | jq .\n"
      "  thresher nested --rehearse --target demo-agent.synthetic_nested --depth 3 --width 2 --check-dag\n"
      "  TARGET=demo-agent.synthetic_nested BASE_URL=http://localhost:8080 REQUESTS=50 thresher nested\n");
  if (const char* url = from_environment("AGENTFIELD_BASE_URL"); url != nullptr && *url != '\0')
    options->base_url = url;
  add_options(nested, *options);
  nested.callback([&command, &nested, options] {
    const bool bare = nested.parse_order().empty();
    command.perform = [options, bare] { return bare ? perform_from_environment() : perform(*options); };
  });
}

}  // namespace thresher::cli
