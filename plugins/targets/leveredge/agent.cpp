#include "agent.h"

#include <utility>

namespace leveredge {
namespace {

constexpr std::string_view kVersion = "1.0.0";

/// What an ASGI server says of an exception that nobody caught.
thresher::Answer internal_error() { return thresher::text(500, "Internal Server Error"); }

}  // namespace

Agent::Agent(std::string name, Reliability reliability, const Conduct& conduct, std::unique_ptr<Service> service)
    : name_(std::move(name)), reliability_(reliability), conduct_(conduct), service_(std::move(service)) {
  router_.get("/health", [this](Call& call) { return health(call); });
  if (service_) service_->add_routes(router_);
}

thresher::Answer Agent::handle(const thresher::Request& request) {
  const std::uint64_t nth = requests_++;
  if (request.now < up_since_) return thresher::reset();  // restarting
  thresher::Random random(conduct_.seed, request.port, nth);
  const Draw drawn = draw(reliability_, random);
  Call call{.request = request, .random = random, .latency_ms = drawn.latency_ms};
  switch (drawn.fate) {
    case Fate::crash:
      up_since_ = request.now + conduct_.restart;
      return thresher::reset();
    case Fate::timeout:
      if (conduct_.timeout_answer.count() == 0) return thresher::never();
      return router_.route(call).later(conduct_.timeout_answer);
    case Fate::error:
      return internal_error().later(call.after(conduct_.scales.health));
    case Fate::success:
      break;
  }
  thresher::Answer answer = router_.route(call);
  const bool timed = answer.after.count() > 0;  // by its service; health checks and refusals are not
  return timed ? answer : std::move(answer).later(call.after(conduct_.scales.health));
}

thresher::Answer Agent::health(const Call& call) const {
  const double uptime = std::chrono::duration<double>(call.request.now - up_since_).count();
  return reply(200, Json{{"status", "healthy"}, {"agent", name_}, {"version", kVersion}, {"uptime_seconds", uptime}});
}

}  // namespace leveredge
