#include "cli/preflight.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"
#include "engine/run.h"
#include "event/uv_loop.h"

namespace thresher::cli {
namespace {

constexpr std::size_t kShownBytes = 2000;  // of a request, and of an answer

bool says_not_understood(int status) {
  static constexpr std::array kStatuses = {400, 404, 405, 415, 422};
  return std::find(kStatuses.begin(), kStatuses.end(), status) != kStatuses.end();
}

/// The bytes as a person reads them: a mark before each line, what is too long cut.
std::string quoted(std::string_view bytes, std::string_view mark) {
  const bool cut = bytes.size() > kShownBytes;
  std::string text;
  for (std::string_view rest = bytes.substr(0, kShownBytes); !rest.empty();) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    text.append("  ").append(mark).append(" ");
    for (const char c : line) text += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    text += '\n';
  }
  if (cut) text += fmt::format("  {} ... {} bytes in all\n", mark, bytes.size());
  return text;
}

/// Looks for the first thing that cannot be right. Told on the worker's thread, asked when the walk is over.
class Witness final : public bindings::WalkListener {
 public:
  void on_exchange(bindings::WalkedExchange exchange) override {
    if (!problem_ && !exchange.expected && says_not_understood(exchange.status))
      problem_ = disagreement(exchange, fmt::format("the answer is {}", exchange.status));
    last_[exchange.task] = std::move(exchange);
  }
  void on_missing_field(const std::string& task, std::string_view path) override { missing_[task] = path; }
  void on_failed_check(const std::string& task, std::string_view check) override {
    const auto missing = missing_.find(task);
    const auto exchange = last_.find(task);
    if (problem_ || missing == missing_.end() || exchange == last_.end()) return;
    problem_ = disagreement(exchange->second, fmt::format("the check \"{}\" failed, and the answer has no field \"{}\"",
                                                          check, missing->second));
  }

  const std::optional<Error>& problem() const { return problem_; }

 private:
  static Error disagreement(const bindings::WalkedExchange& exchange, const std::string& what) {
    return {
        ErrorCode::invalid_argument,
        fmt::format("the scenario and the service disagree: in task \"{}\" {}\n\n{}\n{}\nput the script or the host "
                    "right, or leave this check out with --no-preflight",
                    exchange.task, what, quoted(exchange.request, ">"), quoted(exchange.response, "<")),
        exchange.where};
  }

  std::optional<Error> problem_;
  std::map<std::string, bindings::WalkedExchange> last_;  ///< by task
  std::map<std::string, std::string> missing_;            ///< likewise: the last path asked for in vain
};

/// The plan with one user, who does one iteration of one scenario.
profile::Plan walk_of(const profile::Plan& plan, const profile::PlannedScenario& scenario) {
  profile::Plan walk = plan;
  walk.executor = profile::ExecutorKind::shared_iterations;
  walk.users = walk.iterations = 1;
  walk.workers = 1;
  walk.spawn_rate = 0;
  walk.stages.clear();
  walk.run_time = kPreflightLimit;
  walk.stop_timeout = {};
  walk.max_in_flight = 0;
  walk.scenarios = {scenario};
  walk.thresholds.clear();
  return walk;
}

Result<void> walk(const Preparation& prepared, const profile::PlannedScenario& scenario) {
  Witness witness;
  bindings::ScenarioOptions options = prepared.scenario;
  options.walk = &witness;
  options.http_debug = false;
  const auto loop = event::make_uv_loop();
  const auto run = engine::Run::create(walk_of(prepared.plan, scenario), *loop,
                                       {.make_loop = [](unsigned) { return event::make_uv_loop(); },
                                        .threads = true,
                                        .process_cpu = {},
                                        .script_limit = prepared.options.script_limit},
                                       bindings::make_runner_factory(options), {});
  bool interrupted = false;
  std::vector<std::unique_ptr<event::SignalWatch>> watches;
  for (const int number : {SIGINT, SIGTERM})
    watches.push_back(event::watch_signal(*loop, number, [&](int) {
      interrupted = true;
      run->control().kill();
    }));
  run->start([&loop](const engine::RunSummary&) { loop->stop(); });
  loop->run();
  if (interrupted) return fail(ErrorCode::cancelled, "interrupted before the load began");
  if (witness.problem()) return fail(*witness.problem());
  return {};  // a script that fails, or a setup that does, will say so again in the run
}

}  // namespace

Result<void> preflight(const Preparation& prepared) {
  for (const profile::PlannedScenario& scenario : prepared.plan.scenarios) {
    if (!prepared.plan.catalogue[scenario.scenario].preflight) continue;
    if (auto walked = walk(prepared, scenario); !walked) return walked;
  }
  return {};
}

}  // namespace thresher::cli
