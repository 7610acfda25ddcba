#include <fmt/format.h>

#include <chrono>
#include <string>

#include "circuit_breaker.h"
#include "conduct.h"
#include "mischief.h"
#include "options.h"
#include "session.h"
#include "thresher/plugin.hpp"

namespace nwtn {
namespace {

std::string uuid(thresher::Random& random) {
  const std::uint64_t high = (random.next() & 0xffff'ffff'ffff'0fffU) | 0x4000U;
  const std::uint64_t low = (random.next() & 0x3fff'ffff'ffff'ffffU) | 0x8000'0000'0000'0000U;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32U, (high >> 16U) & 0xffffU, high & 0xffffU,
                     low >> 48U, low & 0xffffffffffffU);
}

/// The NWTN orchestrator. Its n-th session is drawn from (seed, n), whatever came in between.
class Nwtn final : public thresher::Target {
 public:
  static thresher::TargetDescription describe() {
    return {.name = "nwtn",
            .summary = "the NWTN orchestrator: sessions through a pipeline of five agents, behind a circuit breaker",
            .endpoints = {{"api", 8000}},
            .options = declared_options()};
  }

  Nwtn(const thresher::Options& options, std::uint64_t seed)
      : conduct_(read_conduct(options, seed)), breaker_(conduct_.breaker) {}

  thresher::Answer handle(const thresher::Request& request) override {
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (request.path == "/health")
      return reads ? health(request) : refusal(405, "Method Not Allowed").with("Allow", "GET, HEAD");
    if (request.path == "/api/v1/sessions")
      return request.method == "POST" ? session(request) : refusal(405, "Method Not Allowed").with("Allow", "POST");
    return refusal(404, "Not Found");
  }

 private:
  thresher::Answer health(const thresher::Request& request) {
    Json agents = Json::object();
    for (const std::string_view agent : kAgentNames) agents[std::string(agent)] = conduct_.unhealthy ? "down" : "ready";
    const char* status = conduct_.unhealthy ? "unhealthy" : "healthy";
    return reply(conduct_.unhealthy ? 503 : 200,
                 Json{{"status", status},
                      {"service", "nwtn-orchestrator"},
                      {"uptime_seconds", std::chrono::duration<double>(request.now).count()},
                      {"active_sessions", breaker_.in_progress(request.now)},
                      {"agents", std::move(agents)},
                      {"circuit_breaker", breaker_json(request.now)}});
  }

  Json breaker_json(std::chrono::nanoseconds now) {
    return {{"state", name_of(breaker_.state(now))},
            {"activations", breaker_.activations()},
            {"refused", breaker_.refused()}};
  }

  thresher::Answer refused_by_breaker(std::chrono::nanoseconds now) {
    const auto wait =
        std::max(std::chrono::ceil<std::chrono::seconds>(breaker_.open_for(now)), std::chrono::seconds(1));
    return reply(503, Json{{"detail", "circuit breaker is open"}, {"circuit_breaker", breaker_json(now)}})
        .with("Retry-After", std::to_string(wait.count()));
  }

  thresher::Answer session(const thresher::Request& request) {
    auto read = read_session(request.body);
    if (auto* refused = std::get_if<thresher::Answer>(&read)) return std::move(*refused);
    if (!breaker_.admit(request.now)) return refused_by_breaker(request.now);

    thresher::Random random(conduct_.seed, sessions_++);
    Session session{.request = std::get<SessionRequest>(std::move(read)), .began = request.wall};
    session.id = uuid(random);
    session.steps = plan_steps(conduct_, session.request.complexity, session.request.agents, random);
    session.context_used = static_cast<std::int64_t>(static_cast<double>(session.request.context_allocation) *
                                                     (0.6 + 0.35 * random.uniform()));
    Ending ending = end_of(session, conduct_, random);
    breaker_.will_end(request.now + ending.takes, ending.failed);
    return std::move(ending.answer);
  }

  Conduct conduct_;
  CircuitBreaker breaker_;
  std::uint64_t sessions_ = 0;
};

}  // namespace
}  // namespace nwtn

THRESHER_PLUGIN("nwtn", "1.0.0", nwtn::Nwtn)
