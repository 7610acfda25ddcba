#include "cli/nwtn_validate.h"

#include <fmt/format.h>

#include <charconv>
#include <csignal>
#include <filesystem>
#include <optional>

#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/locations.h"
#include "cli/stand_in_thread.h"
#include "event/uv_loop.h"
#include "plugin/registry.h"
#include "report/output.h"

namespace thresher::cli {
namespace {

constexpr Nanoseconds kTimeout = std::chrono::seconds(30);
constexpr std::size_t kShownBytes = 400;  // of an answer that keeps another contract

Result<Nanoseconds> timeout_of(const NwtnValidateOptions& options) {
  if (options.timeout.empty()) return kTimeout;
  const auto timeout = parse_duration(options.timeout);
  if (timeout && timeout->count() > 0) return *timeout;
  return fail(ErrorCode::invalid_argument,
              fmt::format("--timeout '{}': expected seconds or a length of time, such as 30 or 45s, and more than none",
                          options.timeout));
}

Result<std::uint64_t> seed_of(const NwtnValidateOptions& options) {
  std::uint64_t seed = 0;
  const char* end = options.seed.data() + options.seed.size();
  const auto [stopped, problem] = std::from_chars(options.seed.data(), end, seed);
  if (options.seed.empty() || (problem == std::errc{} && stopped == end)) return seed;
  return fail(ErrorCode::invalid_argument, fmt::format("--seed '{}': expected a whole number", options.seed));
}

Result<std::unique_ptr<StandInThread>> start_stand_ins_of(const NwtnValidateOptions& options,
                                                          const plugin::Registry& plugins) {
  if (options.stand_ins.empty()) return std::unique_ptr<StandInThread>();
  const auto seed = seed_of(options);
  if (!seed) return fail(Error(seed.error()));
  std::vector<WantedStandIn> wanted;
  for (const std::string& text : options.stand_ins) {
    const std::size_t equals = text.find('=');
    auto type = plugins.target(text.substr(0, equals));
    if (!type) return fail(std::move(type.error()));
    wanted.push_back({*type, equals == std::string::npos ? "{}" : text.substr(equals + 1)});
  }
  return StandInThread::start(std::move(wanted), *seed);
}

void print_session(const NwtnValidation& session) {
  fmt::print("{}  {:<30} {:.2f} s of {:.0f} s, coordination {:.2f}, confidence {:.2f}, {}\n",
             session.passed() ? "passed" : "FAILED", session.scenario, to_seconds(session.took),
             to_seconds(session.limit), session.coordination, session.confidence, name_of(session.rating));
  for (const NwtnAgentWork& work : session.work)
    fmt::print("          {:<10} {:>7.3f} s  {:<9}  confidence {:.2f}{}\n", work.agent, work.execution_time_s,
               name_of(work.quality), work.confidence, work.success ? "" : "  failed");
  for (const std::string& line : session.recommendations()) fmt::print("          {}\n", line);
  std::fflush(stdout);
}

/// What a whole validation came to.
struct Validated {
  std::vector<NwtnValidation> sessions;
  bool interrupted = false;
};

Result<Validated> validate(const NwtnValidateOptions& options, const http::Url& url, Nanoseconds timeout) {
  const auto loop = event::make_uv_loop();
  auto client = NwtnClient::create(*loop, url, !options.insecure);
  if (!client) return fail(std::move(client.error()));
  Validated made;
  Result<void> ended;
  NwtnValidator validator(
      **client, timeout,
      [&](const NwtnValidation& session) {
        if (!options.quiet) print_session(session);
        made.sessions.push_back(session);
      },
      [&](Result<void> done) {
        ended = std::move(done);
        loop->stop();
      });
  std::vector<std::unique_ptr<event::SignalWatch>> watches;
  for (const int number : {SIGINT, SIGTERM})
    watches.push_back(event::watch_signal(*loop, number, [&](int) {
      made.interrupted = true;
      loop->stop();
    }));
  validator.begin();
  loop->run();
  if (!ended) return fail(std::move(ended.error()));
  return made;
}

}  // namespace

NwtnValidator::NwtnValidator(NwtnClient& client, Nanoseconds timeout,
                             std::function<void(const NwtnValidation&)> on_session,
                             std::function<void(Result<void>)> on_done)
    : client_(client), timeout_(timeout), on_session_(std::move(on_session)), on_done_(std::move(on_done)) {}

void NwtnValidator::ask(std::size_t number) {
  client_.ask("/api/v1/sessions", request_of(nwtn_scenarios()[number]), timeout_,
              [this, number](const NwtnClient::Answer& answer) { answered(number, answer); });
}

void NwtnValidator::answered(std::size_t number, const NwtnClient::Answer& answer) {
  const NwtnScenario& scenario = nwtn_scenarios()[number];
  if (answer.problem().empty() && is_contract_drift(answer.body))
    return on_done_(fail(ErrorCode::invalid_argument,
                         fmt::format("contract drift: POST /api/v1/sessions answers with the session's creation and "
                                     "without final_answer and reasoning_trace, so there is nothing to validate: {}",
                                     answer.body.substr(0, kShownBytes))));
  on_session_(answer.problem().empty() ? validate_session(scenario, answer.body, answer.took)
                                       : failed_session(scenario, answer.problem(), answer.took));
  number + 1 < nwtn_scenarios().size() ? ask(number + 1) : on_done_({});
}

int nwtn_validate(const NwtnValidateOptions& options) {
  const auto url = nwtn_url("--url", options.url);
  if (!url) return refuse(url.error());
  const auto timeout = timeout_of(options);
  if (!timeout) return refuse(timeout.error());
  const std::string output = (std::filesystem::path(options.output_dir) / options.output).string();
  if (auto writable = report::check_writable(output); !writable) return refuse(writable.error());
  plugin::Registry plugins;
  if (auto loaded = load_plugins(plugins, Locations::of_this_process(), options.plugins); !loaded)
    return refuse(loaded.error());
  const auto stand_in = start_stand_ins_of(options, plugins);
  if (!stand_in) return refuse(stand_in.error());
  if (auto healthy = nwtn_is_healthy(*url, !options.insecure); !healthy) return refuse(healthy.error());

  const auto validated = validate(options, *url, *timeout);
  if (!validated) return refuse(validated.error());
  const auto document = validation_json(validated->sessions, options.url, validated->interrupted);
  using Json = nlohmann::ordered_json;
  if (auto written = write_file(output, document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"); !written)
    return refuse(written.error());
  const bool passed = document["validation_summary"]["overall_success"].get<bool>();
  if (!options.quiet)
    fmt::print("\nagent pipeline {}: {} of {} scenarios passed; {}\n",
               validated->interrupted ? "interrupted"
               : passed               ? "PASSED"
                                      : "FAILED",
               document["validation_summary"]["successful_scenarios"].get<std::uint64_t>(), nwtn_scenarios().size(),
               output);
  if (validated->interrupted) return kExitInterrupted;
  return passed ? kExitFine : kExitThresholds;
}

}  // namespace thresher::cli
