#include "cli/nwtn_command.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/nwtn_stress.h"
#include "cli/nwtn_validate.h"

namespace thresher::cli {
namespace {

constexpr const char* kStress =
    "Loads an orchestrator with users as the NWTN document does (ramp up, hold, ramp down; 40 % simple, 40 % medium, "
    "20 % complex questions) and holds it to Phase 1. Writes nwtn_stress_test_results.json, performance_timeline.json "
    "and error_breakdown.json. Ends with 0 when Phase 1 is met, 99 when it is not, 104 when nothing was sent, 105 when "
    "interrupted, 108 when the service turned out to keep another contract, 121 when this machine was the limit.\n\n"
    "Examples:\n  thresher nwtn stress --quick --stand-in nwtn\n"
    "  thresher nwtn stress --url https://prsm.example.com --users 500 --duration 180 --latency 1500 --success-rate "
    "0.97\n  thresher nwtn stress --extended --output-dir results --html results/nwtn.html\n"
    "  thresher nwtn stress --rehearse --seed 7          in virtual time, against the stand-in\n";

constexpr const char* kValidate =
    "Asks an orchestrator four questions of growing complexity and judges the work of its five agents: times, "
    "coordination, data flow, safety, quality. Writes nwtn_agent_validation_results.json. Ends with 0 when all four "
    "passed, 99 when not, 104 when nothing could be judged, 105 when interrupted.\n\n"
    "Examples:\n  thresher nwtn validate --stand-in nwtn\n"
    "  thresher nwtn validate --url https://prsm.example.com --timeout 60 --output-dir results\n";

template <class Options>
void add_common(CLI::App& app, Options& options) {
  app.add_option("--output", options.output, "the results' file (" + options.output + ")")->type_name("FILE");
  app.add_option("--output-dir", options.output_dir, "where the files go (the current folder)")->type_name("DIR");
  app.add_option("--seed", options.seed, "of users and stand-in, to repeat a test")->type_name("N");
  app.add_option("--stand-in", options.stand_ins, "serve this target's stand-in during the test: nwtn, or nwtn={json}")
      ->type_name("NAME");
  app.add_option("--plugin", options.plugins, "load this plugin (file or folder) as well; repeat")->type_name("PATH");
  app.add_flag("--insecure-skip-tls-verify", options.insecure, "take any certificate");
  app.add_flag("--quiet", options.quiet, "say nothing but what is wrong");
}

void add_stress(CLI::App& nwtn, Command& command) {
  const auto options = std::make_shared<NwtnStressOptions>();
  CLI::App& stress = *nwtn.add_subcommand("stress", kStress);
  stress.add_option("--url", options->url, "where the orchestrator is (http://127.0.0.1:8000)")->type_name("URL");
  stress.add_option("--users", options->users, "most users at once (1000)")->type_name("N");
  stress.add_option("--duration", options->duration, "how long they all stay: 300, 5m (300)")->type_name("SECONDS");
  stress.add_option("--ramp", options->ramp, "how long they take to come, and to go (60)")->type_name("SECONDS");
  stress.add_option("--latency", options->latency, "what p95 must stay below, and half of it the average (2000)")
      ->type_name("MS");
  stress.add_option("--success-rate", options->success_rate, "the least part of sessions that succeeds (0.95)")
      ->type_name("0..1");
  stress.add_flag("--quick", options->quick, "100 users: 30 s, 60 s, 30 s");
  stress.add_flag("--extended", options->extended, "2000 users: 60 s, 600 s, 60 s");
  stress.add_flag("--rehearse", options->rehearse, "in virtual time, against the stand-in");
  stress.add_option("--workers", options->workers, "loops (cores)")->type_name("N");
  stress.add_option("--html", options->html, "thresher's own report as well")->type_name("FILE");
  stress.add_option("--json", options->json, "thresher's own figures as well, for thresher compare")->type_name("FILE");
  stress.add_flag("--no-preflight", options->no_preflight, "do not ask each kind of question once before the load");
  stress.add_flag("--no-history", options->no_history, "keep the run out of `thresher runs`");
  stress.add_flag("--no-color", options->no_color, "plain text");
  add_common(stress, *options);
  stress.callback([&command, options] {
    command.perform = [options, line = command.line] { return nwtn_stress(*options, line); };
  });
}

void add_validate(CLI::App& nwtn, Command& command) {
  const auto options = std::make_shared<NwtnValidateOptions>();
  CLI::App& validate = *nwtn.add_subcommand("validate", kValidate);
  validate.add_option("--url", options->url, "where the orchestrator is (http://127.0.0.1:8000)")->type_name("URL");
  validate.add_option("--timeout", options->timeout, "when an answer is waited for no longer: 45, 1m (30)")
      ->type_name("SECONDS");
  add_common(validate, *options);
  validate.callback([&command, options] { command.perform = [options] { return nwtn_validate(*options); }; });
}

}  // namespace

void add_nwtn_command(CLI::App& app, Command& command) {
  CLI::App& nwtn = *app.add_subcommand(
      "nwtn",
      "Tests of an NWTN orchestrator, its pipeline of five agents.\n\nExamples:\n  thresher nwtn validate "
      "--stand-in nwtn\n  thresher nwtn stress --quick --stand-in nwtn\n");
  nwtn.require_subcommand(1);
  add_stress(nwtn, command);
  add_validate(nwtn, command);
}

}  // namespace thresher::cli
